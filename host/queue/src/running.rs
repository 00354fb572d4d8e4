//! The attempts that are under way here, by lease.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use rushes_model::{JobId, LeaseId, Stop, StopSource};
use rushes_store::Claim;

use crate::journal::Journal;

/// One attempt that is under way.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) claim: Claim,
    pub(crate) stop: StopSource,
    pub(crate) journal: Journal,
    /// It got further than where hosts crashed under it, so that others may run beside it.
    pub(crate) is_cleared: AtomicBool,
    /// When the lease was surely ours for the last time: the moment *before* the statement that gave or renewed it.
    renewed: Mutex<Instant>,
}

impl Attempt {
    pub(crate) fn new(claim: Claim, claimed: Instant) -> Self {
        Self {
            claim,
            stop: StopSource::new(),
            journal: Journal::new(claimed),
            is_cleared: AtomicBool::new(false),
            renewed: Mutex::new(claimed),
        }
    }

    /// Whether nothing may run beside it now.
    pub(crate) fn runs_alone(&self) -> bool {
        self.claim.runs_alone() && !self.is_cleared.load(Ordering::Relaxed)
    }

    pub(crate) fn set_renewed(&self, at: Instant) {
        *self.renewed.lock().unwrap_or_else(PoisonError::into_inner) = at;
    }

    pub(crate) fn renewed_before(&self, now: Instant) -> Duration {
        now.saturating_duration_since(*self.renewed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// All of them.
#[derive(Debug, Default)]
pub(crate) struct Running {
    attempts: Mutex<BTreeMap<LeaseId, Arc<Attempt>>>,
}

impl Running {
    /// Adds one; dropping what is returned takes it away.
    pub(crate) fn add(self: &Arc<Self>, attempt: Arc<Attempt>) -> Entered {
        let lease = attempt.claim.lease();
        self.lock().insert(lease, attempt);
        Entered { running: Arc::clone(self), lease }
    }

    pub(crate) fn all(&self) -> Vec<Arc<Attempt>> {
        self.lock().values().cloned().collect()
    }

    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Tells the attempt at a job to stop, if it is one of ours.
    pub(crate) fn stop_job(&self, job: JobId, why: Stop) {
        for attempt in self.all().into_iter().filter(|attempt| attempt.claim.id() == job) {
            attempt.stop.stop(why);
        }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<LeaseId, Arc<Attempt>>> {
        self.attempts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An attempt's place among those that run.
#[derive(Debug)]
pub(crate) struct Entered {
    running: Arc<Running>,
    lease: LeaseId,
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.running.lock().remove(&self.lease);
    }
}
