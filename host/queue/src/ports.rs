//! What a run is handed: all that it may ask for and say, fenced by its lease.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rushes_memory::Reservation;
use rushes_model::{ByteSize, Failure, LogLine, Progress, Stop, StopToken};
use rushes_store::{Claim, Effect, Write};
use serde_json::Value;
use tokio::sync::Mutex;
use tracing::debug;

use crate::running::Attempt;

/// Between two tries to reach the database.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);

/// What a run is handed. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Ports {
    pub(crate) attempt: Arc<Attempt>,
    pub(crate) write: Write,
    pub(crate) reservation: Arc<Mutex<Reservation>>,
    pub(crate) partials_made: Arc<AtomicU32>,
}

impl Ports {
    /// The job and its lease.
    pub fn claim(&self) -> &Claim {
        &self.attempt.claim
    }

    /// Says when to end, and why.
    pub fn stop(&self) -> StopToken {
        self.attempt.stop.token()
    }

    /// A partial that is kept under a key, if there is one. The job uses it from now on. A database that doesn't answer
    /// is waited for as long as the lease may be ours.
    ///
    /// # Errors
    /// When the run was told to stop meanwhile, or the lease is lost (then it is told so).
    pub async fn get_partial(&self, key: &str) -> Result<Option<Vec<u8>>, Failure> {
        let mut pauses = pauses();
        loop {
            match self.still_ours(self.write.get_partial(self.claim(), key).await) {
                Err(failure) if self.may_wait(&failure) => tokio::time::sleep(pauses()).await,
                done => return done,
            }
        }
    }

    /// Keeps a partial. A database that doesn't answer is waited for as long as the lease may be ours.
    ///
    /// # Errors
    /// When it is too large, the run was told to stop meanwhile, or the lease is lost (then it is told so).
    pub async fn put_partial(&self, key: &str, bytes: &[u8]) -> Result<(), Failure> {
        let mut pauses = pauses();
        loop {
            match self.still_ours(self.write.put_partial(self.claim(), key, bytes).await) {
                Err(failure) if self.may_wait(&failure) => tokio::time::sleep(pauses()).await,
                done => break done?,
            }
        }
        self.partials_made.fetch_add(1, Ordering::Relaxed);
        self.attempt.journal.touch(Instant::now());
        self.attempt.is_cleared.store(true, Ordering::Relaxed);
        Ok(())
    }

    /// Says how far it is. May be called often: only the latest is written, twice a second.
    pub fn progress(&self, progress: Progress) {
        self.attempt.journal.progress(progress, Instant::now());
    }

    /// Keeps a line of an analyzer's log; beyond 256 KiB they are dropped, with a note.
    pub fn log(&self, line: &LogLine) {
        self.attempt.journal.log(line);
    }

    /// Keeps anything else worth knowing: damage, a stage that began.
    pub fn note(&self, kind: &'static str, detail: Value) {
        self.attempt.journal.note(kind, detail);
    }

    /// Reserves more memory, if it is free. Whether it was; where not, the job is best handed back.
    pub async fn reserve_more(&self, more: ByteSize) -> bool {
        self.reservation.lock().await.grow(more)
    }

    /// An outage that is shorter than the lease costs nothing but time; the heart tells the run to stop when it lasts
    /// longer.
    fn may_wait(&self, failure: &Failure) -> bool {
        let may = failure.is_transient() && self.attempt.stop.reason().is_none();
        if may {
            debug!(target: "queue_processor", job = %self.claim().id(), error = %failure, "a run waits for the database");
        }
        may
    }

    fn still_ours<T>(&self, effect: rushes_store::Result<Effect<T>>) -> Result<T, Failure> {
        match effect {
            Ok(Effect::Applied(value)) => Ok(value),
            Ok(Effect::Lost) => {
                self.attempt.stop.stop(Stop::LeaseLost);
                Err(Failure::of(&Stop::LeaseLost))
            }
            Err(error) => Err(Failure::of(&error)),
        }
    }
}

/// Ever longer pauses between two tries to reach the database.
fn pauses() -> impl FnMut() -> Duration + Send {
    let mut next = Duration::from_millis(50);
    move || {
        next = (next * 2).min(LONGEST_PAUSE);
        next
    }
}
