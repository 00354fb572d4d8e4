//! Moments as RFC 3339 and HTTP write them.

use std::time::Duration;

use time::OffsetDateTime;
use time::format_description::well_known::{Rfc2822, Rfc3339};

/// Milliseconds since 1970 as `2026-01-31T12:00:00.123Z`; 1970 for what can't be written so.
pub(crate) fn written(since_1970_ms: i64) -> String {
    let nanoseconds = i128::from(since_1970_ms) * 1_000_000;
    let moment = OffsetDateTime::from_unix_timestamp_nanos(nanoseconds).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    moment.format(&Rfc3339).unwrap_or_default()
}

/// `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
pub(crate) fn retry_after(text: &str, now_ms: u64) -> Option<Duration> {
    let text = text.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = OffsetDateTime::parse(text, &Rfc2822).ok()?;
    let then = u64::try_from(date.unix_timestamp()).ok()?.checked_mul(1_000)?;
    Some(Duration::from_millis(then.saturating_sub(now_ms)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_seconds_or_a_date() {
        assert_eq!(retry_after(" 120", 0), Some(Duration::from_secs(120)));
        let now = 1_445_412_480_000 - 90_000;
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now), Some(Duration::from_secs(90)));
        assert_eq!(retry_after("Wed, 21 Oct 2015 07:28:00 GMT", now + 100_000), Some(Duration::ZERO));
        assert_eq!(retry_after("soon", 0), None);
    }

    #[test]
    fn a_moment_keeps_its_milliseconds() {
        assert_eq!(written(1_769_860_800_123), "2026-01-31T12:00:00.123Z");
    }
}
