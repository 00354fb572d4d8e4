//! Requests in flight on the host, given round robin to those that wait: each job has a turn, however many parts of
//! another one wait.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

/// All requests that may be in flight.
#[derive(Debug)]
pub(crate) struct Requests {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    free: usize,
    next_lane: u64,
    /// Lanes with somebody waiting, in the order of their turns.
    turns: VecDeque<u64>,
    waiting: BTreeMap<u64, VecDeque<oneshot::Sender<Request>>>,
}

/// One job's way to requests.
#[derive(Debug)]
pub(crate) struct Lane {
    requests: Arc<Requests>,
    id: u64,
}

/// The right to have a request in flight; the next in turn gets it when this is dropped.
#[derive(Debug)]
pub(crate) struct Request(Option<Arc<Requests>>);

impl Requests {
    pub(crate) fn new(count: usize) -> Arc<Self> {
        let state = State { free: count.max(1), next_lane: 0, turns: VecDeque::new(), waiting: BTreeMap::new() };
        Arc::new(Self { state: Mutex::new(state) })
    }

    /// A way for one more job.
    pub(crate) fn lane(self: &Arc<Self>) -> Lane {
        let mut state = self.lock();
        let id = state.next_lane;
        state.next_lane = state.next_lane.wrapping_add(1);
        Lane { requests: Arc::clone(self), id }
    }

    fn give_back(self: Arc<Self>) {
        let mut given = Some(self);
        while let Some(requests) = given.take() {
            let mut state = requests.lock();
            let Some(next) = state.next() else {
                state.free = state.free.saturating_add(1);
                return;
            };
            drop(state);
            // Who no longer waits is passed over.
            given = next.send(Request(Some(requests))).err().and_then(|mut refused| refused.0.take());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The one whose turn it is; its lane goes behind all others.
    fn next(&mut self) -> Option<oneshot::Sender<Request>> {
        let lane = self.turns.pop_front()?;
        let waiting = self.waiting.get_mut(&lane)?;
        let next = waiting.pop_front();
        if waiting.is_empty() {
            self.waiting.remove(&lane);
        } else {
            self.turns.push_back(lane);
        }
        next
    }
}

impl Lane {
    /// Waits for its turn. May be dropped while it waits.
    pub(crate) async fn acquire(&self) -> Request {
        loop {
            let turn = {
                let mut state = self.requests.lock();
                if state.free > 0 {
                    state.free -= 1;
                    return Request(Some(Arc::clone(&self.requests)));
                }
                let (sender, turn) = oneshot::channel();
                let waiting = state.waiting.entry(self.id).or_default();
                let is_new = waiting.is_empty();
                waiting.push_back(sender);
                if is_new {
                    state.turns.push_back(self.id);
                }
                turn
            };
            // Whoever holds the sender gives; it is never dropped without.
            if let Ok(request) = turn.await {
                return request;
            }
        }
    }

    /// One that nobody waits for; none if there is none.
    pub(crate) fn try_acquire(&self) -> Option<Request> {
        let mut state = self.requests.lock();
        state.free = state.free.checked_sub(1)?;
        Some(Request(Some(Arc::clone(&self.requests))))
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        if let Some(requests) = self.0.take() {
            requests.give_back();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::task::Poll;
    use std::time::Duration;

    use futures_util::poll;
    use tokio::time::timeout;

    use super::*;

    #[tokio::test]
    async fn a_job_with_many_waiting_parts_starves_no_other() {
        let requests = Requests::new(1);
        let (greedy, modest) = (requests.lane(), requests.lane());
        let held = greedy.acquire().await;
        let mut many: Vec<_> = (0..100).map(|_| Box::pin(greedy.acquire())).collect();
        for one in &mut many {
            assert!(poll!(one).is_pending());
        }
        let mut one = Box::pin(modest.acquire());
        assert!(poll!(&mut one).is_pending());
        drop(held);
        let mut taken = 0;
        while poll!(&mut one).is_pending() {
            let Some(position) = first_ready(&mut many).await else { panic!("nobody has the request") };
            drop(many.remove(position));
            taken += 1;
        }
        assert!(taken <= 1, "{taken} parts of the greedy job came first");
    }

    /// The one that has the request; it goes when the future is dropped.
    async fn first_ready<F: Future<Output = Request>>(many: &mut [std::pin::Pin<Box<F>>]) -> Option<usize> {
        for (position, one) in many.iter_mut().enumerate() {
            if let Poll::Ready(request) = poll!(one) {
                drop(request);
                return Some(position);
            }
        }
        None
    }

    #[tokio::test(start_paused = true)]
    async fn who_no_longer_waits_is_passed_over_and_nothing_is_lost() {
        let requests = Requests::new(2);
        let (one, other) = (requests.lane(), requests.lane());
        let held = (one.acquire().await, one.acquire().await);
        assert!(one.try_acquire().is_none());
        for _ in 0..10 {
            assert!(timeout(Duration::from_millis(1), other.acquire()).await.is_err());
        }
        drop(held);
        let again = (other.acquire().await, other.try_acquire());
        assert!(again.1.is_some() && one.try_acquire().is_none());
        drop(again);
        assert_eq!(requests.lock().free, 2);
    }

    #[tokio::test]
    async fn a_turn_that_came_and_was_not_taken_goes_on() {
        let requests = Requests::new(1);
        let lane = requests.lane();
        let held = lane.acquire().await;
        let mut first = Box::pin(lane.acquire());
        let mut second = Box::pin(lane.acquire());
        assert!(poll!(&mut first).is_pending() && poll!(&mut second).is_pending());
        drop(held);
        drop(first);
        assert!(poll!(&mut second).is_ready());
    }
}
