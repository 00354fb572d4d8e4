//! How much this host can take now.

use std::sync::atomic::Ordering;
use std::time::Instant;

use rushes_store::{ClaimRequest, Loaded};

use crate::shared::Shared;

/// What to ask for; none where nothing may be taken.
pub(crate) fn request(shared: &Shared, loaded: Vec<Loaded>) -> Option<ClaimRequest> {
    if shared.is_draining.load(Ordering::Relaxed) || shared.is_paused() || loaded.is_empty() {
        return None;
    }
    let running = shared.running.all();
    if running.iter().any(|attempt| attempt.runs_alone()) {
        return None;
    }
    let slots = shared.settings.slots.saturating_sub(u32::try_from(running.len()).unwrap_or(u32::MAX));
    let slots = shared.circuit.admits(Instant::now(), slots, running.len());
    if slots == 0 {
        return None;
    }
    Some(ClaimRequest {
        host: shared.host,
        queues: shared.settings.queues.clone(),
        loaded,
        slots,
        free: shared.budget.free(),
        whole: shared.budget.whole(),
        is_idle: running.iter().all(|attempt| attempt.claim.runs_alone()),
        lease: shared.settings.lease,
        timeout: shared.settings.job_timeout,
    })
}
