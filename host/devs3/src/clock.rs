//! A server whose clock isn't its clients': requests are held against it, and answers say its time.

use std::time::{Duration, SystemTime};

use http::header::DATE;
use http::{HeaderMap, HeaderValue, Response};
use s3s::dto::{Timestamp, TimestampFormat};

/// So far a request's time may be off: Amazon S3, API reference, error code `RequestTimeTooSkewed`.
const TOLERATED: Duration = Duration::from_secs(15 * 60);

/// The server's clock: this machine's, and so much.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Clock {
    ahead: Duration,
}

impl Clock {
    pub(crate) fn new(ahead: Duration) -> Self {
        Self { ahead }
    }

    pub(crate) fn is_off(self) -> bool {
        !self.ahead.is_zero()
    }

    /// Whether a request was signed at a time that is near enough to ours.
    pub(crate) fn accepts(self, headers: &HeaderMap) -> bool {
        let signed = headers.get("x-amz-date").and_then(|value| moment(value.to_str().ok()?));
        let now = self.now();
        let tolerated = Timestamp::from(now - TOLERATED)..=Timestamp::from(now + TOLERATED);
        !self.is_off() || signed.is_none_or(|signed| tolerated.contains(&signed))
    }

    /// Says our time, where it isn't the machine's.
    pub(crate) fn stamp<B>(self, mut answer: Response<B>) -> Response<B> {
        let mut text = Vec::new();
        let now = Timestamp::from(self.now());
        if self.is_off()
            && now.format(TimestampFormat::HttpDate, &mut text).is_ok()
            && let Ok(value) = HeaderValue::from_bytes(&text)
        {
            answer.headers_mut().insert(DATE, value);
        }
        answer
    }

    #[expect(clippy::disallowed_methods, reason = "a server's clock")]
    fn now(self) -> SystemTime {
        SystemTime::now() + self.ahead
    }
}

/// The moment that `20130524T000000Z` is.
fn moment(text: &str) -> Option<Timestamp> {
    let part = |from: usize, to: usize| text.get(from..to);
    let (date, time) = (part(0, 8)?, text.strip_suffix('Z')?.get(9..)?);
    let (year, month, day) = (date.get(..4)?, date.get(4..6)?, date.get(6..8)?);
    let (hour, minute, second) = (time.get(..2)?, time.get(2..4)?, time.get(4..6)?);
    let text = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z");
    Timestamp::parse(TimestampFormat::DateTime, &text).ok()
}
