//! A bounded channel that counts bytes, not messages: what a slow session holds back is memory.
//!
//! A message larger than the bound is let through alone, so that no picture is too big to pass. Both ends can be
//! closed; a sender then learns that nobody listens, a receiver that nothing more comes.

use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rushes_model::ByteSize;

/// The two ends of a channel that holds at most `bound` bytes.
pub(crate) fn channel<T>(bound: ByteSize) -> (Sender<T>, Receiver<T>) {
    let shared = Arc::new(Shared {
        state: Mutex::new(State { queue: VecDeque::new(), held: 0, sender_gone: false, receiver_gone: false }),
        moved: Condvar::new(),
        bound: bound.as_bytes(),
    });
    (Sender { shared: Arc::clone(&shared) }, Receiver { shared })
}

struct Shared<T> {
    state: Mutex<State<T>>,
    moved: Condvar,
    bound: u64,
}

struct State<T> {
    queue: VecDeque<(u64, T)>,
    held: u64,
    sender_gone: bool,
    receiver_gone: bool,
}

impl<T> Shared<T> {
    /// A panic while the lock was held can't leave the counters half changed, so a poisoned lock is used on.
    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Nobody listens any more.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Closed;

/// How long a blocked sender sleeps before it asks again whether it should stop.
const NAP: Duration = Duration::from_millis(20);

/// The end that is filled.
pub(crate) struct Sender<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Sender<T> {
    /// Waits for room, then hands the message over; `stopped` is asked while it waits. Returns the time waited.
    pub(crate) fn send(&self, bytes: u64, message: T, stopped: impl Fn() -> bool) -> Result<Duration, Closed> {
        let began = Instant::now();
        let mut state = self.shared.lock();
        while !state.receiver_gone && state.held > 0 && state.held.saturating_add(bytes) > self.shared.bound {
            if stopped() {
                return Err(Closed);
            }
            state = self.shared.moved.wait_timeout(state, NAP).unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.receiver_gone {
            return Err(Closed);
        }
        state.held = state.held.saturating_add(bytes);
        state.queue.push_back((bytes, message));
        drop(state);
        self.shared.moved.notify_all();
        Ok(began.elapsed())
    }
}

impl<T> Drop for Sender<T> {
    fn drop(&mut self) {
        self.shared.lock().sender_gone = true;
        self.shared.moved.notify_all();
    }
}

/// The end that is emptied.
pub(crate) struct Receiver<T> {
    shared: Arc<Shared<T>>,
}

impl<T> Receiver<T> {
    /// The next message, none once the sender is gone and the queue is empty.
    pub(crate) fn receive(&self) -> Option<T> {
        let mut state = self.shared.lock();
        loop {
            if let Some((bytes, message)) = state.queue.pop_front() {
                state.held = state.held.saturating_sub(bytes);
                drop(state);
                self.shared.moved.notify_all();
                return Some(message);
            }
            if state.sender_gone {
                return None;
            }
            state = self.shared.moved.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl<T> Drop for Receiver<T> {
    fn drop(&mut self) {
        let mut state = self.shared.lock();
        state.receiver_gone = true;
        state.queue.clear();
        state.held = 0;
        drop(state);
        self.shared.moved.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_arrive_in_order_and_then_the_end() {
        let (sender, receiver) = channel(ByteSize::bytes(100));
        sender.send(10, 1, || false).unwrap();
        sender.send(10, 2, || false).unwrap();
        drop(sender);
        assert_eq!((receiver.receive(), receiver.receive(), receiver.receive()), (Some(1), Some(2), None));
    }

    #[test]
    fn a_full_channel_holds_its_sender_back_until_there_is_room() {
        let (sender, receiver) = channel(ByteSize::bytes(10));
        sender.send(8, 'a', || false).unwrap();
        let other = std::thread::spawn(move || sender.send(8, 'b', || false));
        assert_eq!(receiver.receive(), Some('a'));
        assert_eq!(receiver.receive(), Some('b'));
        assert!(other.join().unwrap().is_ok());
    }

    #[test]
    fn a_message_larger_than_the_bound_passes_alone() {
        let (sender, receiver) = channel(ByteSize::bytes(10));
        sender.send(1_000, 'x', || false).unwrap();
        assert_eq!(sender.send(1, 'y', || true), Err(Closed), "no room beside it");
        assert_eq!(receiver.receive(), Some('x'));
    }

    #[test]
    fn a_sender_learns_that_nobody_listens() {
        let (sender, receiver) = channel(ByteSize::bytes(10));
        drop(receiver);
        assert_eq!(sender.send(1, 'x', || false), Err(Closed));
    }
}
