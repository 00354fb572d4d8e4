//! Bytes that may be held, given out first come, first served.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::Notify;

/// The bytes that all readers of an object may hold together.
#[derive(Debug, Default)]
pub(crate) struct Budget {
    state: Mutex<State>,
    changed: Notify,
}

#[derive(Debug, Default)]
struct State {
    used: u64,
    next_ticket: u64,
    queue: VecDeque<u64>,
}

impl Budget {
    /// Bytes given out and not yet returned.
    pub(crate) fn used(&self) -> u64 {
        self.lock().used
    }

    /// Waits for its turn and for room below `ceiling`, which is asked anew at each [`Budget::wake`]. Leaves the queue
    /// when dropped.
    pub(crate) async fn reserve(self: &Arc<Self>, bytes: u64, ceiling: impl Fn() -> u64) -> Permit {
        let turn = Turn::new(self);
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if turn.try_take(bytes, ceiling()) {
                return Permit { budget: Arc::clone(self), bytes };
            }
            changed.await;
        }
    }

    /// Gives the bytes at once, beyond any ceiling: for the part that its consumer waits for while it holds everything
    /// else. Without this, a consumer that keeps bytes until the next ones come would wait for ever.
    pub(crate) fn force(self: &Arc<Self>, bytes: u64) -> Permit {
        let mut state = self.lock();
        state.used = state.used.saturating_add(bytes);
        Permit { budget: Arc::clone(self), bytes }
    }

    /// Lets those who wait ask for their ceiling again.
    pub(crate) fn wake(&self) {
        self.changed.notify_waiters();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A place in the queue.
struct Turn<'a> {
    budget: &'a Budget,
    ticket: u64,
}

impl<'a> Turn<'a> {
    fn new(budget: &'a Budget) -> Self {
        let mut state = budget.lock();
        let ticket = state.next_ticket;
        state.next_ticket = state.next_ticket.wrapping_add(1);
        state.queue.push_back(ticket);
        Self { budget, ticket }
    }

    fn try_take(&self, bytes: u64, ceiling: u64) -> bool {
        let mut state = self.budget.lock();
        let is_first = state.queue.front() == Some(&self.ticket);
        let fits = state.used.saturating_add(bytes) <= ceiling || state.used == 0;
        if is_first && fits {
            state.used = state.used.saturating_add(bytes);
        }
        is_first && fits
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.budget.lock().queue.retain(|ticket| *ticket != self.ticket);
        self.budget.wake();
    }
}

/// The right to hold so many bytes; given back when dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    budget: Arc<Budget>,
    bytes: u64,
}

impl Permit {
    /// So many.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Takes a share of at most `bytes` off, to be given back on its own.
    pub(crate) fn split(&mut self, bytes: u64) -> Self {
        let share = bytes.min(self.bytes);
        self.bytes -= share;
        Self { budget: Arc::clone(&self.budget), bytes: share }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        if self.bytes == 0 {
            return;
        }
        let mut state = self.budget.lock();
        state.used = state.used.saturating_sub(self.bytes);
        drop(state);
        self.budget.wake();
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::time::timeout;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_small_wish_does_not_overtake_a_large_one() {
        let budget = Arc::new(Budget::default());
        let held = budget.reserve(8, || 10).await;
        let large = tokio::task::JoinSet::from_iter([{
            let budget = Arc::clone(&budget);
            async move { budget.reserve(9, || 10).await }
        }]);
        tokio::task::yield_now().await;
        let small = timeout(Duration::from_secs(1), budget.reserve(1, || 10)).await;
        assert!(small.is_err(), "2 bytes are free, but 9 were asked for first");
        drop(held);
        let nine = large.join_all().await;
        assert_eq!(budget.used(), 9);
        drop(nine);
        assert_eq!(budget.used(), 0);
    }

    #[tokio::test(start_paused = true)]
    async fn who_gives_up_waiting_blocks_nobody() {
        let budget = Arc::new(Budget::default());
        let held = budget.reserve(10, || 10).await;
        assert!(timeout(Duration::from_secs(1), budget.reserve(10, || 10)).await.is_err());
        drop(held);
        let next = timeout(Duration::from_secs(1), budget.reserve(10, || 10)).await;
        assert!(next.is_ok());
    }

    #[tokio::test]
    async fn shares_are_given_back_one_by_one() {
        let budget = Arc::new(Budget::default());
        let mut whole = budget.reserve(10, || 10).await;
        let share = whole.split(4);
        drop(whole);
        assert_eq!(budget.used(), 4);
        drop(share);
        assert_eq!(budget.used(), 0);
    }
}
