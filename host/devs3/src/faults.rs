//! What goes wrong, and when: a script of rules.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::log::{Op, Request};

/// Which requests a fault is for. The default is all of them.
#[derive(Clone, Debug, Default)]
pub struct When {
    op: Option<Op>,
    key: Option<String>,
    start: Option<Range<u64>>,
    times: Times,
}

#[derive(Clone, Copy, Debug, Default)]
enum Times {
    #[default]
    Always,
    First(u64),
    Nth(u64),
    Each(u64),
    After(u64),
}

impl When {
    /// Reads of objects.
    pub fn get() -> Self {
        Self { op: Some(Op::Get), ..Self::default() }
    }

    /// Requests of one kind.
    pub fn op(op: Op) -> Self {
        Self { op: Some(op), ..Self::default() }
    }

    /// Only those for this key.
    pub fn key(self, key: impl Into<String>) -> Self {
        Self { key: Some(key.into()), ..self }
    }

    /// Only those whose range begins within these bytes. A request for the whole object begins at 0.
    pub fn starting_in(self, bytes: Range<u64>) -> Self {
        Self { start: Some(bytes), ..self }
    }

    /// Only the first so many of those that fit.
    pub fn first(self, count: u64) -> Self {
        Self { times: Times::First(count), ..self }
    }

    /// Only the one of this number, counted from 1.
    pub fn nth(self, number: u64) -> Self {
        Self { times: Times::Nth(number), ..self }
    }

    /// Every so manyth.
    pub fn each(self, step: u64) -> Self {
        Self { times: Times::Each(step.max(1)), ..self }
    }

    /// All but the first so many.
    pub fn after(self, count: u64) -> Self {
        Self { times: Times::After(count), ..self }
    }

    fn fits(&self, request: &Request) -> bool {
        let start = request.range.as_ref().map_or(0, |range| range.start);
        self.op.is_none_or(|op| op == request.op)
            && self.key.as_ref().is_none_or(|key| *key == request.key)
            && self.start.as_ref().is_none_or(|bytes| bytes.contains(&start))
    }
}

impl Times {
    fn include(self, number: u64) -> bool {
        match self {
            Self::Always => true,
            Self::First(count) => number <= count,
            Self::Nth(nth) => number == nth,
            Self::Each(step) => number.is_multiple_of(step),
            Self::After(count) => number > count,
        }
    }
}

/// What goes wrong.
#[derive(Clone, Debug)]
pub enum Action {
    /// An error instead of an answer.
    Status {
        /// Its status.
        status: u16,
        /// S3's code for it: `SlowDown`.
        code: &'static str,
    },
    /// The answer's head comes later by so much.
    Delay(Duration),
    /// The connection is reset (RST): before the head, or after so many bytes of the body.
    Reset {
        /// Bytes of the body before it; none = before the head.
        after: Option<u64>,
    },
    /// The connection is closed in order after so many bytes of the body, although more were announced.
    Truncate {
        /// Bytes of the body before it.
        after: u64,
    },
    /// Nothing comes any more after so many bytes of the body; the connection stays open.
    Hang {
        /// Bytes of the body before it.
        after: u64,
    },
    /// The body comes at so many bytes a second.
    Slow {
        /// How many.
        bytes_per_second: u64,
    },
    /// So many bytes more than asked for, without an announced length.
    Extra {
        /// How many.
        bytes: u64,
    },
    /// 200 and the whole object, whatever the range.
    Whole,
    /// Another header than the right one.
    Header {
        /// Its name, in small letters.
        name: &'static str,
        /// Its value.
        value: String,
    },
    /// A header is left out.
    NoHeader {
        /// Its name, in small letters.
        name: &'static str,
    },
    /// `If-Match` and its kin are not looked at.
    IgnoreConditions,
}

/// The faults of a running server. Cheap to clone; changes hold for the next request.
#[derive(Clone, Debug, Default)]
pub struct Faults(Arc<Mutex<Script>>);

#[derive(Debug, Default)]
struct Script {
    rules: Vec<Rule>,
    latency: Duration,
    bytes_per_second: Option<u64>,
}

#[derive(Debug)]
struct Rule {
    when: When,
    action: Action,
    seen: u64,
}

/// What happens to one request.
#[derive(Debug, Default)]
pub(crate) struct Fate {
    pub(crate) actions: Vec<Action>,
    pub(crate) latency: Duration,
    pub(crate) bytes_per_second: Option<u64>,
}

impl Faults {
    /// Adds a rule. All rules that fit a request act on it; of two that replace the answer, the first.
    pub fn add(&self, when: When, action: Action) {
        self.lock().rules.push(Rule { when, action, seen: 0 });
    }

    /// Forgets all rules. Latency and rate stay.
    pub fn clear(&self) {
        self.lock().rules.clear();
    }

    /// Each answer comes later by so much, as over a distance.
    pub fn set_latency(&self, latency: Duration) {
        self.lock().latency = latency;
    }

    /// Each connection carries so many bytes a second; none = as many as it can.
    pub fn set_bytes_per_second(&self, rate: Option<u64>) {
        self.lock().bytes_per_second = rate;
    }

    pub(crate) fn fate(&self, request: &Request) -> Fate {
        let mut script = self.lock();
        let mut actions = Vec::new();
        for rule in script.rules.iter_mut().filter(|rule| rule.when.fits(request)) {
            rule.seen += 1;
            if rule.when.times.include(rule.seen) {
                actions.push(rule.action.clone());
            }
        }
        Fate { actions, latency: script.latency, bytes_per_second: script.bytes_per_second }
    }

    fn lock(&self) -> MutexGuard<'_, Script> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn get(range: Range<u64>) -> Request {
        let range = format!("bytes={}-{}", range.start, range.end - 1);
        Request::of(&http::Request::get("/b/k").header("range", range).body(()).unwrap().into_parts().0)
    }

    #[test]
    fn a_rule_counts_only_what_fits_it() {
        let faults = Faults::default();
        faults.add(When::get().starting_in(10..20).nth(2), Action::Whole);
        let hits = [0..5, 10..12, 0..5, 19..30, 15..16].map(|range| faults.fate(&get(range)).actions.len());
        assert_eq!(hits, [0, 0, 0, 1, 0]);
    }

    #[test]
    fn each_third_is_the_third_and_the_sixth() {
        let faults = Faults::default();
        faults.add(When::default().each(3), Action::Whole);
        let hits: Vec<_> = (0..7).map(|_| faults.fate(&get(0..1)).actions.len()).collect();
        assert_eq!(hits, [0, 0, 1, 0, 0, 1, 0]);
    }
}
