//! How long a host takes jobs, and how many.

use std::time::{Duration, Instant};

/// How long a host takes jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Until it is told to drain.
    Serve,
    /// So many at most, and only those that are ready now: it ends when there is none left, and none runs.
    Once(u32),
    /// Until nothing ran for so long; then it ends.
    UntilIdle(Duration),
}

/// What came of a look for jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// There was no room to ask.
    NotAsked,
    /// So many were taken.
    Took(u32),
    /// The database failed.
    Failed,
}

/// What a mode has allowed so far.
#[derive(Debug)]
pub(crate) struct Taking {
    mode: Mode,
    taken: u32,
    busy_at: Instant,
}

impl Taking {
    pub(crate) const fn new(mode: Mode, now: Instant) -> Self {
        Self { mode, taken: 0, busy_at: now }
    }

    /// Of so many free slots, those that may be filled.
    pub(crate) fn slots(&self, free: u32) -> u32 {
        match self.mode {
            Mode::Serve | Mode::UntilIdle(_) => free,
            Mode::Once(most) => free.min(most.saturating_sub(self.taken)),
        }
    }

    /// Notes a look, and says whether it was the last.
    pub(crate) fn is_over(&mut self, look: Look, running: usize, now: Instant) -> bool {
        if let Look::Took(count) = look {
            self.taken = self.taken.saturating_add(count);
        }
        if running > 0 {
            self.ran_until(now);
        }
        match (self.mode, look) {
            (Mode::Serve, _) => false,
            (Mode::Once(most), _) if self.taken >= most => true,
            (Mode::Once(_), Look::Took(0)) => true,
            // A host that is paused or has no room, and nothing that would make any.
            (Mode::Once(_), Look::NotAsked) => running == 0,
            (Mode::Once(_), Look::Took(_) | Look::Failed) => false,
            (Mode::UntilIdle(patience), _) => self.idle_for(now) >= patience,
        }
    }

    /// A job ran until now.
    pub(crate) const fn ran_until(&mut self, now: Instant) {
        self.busy_at = now;
    }

    /// How long to wait for the next look, of a wait that was meant.
    pub(crate) fn pause(&self, meant: Duration, now: Instant) -> Duration {
        match self.mode {
            Mode::Serve | Mode::Once(_) => meant,
            Mode::UntilIdle(patience) => meant.min(patience.saturating_sub(self.idle_for(now))),
        }
    }

    fn idle_for(&self, now: Instant) -> Duration {
        now.saturating_duration_since(self.busy_at)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn once_ends_with_its_number_or_when_nothing_is_ready() {
        let now = Instant::now();
        let mut taking = Taking::new(Mode::Once(3), now);
        assert_eq!(taking.slots(2), 2);
        assert!(!taking.is_over(Look::Took(2), 2, now));
        assert_eq!(taking.slots(2), 1);
        assert!(!taking.is_over(Look::NotAsked, 2, now), "its slots are full, not its number");
        assert!(!taking.is_over(Look::Failed, 0, now), "a database that fails says nothing about jobs");
        assert!(taking.is_over(Look::Took(1), 1, now));
        assert!(Taking::new(Mode::Once(3), now).is_over(Look::Took(0), 0, now));
        assert!(Taking::new(Mode::Once(3), now).is_over(Look::NotAsked, 0, now), "a paused host with nothing to do");
    }

    #[test]
    fn idleness_is_counted_from_the_last_job() {
        let second = |count: u64| Duration::from_secs(count);
        let begun = Instant::now();
        let mut taking = Taking::new(Mode::UntilIdle(second(10)), begun);
        assert!(!taking.is_over(Look::Took(1), 1, begun + second(9)));
        assert!(!taking.is_over(Look::Took(0), 0, begun + second(18)));
        assert_eq!(taking.pause(second(5), begun + second(18)), second(1));
        assert!(taking.is_over(Look::Took(0), 0, begun + second(19)));
    }
}
