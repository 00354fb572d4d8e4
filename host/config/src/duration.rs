//! Times as people write them: `"10 s"`, `"5 min"`, `"1 h"`, `"90 days"`.

use std::time::Duration;

const UNITS: [(&str, u64); 10] = [
    ("ms", 1),
    ("s", 1_000),
    ("sec", 1_000),
    ("seconds", 1_000),
    ("min", 60_000),
    ("minutes", 60_000),
    ("h", 3_600_000),
    ("hours", 3_600_000),
    ("d", 86_400_000),
    ("days", 86_400_000),
];

/// Reads a number and a unit. A number alone is no time: nobody could know its unit.
pub(crate) fn parse(text: &str) -> Option<Duration> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '_')?;
    let (number, unit) = text.split_at(digits);
    let number: u64 = number.replace('_', "").parse().ok()?;
    let scale = UNITS.iter().find(|(name, _)| *name == unit.trim()).map(|(_, scale)| *scale)?;
    number.checked_mul(scale).map(Duration::from_millis)
}

/// Writes a time in the largest unit that divides it.
pub(crate) fn show(time: Duration) -> String {
    let millis = time.as_millis();
    for (unit, scale) in [("days", 86_400_000), ("h", 3_600_000), ("min", 60_000), ("s", 1_000)] {
        if millis >= scale && millis.is_multiple_of(scale) {
            return format!("{} {unit}", millis / scale);
        }
    }
    format!("{millis} ms")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_read_as_people_write_it() {
        assert_eq!(parse("10 s"), Some(Duration::from_secs(10)));
        assert_eq!(parse("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse("5 min"), Some(Duration::from_secs(300)));
        assert_eq!(parse("10"), None);
        assert_eq!(parse("ten s"), None);
        assert_eq!(parse("99999999999999999 days"), None);
    }

    #[test]
    fn a_time_is_shown_in_the_largest_unit_that_divides_it() {
        assert_eq!(show(Duration::from_secs(3600)), "1 h");
        assert_eq!(show(Duration::from_secs(90)), "90 s");
        assert_eq!(show(Duration::from_millis(1500)), "1500 ms");
    }
}
