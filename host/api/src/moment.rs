//! Moments as RFC 3339 writes them.

use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// Milliseconds since 1970 as `2026-01-31T12:00:00.123Z`; none beyond the years that can be written so.
pub(crate) fn written(since_1970_ms: i64) -> Option<String> {
    let nanoseconds = i128::from(since_1970_ms) * 1_000_000;
    OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).ok()?.format(&Rfc3339).ok()
}

/// Milliseconds since 1970 of a moment as RFC 3339 writes it; none of anything else.
pub(crate) fn read(text: &str) -> Option<i64> {
    let moment = OffsetDateTime::parse(text, &Rfc3339).ok()?;
    i64::try_from(moment.unix_timestamp_nanos().div_euclid(1_000_000)).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_keeps_its_milliseconds() {
        assert_eq!(written(1_769_860_800_123).as_deref(), Some("2026-01-31T12:00:00.123Z"));
        assert_eq!(written(i64::MAX), None);
        assert_eq!(read("2026-01-31T14:00:00.123+02:00"), Some(1_769_860_800_123));
        assert_eq!(read("yesterday"), None);
    }
}
