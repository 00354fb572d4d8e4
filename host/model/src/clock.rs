//! Wall time, where one is shown or signed. Leases and due times use the database's clock instead.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Where wall time comes from: the machine, or a fixed moment in tests.
#[derive(Clone, Copy, Debug)]
pub enum Clock {
    /// The machine's clock.
    System,
    /// Always the same moment, as the time since 1970.
    Fixed(Duration),
}

impl Clock {
    /// Milliseconds since 1970-01-01 UTC.
    pub fn now_ms(self) -> u64 {
        let since = match self {
            Self::System => system_now().duration_since(UNIX_EPOCH).unwrap_or_default(),
            Self::Fixed(since) => since,
        };
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that asks the machine for wall time")]
fn system_now() -> SystemTime {
    SystemTime::now()
}
