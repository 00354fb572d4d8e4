//! Moments, from milliseconds to what people and programs read, and from HTTP's dates back.

/// Milliseconds since 1970 as `2026-01-31T12:00:00.123Z`.
pub(crate) fn written(since_1970_ms: i64) -> String {
    let (days, of_day) = (since_1970_ms.div_euclid(DAY_MS), since_1970_ms.rem_euclid(DAY_MS));
    let (year, month, day) = date(days);
    let (seconds, millis) = (of_day / 1000, of_day % 1000);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// The same to the second, for tables.
pub(crate) fn shown(since_1970_ms: i64) -> String {
    written(since_1970_ms).replace('T', " ").chars().take(19).collect()
}

/// `Tue, 24 Nov 2026 14:07:56 GMT` (RFC 9110, section 5.6.7) as milliseconds since 1970; none for anything else.
pub(crate) fn read_http(text: &str) -> Option<i64> {
    let mut words = text.trim().strip_suffix(" GMT")?.split(' ').skip(1);
    let day: i64 = words.next()?.parse().ok()?;
    let month = words.next()?;
    let month = i64::try_from(MONTHS.iter().position(|name| *name == month)?).ok()? + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut clock = words.next()?.split(':').map(str::parse::<i64>);
    let (hour, minute, second) = (clock.next()?.ok()?, clock.next()?.ok()?, clock.next()?.ok()?);
    (1970..=9999)
        .contains(&year)
        .then(|| ((days(year, month, day) * 24 + hour) * 60 + minute) * 60 + second)
        .map(|s| s * 1000)
}

const DAY_MS: i64 = 24 * 60 * 60 * 1000;
const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Days since 1970 of a date; Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
const fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * (month + if month > 2 { -3 } else { 9 }) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}

/// The other way round: `civil_from_days`.
const fn date(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let (era, of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + if month <= 2 { 1 } else { 0 }, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_written_as_calendars_know_it() {
        assert_eq!(written(1_769_860_800_123), "2026-01-31T12:00:00.123Z");
        assert_eq!(written(951_782_400_000), "2000-02-29T00:00:00.000Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.999Z");
        assert_eq!(shown(1_769_860_800_123), "2026-01-31 12:00:00");
    }

    #[test]
    fn a_date_of_http_is_read_and_nothing_else_is() {
        assert_eq!(read_http("Sun, 06 Nov 1994 08:49:37 GMT"), Some(784_111_777_000));
        assert_eq!(
            read_http("Sat, 31 Jan 2026 12:00:00 GMT").map(written).as_deref(),
            Some("2026-01-31T12:00:00.000Z")
        );
        for wrong in ["", "yesterday", "Sun, 06 Nov 1994 08:49:37 CET", "Sun, 06 Now 1994 08:49:37 GMT"] {
            assert_eq!(read_http(wrong), None, "{wrong}");
        }
    }
}
