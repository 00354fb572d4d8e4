//! The verbs on jobs, for everybody who wants something of the queue.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use rushes_memory::Figures;
use rushes_model::job::State;
use rushes_model::{HostId, JobId, Stop};
use rushes_store::{Begun, Bulk, Created, Filter, Interview, Job, NewInterviewWithJobs, NewJob, Receipt, Wish};

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

    /// Creates jobs, all or none; their files are looked for at once.
    ///
    /// # Errors
    /// When an idempotency key was used for another request, an interview has another type, or the database fails.
    pub async fn submit_all(&self, new: Vec<NewJob>) -> Result<Vec<Created>, Error> {
        let created = self.shared.store.write().create_jobs(new).await?;
        self.shared.files.notify_one();
        Ok(created)
    }

    /// Begins an interview with its jobs, all or nothing; their files are looked for at once.
    ///
    /// # Errors
    /// When there is one of that name, its idempotency key was used for another request, or the database fails.
    pub async fn begin_interview(&self, new: &NewInterviewWithJobs) -> Result<Begun, Error> {
        let begun = self.shared.store.write().begin_interview(new).await?;
        self.shared.files.notify_one();
        Ok(begun)
    }

    /// Tries all jobs now that match.
    ///
    /// # Errors
    /// When the database fails; what was changed before stays so.
    pub async fn retry_all(&self, filter: &Filter) -> Result<Bulk, Error> {
        let bulk = self.shared.store.write().retry_all(filter).await?;
        self.wake();
        Ok(bulk)
    }

    /// Cancels all jobs that match; those that run here are told at once.
    ///
    /// # Errors
    /// When the database fails; what was changed before stays so.
    pub async fn cancel_all(&self, filter: &Filter) -> Result<Bulk, Error> {
        let bulk = self.shared.store.write().cancel_all(filter).await?;
        for job in &bulk.changed {
            self.shared.running.stop_job(*job, Stop::Cancelled);
        }
        Ok(bulk)
    }

    /// Deletes a job that ended, with all that was derived from it.
    ///
    /// # Errors
    /// When there is no such job, it hasn't ended, or the database fails.
    pub async fn delete_job(&self, job: JobId) -> Result<Receipt, Error> {
        Ok(self.shared.store.write().delete_job(job).await?)
    }

    /// Deletes an interview with all its jobs and all that was derived from them. Those that run can write nothing any
    /// more; here they are told at once, elsewhere with their next renewal.
    ///
    /// # Errors
    /// When there is no such interview, or the database fails; then it can be called again.
    pub async fn delete_interview(&self, interview: &str) -> Result<Receipt, Error> {
        let receipt = self.shared.store.write().delete_interview(interview).await?;
        for job in &receipt.running {
            self.shared.running.stop_job(*job, Stop::LeaseLost);
        }
        Ok(receipt)
    }

    /// Takes no jobs of a pipeline any more, on any host. Whether that was new.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pause_pipeline(&self, name: &str) -> Result<bool, Error> {
        Ok(self.shared.store.write().pause_pipeline(name).await?)
    }

    /// Takes jobs of a pipeline again. Whether it was paused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resume_pipeline(&self, name: &str) -> Result<bool, Error> {
        let was_paused = self.shared.store.write().resume_pipeline(name).await?;
        self.shared.claims.notify_one();
        Ok(was_paused)
    }

    /// Wishes something of a host: this one obeys at once, another with its next heartbeat.
    ///
    /// # Errors
    /// When there is no such host, or the database fails.
    pub async fn wish_host(&self, host: HostId, wish: Wish) -> Result<(), Error> {
        self.shared.store.write().wish_host(host, wish).await?;
        if host == self.shared.host {
            self.shared.upkeep.notify_one();
        }
        Ok(())
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
    /// By this process, or by a wish.
    pub(crate) fn is_paused(&self) -> bool {
        self.is_paused.load(Ordering::Relaxed) || self.is_wished_paused.load(Ordering::Relaxed)
    }

    pub(crate) fn status(&self) -> Status {
        let memory = self.budget.figures();
        let throttle = if self.is_draining.load(Ordering::Relaxed) {
            Throttle::Draining
        } else if self.is_paused() {
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
