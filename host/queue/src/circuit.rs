//! The storage as a whole: when it fails several times in a row, for whatever jobs, it is down, and jobs wait for it
//! instead of failing one after the other.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// One job's failure may be its object's; several in a row, with nothing between that worked, are the storage's.
const SEVERAL: u32 = 3;

#[derive(Debug, Default)]
pub(crate) struct Circuit {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    failures: u32,
    open_until: Option<Instant>,
}

impl Circuit {
    /// The storage failed. Whether it is down as a whole; then nothing new is begun for a `pause`.
    pub(crate) fn failed(&self, now: Instant, pause: Duration) -> bool {
        let mut state = self.lock();
        state.failures = state.failures.saturating_add(1);
        let is_down = state.failures >= SEVERAL;
        if is_down {
            state.open_until = Some(now + pause);
        }
        is_down
    }

    /// It answered. Whether it was down before.
    pub(crate) fn answered(&self) -> bool {
        let before = std::mem::take(&mut *self.lock());
        before.failures >= SEVERAL
    }

    /// How many jobs may be begun of those that could: none while it is down, then one to try it.
    pub(crate) fn admits(&self, now: Instant, slots: u32, running: usize) -> u32 {
        let state = self.lock();
        match state.open_until {
            None => slots,
            Some(until) if now < until || running > 0 => 0,
            Some(_) => slots.min(1),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAUSE: Duration = Duration::from_secs(30);

    #[test]
    fn a_storage_that_fails_three_times_in_a_row_is_down_until_one_job_has_tried_it() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        assert!(!circuit.failed(now, PAUSE) && !circuit.failed(now, PAUSE));
        assert_eq!(circuit.admits(now, 3, 1), 3);
        assert!(circuit.failed(now, PAUSE));
        assert_eq!(circuit.admits(now, 3, 0), 0);
        assert_eq!(circuit.admits(now + PAUSE, 3, 0), 1);
        assert_eq!(circuit.admits(now + PAUSE, 3, 1), 0);
        assert!(circuit.answered());
        assert_eq!(circuit.admits(now, 3, 1), 3);
    }

    #[test]
    fn what_works_in_between_starts_the_count_anew() {
        let (circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..5 {
            assert!(!circuit.failed(now, PAUSE) && !circuit.failed(now, PAUSE));
            assert!(!circuit.answered());
        }
    }
}
