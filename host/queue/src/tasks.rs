//! Tasks with a name and with what their end means, and the two tokens of a shutdown.
//!
//! ```text
//!   signal ─► draining: nothing new, finish ──(grace)──► stopping: hand back ─► all tasks ended ─► database closed
//! ```
//! A vital part that returns or panics drains the host: nothing goes on half.

use std::future::Future;
use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::{Instrument, error, info, info_span};

/// The two tokens of a shutdown. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Shutdown {
    draining: CancellationToken,
    stopping: CancellationToken,
}

impl Shutdown {
    /// Nothing is shut down yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Take nothing new, finish what is begun.
    pub const fn draining(&self) -> &CancellationToken {
        &self.draining
    }

    /// End now, hand back what isn't finished.
    pub const fn stopping(&self) -> &CancellationToken {
        &self.stopping
    }

    /// Begins to drain.
    pub fn drain(&self) {
        self.draining.cancel();
    }

    /// Drains and stops.
    pub fn stop(&self) {
        self.draining.cancel();
        self.stopping.cancel();
    }
}

/// What the end of a task means for the host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ends {
    /// The host can't go on without it.
    StopHost,
    /// Nothing.
    Quietly,
}

/// How a host ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Finished {
    /// Everything had ended within the grace.
    Drained,
    /// Something was told to stop.
    Cut,
}

/// The tasks of a host.
#[derive(Clone, Debug, Default)]
pub struct Tasks {
    tracker: TaskTracker,
    shutdown: Shutdown,
}

impl Tasks {
    /// None yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The tokens, for parts that run.
    pub fn shutdown(&self) -> Shutdown {
        self.shutdown.clone()
    }

    /// Starts a task.
    pub fn spawn(&self, name: &'static str, ends: Ends, task: impl Future<Output = ()> + Send + 'static) {
        // Dropped when the task returns and when it panics, either way after its last word.
        let drains = (ends == Ends::StopHost).then(|| self.shutdown.draining.clone().drop_guard());
        let draining = self.shutdown.draining.clone();
        let named = async move {
            let _drains = drains;
            task.await;
            if ends == Ends::StopHost && !draining.is_cancelled() {
                error!(task = name, "a part ended that the host needs, the host drains");
            }
        };
        self.tracker.spawn(named.instrument(info_span!("task", name)));
    }

    /// Waits for the signal, or for the end of a vital part; drains, and after the grace stops. Returns when every task
    /// has ended.
    pub async fn finish(self, signal: impl Future<Output = ()>, grace: Duration) -> Finished {
        tokio::select! {
            () = signal => {}
            () = self.shutdown.draining.cancelled() => {}
        }
        info!(grace_ms = grace.as_millis(), "draining");
        self.shutdown.drain();
        self.tracker.close();
        if tokio::time::timeout(grace, self.tracker.wait()).await.is_ok() {
            return Finished::Drained;
        }
        info!("stopping");
        self.shutdown.stop();
        self.tracker.wait().await;
        Finished::Cut
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;
    use std::time::Instant;

    use super::*;

    #[tokio::test]
    async fn a_task_that_ends_within_the_grace_is_not_cut() {
        let tasks = Tasks::new();
        tasks.spawn("job", Ends::Quietly, tokio::time::sleep(Duration::from_millis(30)));
        assert_eq!(tasks.finish(async {}, Duration::from_secs(60)).await, Finished::Drained);
    }

    #[tokio::test]
    async fn a_task_that_goes_on_is_told_to_stop_after_the_grace() {
        let tasks = Tasks::new();
        let stopping = tasks.shutdown().stopping().clone();
        let begun = Instant::now();
        tasks.spawn("job", Ends::Quietly, async move { stopping.cancelled().await });
        assert_eq!(tasks.finish(async {}, Duration::from_millis(80)).await, Finished::Cut);
        assert!(begun.elapsed() >= Duration::from_millis(80));
    }

    #[tokio::test]
    async fn a_vital_part_that_panics_drains_the_host() {
        let tasks = Tasks::new();
        tasks.spawn("queue", Ends::StopHost, async { panic!("the part broke") });
        assert_eq!(tasks.finish(pending(), Duration::from_secs(60)).await, Finished::Drained);
    }
}
