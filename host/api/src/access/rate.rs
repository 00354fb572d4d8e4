//! How often somebody may ask: by token, without one by address (GCRA, as the `governor` crate does it).

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use rushes_model::Code;

use crate::access::Caller;
use crate::problem::Problem;

/// A dashboard with ten tabs asks five times a second.
const PER_SECOND: NonZeroU32 = NonZeroU32::new(50).expect("not zero");
const BURST: NonZeroU32 = NonZeroU32::new(100).expect("not zero");
/// After so many requests, keys that asked nothing lately are forgotten.
const SWEEP: u32 = 10_000;

const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");

type Limiter = RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Token(String),
    Address(Option<IpAddr>),
}

/// Everybody's counts.
pub(crate) struct Rates {
    limiter: Limiter,
    clock: DefaultClock,
    since_sweep: AtomicU32,
}

/// What a count says.
pub(crate) enum Rate {
    /// There is no limit.
    Uncounted,
    /// So many more may follow at once.
    Within { remaining: u32 },
    /// Not before so long.
    Beyond { wait: Duration },
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            limiter: RateLimiter::dashmap(Quota::per_second(PER_SECOND).allow_burst(BURST)).with_middleware(),
            clock: DefaultClock::default(),
            since_sweep: AtomicU32::new(0),
        }
    }
}

impl Rates {
    /// Counts a request. Who asks from this machine without a token owns the machine, and is not counted.
    pub(crate) fn count(&self, caller: &Caller) -> Rate {
        match caller {
            Caller::Local => Rate::Uncounted,
            Caller::Bearer(token) => self.check(&Key::Token(token.id.clone())),
        }
    }

    /// Counts a request of somebody who isn't known, or isn't any more.
    pub(crate) fn count_unknown(&self, address: Option<IpAddr>) -> Rate {
        self.check(&Key::Address(address))
    }

    fn check(&self, key: &Key) -> Rate {
        if self.since_sweep.fetch_add(1, Ordering::Relaxed) >= SWEEP {
            self.since_sweep.store(0, Ordering::Relaxed);
            self.limiter.retain_recent();
        }
        match self.limiter.check_key(key) {
            Ok(state) => Rate::Within { remaining: state.remaining_burst_capacity() },
            Err(not_before) => Rate::Beyond { wait: not_before.wait_time_from(self.clock.now()) },
        }
    }
}

impl Rate {
    /// Why it is refused, if it is.
    pub(crate) fn refusal(&self) -> Option<Problem> {
        let Self::Beyond { wait } = self else { return None };
        let detail = format!("more than {PER_SECOND} requests a second");
        let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, Code::RequestRate, detail);
        Some(problem.retry_after(wait.as_secs() + 1))
    }

    /// The answer, with the caller's standing (IETF draft "RateLimit header fields for HTTP", version 10).
    pub(crate) fn told(&self, mut answer: Response) -> Response {
        let (remaining, reset) = match self {
            Self::Uncounted => return answer,
            Self::Within { remaining } => (*remaining, 1),
            Self::Beyond { wait } => (0, wait.as_secs() + 1),
        };
        let headers = answer.headers_mut();
        let policy = format!("\"default\";q={BURST};w={}", BURST.get() / PER_SECOND.get());
        if let (Ok(policy), Ok(limit)) =
            (HeaderValue::from_str(&policy), HeaderValue::from_str(&format!("\"default\";r={remaining};t={reset}")))
        {
            headers.insert(POLICY, policy);
            headers.insert(LIMIT, limit);
        }
        answer
    }
}
