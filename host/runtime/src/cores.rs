//! Permits for cores, and the clock of those who hold them.
//!
//! Every call into a component holds a permit, so that a hundred sessions don't fight for two cores and wall-clock
//! limits mean something. While any permit is held, a thread ticks the engine's epoch every [`TICK`]; each tick lets
//! running guests look whether they should stop. With no call running, nothing ticks.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use rushes_model::{Stop, StopToken};

/// How often running guests look up. A stop or a timeout is noticed within two.
pub(crate) const TICK: Duration = Duration::from_millis(10);

/// So many permits.
pub(crate) struct Cores {
    shared: Arc<Shared>,
    ticker: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Shared {
    state: Mutex<State>,
    /// A permit came back.
    freed: Condvar,
    /// A first permit was taken, or the end has come.
    woken: Condvar,
}

#[derive(Debug)]
struct State {
    count: usize,
    taken: usize,
    /// Waiting for a permit. Telling nobody would cost a system call at each push.
    waiting: usize,
    ticker_sleeps: bool,
    closed: bool,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Cores {
    /// So many permits; `tick` is called while any is taken.
    pub(crate) fn new(count: usize, tick: impl Fn() + Send + 'static) -> std::io::Result<Self> {
        let state = State { count, taken: 0, waiting: 0, ticker_sleeps: false, closed: false };
        let shared = Arc::new(Shared { state: Mutex::new(state), freed: Condvar::new(), woken: Condvar::new() });
        let ticking = Arc::clone(&shared);
        let ticker = thread::Builder::new().name("epoch".into()).spawn(move || run(&ticking, tick))?;
        Ok(Self { shared, ticker: Some(ticker) })
    }

    /// Waits for a permit, or for being told to stop.
    pub(crate) fn take(&self, stop: &StopToken) -> Result<Permit<'_>, Stop> {
        let mut state = self.shared.lock();
        while state.taken >= state.count {
            stop.check()?;
            state.waiting += 1;
            let waited = self.shared.freed.wait_timeout(state, TICK);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
            state.waiting -= 1;
        }
        stop.check()?;
        state.taken += 1;
        if state.ticker_sleeps {
            self.shared.woken.notify_one();
        }
        Ok(Permit(&self.shared))
    }
}

/// Ends the ticking and waits for its thread.
impl Drop for Cores {
    fn drop(&mut self) {
        self.shared.lock().closed = true;
        self.shared.woken.notify_one();
        if let Some(ticker) = self.ticker.take() {
            drop(ticker.join());
        }
    }
}

/// A core's worth of time. Dropping it lets the next one run.
pub(crate) struct Permit<'a>(&'a Shared);

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        let mut state = self.0.lock();
        state.taken -= 1;
        if state.waiting > 0 {
            self.0.freed.notify_one();
        }
    }
}

fn run(shared: &Shared, tick: impl Fn()) {
    loop {
        let mut state = shared.lock();
        while state.taken == 0 && !state.closed {
            state.ticker_sleeps = true;
            state = shared.woken.wait(state).unwrap_or_else(PoisonError::into_inner);
            state.ticker_sleeps = false;
        }
        if state.closed {
            return;
        }
        drop(state);
        thread::sleep(TICK);
        tick();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::sync::mpsc;

    use rushes_model::StopSource;

    use super::*;

    #[test]
    fn a_permit_is_waited_for_and_ticks_while_it_is_held() {
        let (ticked, ticks) = mpsc::channel();
        let cores = Cores::new(1, move || {
            let _ = ticked.send(());
        })
        .unwrap();
        let held = cores.take(&StopToken::never()).unwrap();
        let order = AtomicUsize::new(0);
        thread::scope(|scope| {
            let second = scope.spawn(|| {
                let _permit = cores.take(&StopToken::never()).unwrap();
                order.load(Ordering::SeqCst)
            });
            ticks.recv().unwrap();
            ticks.recv().unwrap();
            order.store(1, Ordering::SeqCst);
            drop(held);
            assert_eq!(second.join().unwrap(), 1, "the second got in while the first held the only permit");
        });
    }

    #[test]
    fn a_stop_ends_the_waiting() {
        let cores = Cores::new(1, || {}).unwrap();
        let _held = cores.take(&StopToken::never()).unwrap();
        let source = StopSource::new();
        thread::scope(|scope| {
            let waiting = scope.spawn(|| cores.take(&source.token()).map(|_| ()));
            source.stop(Stop::Draining);
            assert_eq!(waiting.join().unwrap(), Err(Stop::Draining));
        });
    }
}
