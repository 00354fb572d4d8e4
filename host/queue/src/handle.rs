//! The verbs on jobs, for everybody who wants something of the queue.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rushes_memory::Figures;
use rushes_model::job::State;
use rushes_model::{HostId, JobId, Stop};
use rushes_store::{Created, Interview, Job, NewJob};

use crate::Error;
use crate::shared::Shared;

/// Why this host takes no new jobs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// It takes them.
    None,
    /// It uses too much memory.
    MemoryConstrained,
    /// Somebody paused it.
    Paused,
    /// It is being shut down.
    Draining,
}

impl Throttle {
    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::MemoryConstrained => "memory_constrained",
            Self::Paused => "paused",
            Self::Draining => "draining",
        }
    }
}

/// How this host stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Which host.
    pub host: HostId,
    /// Jobs now.
    pub running: u32,
    /// Jobs at most.
    pub slots: u32,
    /// Why it takes none.
    pub throttle: Throttle,
    /// Its memory.
    pub memory: Figures,
}

/// The verbs on jobs. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Handle {
    pub(crate) shared: Arc<Shared>,
}

impl Handle {
    /// Creates a job; its file is looked for at once.
    ///
    /// # Errors
    /// When its idempotency key was used for another request, or the database fails.
    pub async fn submit(&self, new: NewJob) -> Result<Created, Error> {
        let created = self.shared.store.write().create_job(new).await?;
        self.shared.tell_of_work();
        Ok(created)
    }

    /// Tries a job now.
    ///
    /// # Errors
    /// When there is no such job, its state doesn't allow it, or the database fails.
    pub async fn retry(&self, job: JobId) -> Result<Job, Error> {
        let job = self.shared.store.write().retry(job).await?;
        self.shared.tell_of_work();
        Ok(job)
    }

    /// Cancels a job. One that runs is told to stop: at once if it runs here, with its next renewal elsewhere.
    ///
    /// # Errors
    /// When there is no such job, it ended already, or the database fails.
    pub async fn cancel(&self, job: JobId) -> Result<Job, Error> {
        let cancelled = self.shared.store.write().cancel(job).await?;
        if cancelled.state == State::Processing {
            self.shared.running.stop_job(job, Stop::Cancelled);
        }
        Ok(cancelled)
    }

    /// No more jobs will come for this interview.
    ///
    /// # Errors
    /// When there is no such interview, or the database fails.
    pub async fn seal(&self, interview: &str) -> Result<Interview, Error> {
        Ok(self.shared.store.write().seal(interview).await?)
    }

    /// Something said that an object arrived: the jobs that wait for it look at once. How many.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn arrived(&self, bucket: &str, key: &str) -> Result<u64, Error> {
        let waiting = self.shared.store.write().probe_now(bucket, key).await?;
        if waiting > 0 {
            self.shared.tell_of_work();
        }
        Ok(waiting)
    }

    /// Looks for files and claims now, without waiting for the next round.
    pub fn wake(&self) {
        self.shared.files.notify_one();
        self.shared.claims.notify_one();
    }

    /// Takes no new jobs here until [`Handle::resume`]; what runs goes on.
    pub fn pause(&self) {
        self.shared.is_paused.store(true, Ordering::Relaxed);
    }

    /// Takes jobs again.
    pub fn resume(&self) {
        self.shared.is_paused.store(false, Ordering::Relaxed);
        self.shared.claims.notify_one();
    }

    /// How this host stands.
    pub fn status(&self) -> Status {
        self.shared.status()
    }
}

impl Shared {
    pub(crate) fn status(&self) -> Status {
        let memory = self.budget.figures();
        let throttle = if self.is_draining.load(Ordering::Relaxed) {
            Throttle::Draining
        } else if self.is_paused.load(Ordering::Relaxed) {
            Throttle::Paused
        } else if memory.is_constrained {
            Throttle::MemoryConstrained
        } else {
            Throttle::None
        };
        Status {
            host: self.host,
            running: u32::try_from(self.running.count()).unwrap_or(u32::MAX),
            slots: self.settings.slots,
            throttle,
            memory,
        }
    }
}
