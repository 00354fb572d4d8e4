//! When an answer is late enough to ask for it a second time, and how often that may be done.

use std::time::Duration;

/// Answers that must have come before lateness means anything.
const WARM_UP: u32 = 3;

/// Second requests that may be saved up, and what each answer adds: 5 % in the long run, so that a server that is slow
/// for everyone isn't asked for everything twice.
const MOST_TOKENS: f64 = 10.0;
const TOKENS_PER_ANSWER: f64 = 0.05;

/// The time to an answer's first byte, its mean and deviation, and tokens for second requests.
///
/// Mean and deviation as TCP takes them of round trips to know when to send again: RFC 6298, section 2. Answers that
/// were given up for another one are not counted (section 3, Karn's algorithm).
#[derive(Debug)]
pub(crate) struct Lateness {
    floor: Option<Duration>,
    mean: Duration,
    deviation: Duration,
    answers: u32,
    tokens: f64,
}

impl Lateness {
    pub(crate) fn new(floor: Option<Duration>) -> Self {
        Self { floor, mean: Duration::ZERO, deviation: Duration::ZERO, answers: 0, tokens: MOST_TOKENS }
    }

    /// A first byte came after so long.
    pub(crate) fn answered(&mut self, after: Duration) {
        if self.answers == 0 {
            self.mean = after;
            self.deviation = after / 2;
        } else {
            self.deviation = (self.deviation * 3 + self.mean.abs_diff(after)) / 4;
            self.mean = (self.mean * 7 + after) / 8;
        }
        self.answers = self.answers.saturating_add(1);
        self.tokens = (self.tokens + TOKENS_PER_ANSWER).min(MOST_TOKENS);
    }

    /// From when on an answer is late; none while that can't be said.
    pub(crate) fn threshold(&self) -> Option<Duration> {
        let floor = self.floor?;
        let margin = (self.deviation * 4).max(floor / 2);
        (self.answers >= WARM_UP).then(|| floor.max(self.mean + margin))
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

    const FLOOR: Duration = Duration::from_millis(200);

    fn after(answers: &[u64]) -> Lateness {
        let mut lateness = Lateness::new(Some(FLOOR));
        answers.iter().for_each(|millis| lateness.answered(Duration::from_millis(*millis)));
        lateness
    }

    #[test]
    fn nothing_is_late_before_a_few_answers_came() {
        assert_eq!(after(&[30, 30]).threshold(), None);
        assert_eq!(after(&[30, 30, 30]).threshold(), Some(FLOOR));
    }

    #[test]
    fn where_all_answers_are_slow_none_is_late() {
        let steady = after(&[2000; 40]).threshold().unwrap();
        assert_eq!(steady, Duration::from_millis(2100));
        let ragged = after(&[1000, 3000].repeat(20)).threshold().unwrap();
        assert!(ragged > Duration::from_millis(3000), "{ragged:?}");
    }

    #[test]
    fn second_requests_run_dry() {
        let mut lateness = after(&[]);
        assert_eq!((0..100).filter(|_| lateness.take_token()).count(), 10);
        for _ in 0..21 {
            lateness.answered(Duration::from_millis(1));
        }
        assert!(lateness.take_token() && !lateness.take_token());
    }
}
