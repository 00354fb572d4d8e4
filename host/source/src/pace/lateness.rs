//! When an answer is late enough to ask for it a second time, and how often that may be done.

use std::time::Duration;

/// Answers that must have come before lateness means anything.
const WARM_UP: u32 = 3;

/// Second requests that may be saved up, and what each answer adds: 5 % in the long run, so that a server that is slow
/// for everyone isn't asked for everything twice.
const MOST_TOKENS: f64 = 10.0;
const TOKENS_PER_ANSWER: f64 = 0.05;

/// Share of the newest answer in the mean.
const WEIGHT: f64 = 0.1;

/// The mean time to an answer's first byte, and tokens for second requests.
#[derive(Debug)]
pub(crate) struct Lateness {
    floor: Option<Duration>,
    mean: Duration,
    answers: u32,
    tokens: f64,
}

impl Lateness {
    pub(crate) fn new(floor: Option<Duration>) -> Self {
        Self { floor, mean: Duration::ZERO, answers: 0, tokens: MOST_TOKENS }
    }

    /// A first byte came after so long.
    pub(crate) fn answered(&mut self, after: Duration) {
        self.answers = self.answers.saturating_add(1);
        self.tokens = (self.tokens + TOKENS_PER_ANSWER).min(MOST_TOKENS);
        let weight = WEIGHT.max(1.0 / f64::from(self.answers));
        self.mean = self.mean.mul_f64(1.0 - weight) + after.mul_f64(weight);
    }

    /// From when on an answer is late; none while that can't be said.
    pub(crate) fn threshold(&self) -> Option<Duration> {
        let floor = self.floor?;
        (self.answers >= WARM_UP).then(|| floor.max(self.mean + floor.mul_f64(0.7)))
    }

    /// Takes a token for a second request, if there is one.
    pub(crate) fn take_token(&mut self) -> bool {
        let has = self.tokens >= 1.0;
        if has {
            self.tokens -= 1.0;
        }
        has
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_late_before_a_few_answers_came() {
        let mut lateness = Lateness::new(Some(Duration::from_secs(1)));
        lateness.answered(Duration::from_millis(30));
        lateness.answered(Duration::from_millis(30));
        assert_eq!(lateness.threshold(), None);
        lateness.answered(Duration::from_millis(30));
        assert_eq!(lateness.threshold(), Some(Duration::from_secs(1)));
    }

    #[test]
    fn where_all_answers_are_slow_none_is_late() {
        let mut lateness = Lateness::new(Some(Duration::from_secs(1)));
        for _ in 0..5 {
            lateness.answered(Duration::from_secs(2));
        }
        assert!(lateness.threshold().unwrap() > Duration::from_millis(2690));
    }

    #[test]
    fn second_requests_run_dry() {
        let mut lateness = Lateness::new(Some(Duration::from_secs(1)));
        assert_eq!((0..100).filter(|_| lateness.take_token()).count(), 10);
        for _ in 0..21 {
            lateness.answered(Duration::from_millis(1));
        }
        assert!(lateness.take_token() && !lateness.take_token());
    }
}
