//! Telling a piece of work to stop, and why. Standard library only: threads poll it, async code hangs a callback on it.
//!
//! ```
//! use rushes_model::stop::{Stop, StopSource};
//!
//! let source = StopSource::new();
//! let token = source.token();
//! assert_eq!(token.check(), Ok(()));
//! source.stop(Stop::Draining);
//! source.stop(Stop::Cancelled); // the first reason stands
//! assert_eq!(token.check(), Err(Stop::Draining));
//! ```

use std::fmt;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use crate::failure::{Class, Classify, Code, Reason};

/// Why work was told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum Stop {
    /// Somebody cancelled the job.
    #[error("the job was cancelled")]
    Cancelled,
    /// The lease ran out or went to another host: nothing may be written any more.
    #[error("the lease was lost, another host may have the job")]
    LeaseLost,
    /// The attempt's time is over.
    #[error("the attempt ran out of time")]
    TimedOut,
    /// No progress for too long.
    #[error("the attempt made no progress")]
    Stalled,
    /// The host shuts down.
    #[error("the host is shutting down")]
    Draining,
    /// The host's memory is almost used up.
    #[error("the host's memory is almost used up")]
    OutOfMemory,
}

impl Stop {
    const ALL: [Self; 6] =
        [Self::Cancelled, Self::LeaseLost, Self::TimedOut, Self::Stalled, Self::Draining, Self::OutOfMemory];

    /// 0 is "not stopped".
    const fn number(self) -> u8 {
        match self {
            Self::Cancelled => 1,
            Self::LeaseLost => 2,
            Self::TimedOut => 3,
            Self::Stalled => 4,
            Self::Draining => 5,
            Self::OutOfMemory => 6,
        }
    }

    fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|stop| stop.number() == number)
    }
}

impl Classify for Stop {
    fn class(&self) -> Class {
        match self {
            Self::Cancelled => Class::Permanent(Reason::Cancelled),
            Self::TimedOut | Self::Stalled => Class::Transient,
            Self::LeaseLost | Self::Draining | Self::OutOfMemory => Class::HandedBack,
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Cancelled => Code::JobCancelled,
            Self::LeaseLost => Code::JobLeaseLost,
            Self::TimedOut => Code::JobTimeout,
            Self::Stalled => Code::JobStalled,
            Self::Draining | Self::OutOfMemory => Code::JobHandedBack,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::TimedOut => Some("raise JOB_TIMEOUT, or split the recording".into()),
            Self::Stalled => {
                Some("see the job's log for the stage that stood still; STALL_TIMEOUT is the limit".into())
            }
            Self::Cancelled | Self::LeaseLost | Self::Draining | Self::OutOfMemory => None,
        }
    }
}

type Callback = Box<dyn FnOnce(Stop) + Send>;

#[derive(Default)]
struct Shared {
    number: AtomicU8,
    waiting: Mutex<Waiting>,
    stopped: Condvar,
}

#[derive(Default)]
struct Waiting {
    next: u64,
    callbacks: Vec<(u64, Callback)>,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Waiting> {
        // A callback never runs under the lock, so a panic can't leave the list half changed.
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn reason(&self) -> Option<Stop> {
        Stop::from_number(self.number.load(Ordering::Acquire))
    }
}

/// The side that tells. Cheap to clone; dropping it stops nothing.
#[derive(Clone, Default)]
pub struct StopSource(Arc<Shared>);

impl StopSource {
    /// One that hasn't told anything yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The side that listens.
    pub fn token(&self) -> StopToken {
        StopToken(Arc::clone(&self.0))
    }

    /// Tells to stop and runs the callbacks on this thread. True if this was the first time; the first reason stands.
    pub fn stop(&self, why: Stop) -> bool {
        let first = self.0.number.compare_exchange(0, why.number(), Ordering::AcqRel, Ordering::Acquire).is_ok();
        if first {
            let callbacks = std::mem::take(&mut self.0.lock().callbacks);
            self.0.stopped.notify_all();
            for (_, callback) in callbacks {
                callback(why);
            }
        }
        first
    }

    /// What was told, if anything.
    pub fn reason(&self) -> Option<Stop> {
        self.0.reason()
    }
}

impl fmt::Debug for StopSource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("StopSource").field(&self.reason()).finish()
    }
}

/// The side that listens. Cheap to clone and to poll (one atomic load).
#[derive(Clone)]
pub struct StopToken(Arc<Shared>);

impl StopToken {
    /// One that is never stopped: one-off work, tests.
    pub fn never() -> Self {
        StopSource::new().token()
    }

    /// Why to stop, none = go on.
    pub fn reason(&self) -> Option<Stop> {
        self.0.reason()
    }

    /// The same as a result, for `?`.
    ///
    /// # Errors
    /// When told to stop.
    pub fn check(&self) -> Result<(), Stop> {
        self.reason().map_or(Ok(()), Err)
    }

    /// Calls `callback` once, on the thread that stops, or at once where it is stopped already. It must be quick and
    /// must not block. Dropping the watch takes the callback away; it may be running on another thread at that moment.
    #[must_use = "dropping the watch takes the callback away"]
    pub fn on_stop(&self, callback: impl FnOnce(Stop) + Send + 'static) -> StopWatch {
        let mut waiting = self.0.lock();
        let place = waiting.next;
        match self.0.reason() {
            Some(why) => {
                drop(waiting);
                callback(why);
            }
            None => {
                waiting.next += 1;
                waiting.callbacks.push((place, Box::new(callback)));
            }
        }
        StopWatch { shared: Arc::clone(&self.0), place }
    }

    /// Sleeps on this thread, until it is told to stop.
    ///
    /// # Errors
    /// When told to stop, before or meanwhile.
    pub fn sleep(&self, length: Duration) -> Result<(), Stop> {
        let waiting = self.0.lock();
        let slept = self.0.stopped.wait_timeout_while(waiting, length, |_| self.0.reason().is_none());
        drop(slept);
        self.check()
    }
}

impl fmt::Debug for StopToken {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_tuple("StopToken").field(&self.reason()).finish()
    }
}

/// Holds a callback in its place; see [`StopToken::on_stop`].
pub struct StopWatch {
    shared: Arc<Shared>,
    place: u64,
}

impl Drop for StopWatch {
    fn drop(&mut self) {
        let mut waiting = self.shared.lock();
        let found = waiting.callbacks.iter().position(|(place, _)| *place == self.place);
        let callback = found.map(|index| waiting.callbacks.swap_remove(index));
        // What the callback holds may itself hold a watch: it is dropped without the lock.
        drop(waiting);
        drop(callback);
    }
}

impl fmt::Debug for StopWatch {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("StopWatch").field("place", &self.place).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::thread;

    use super::*;

    #[test]
    fn the_first_reason_stands_and_its_callbacks_run_once() {
        let source = StopSource::new();
        let (told, heard) = mpsc::channel();
        let again = told.clone();
        let _watch = source.token().on_stop(move |why| told.send(why).unwrap());
        assert!(source.stop(Stop::LeaseLost));
        assert!(!source.stop(Stop::Cancelled));
        assert_eq!(source.token().reason(), Some(Stop::LeaseLost));
        let _late = source.token().on_stop(move |why| again.send(why).unwrap());
        assert_eq!(heard.iter().take(2).collect::<Vec<_>>(), [Stop::LeaseLost, Stop::LeaseLost]);
    }

    #[test]
    fn a_dropped_watch_hears_nothing() {
        let source = StopSource::new();
        let (told, heard) = mpsc::channel();
        drop(source.token().on_stop(move |why| told.send(why).unwrap()));
        source.stop(Stop::Draining);
        assert!(heard.recv().is_err());
    }

    #[test]
    fn a_sleeper_wakes_when_it_is_told_to_stop() {
        let source = StopSource::new();
        let token = source.token();
        let sleeper = thread::spawn(move || token.sleep(Duration::from_secs(60)));
        source.stop(Stop::Stalled);
        assert_eq!(sleeper.join().unwrap(), Err(Stop::Stalled));
        assert_eq!(StopToken::never().sleep(Duration::from_millis(1)), Ok(()));
    }

    #[test]
    fn every_reason_survives_its_number() {
        for stop in Stop::ALL {
            assert_eq!(Stop::from_number(stop.number()), Some(stop));
        }
        assert_eq!(Stop::from_number(0), None);
    }
}
