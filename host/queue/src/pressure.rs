//! Memory that runs short under jobs that were admitted: the youngest gives way, uncharged, before the system kills all.

use std::sync::Arc;
use std::time::Duration;

use rushes_memory::Pressure;
use rushes_model::Stop;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::shared::Shared;

/// How often is looked.
const GLANCE: Duration = Duration::from_secs(1);
/// What a job held is given back only when its threads have ended: no second one is stopped before that shows.
const SETTLING: Duration = Duration::from_secs(5);

pub(crate) async fn watch(shared: Arc<Shared>, ended: CancellationToken) {
    let mut pause = GLANCE;
    while !ended.is_cancelled() {
        tokio::select! {
            () = ended.cancelled() => {}
            () = tokio::time::sleep(pause) => {}
        }
        pause = if give_way(&shared) { SETTLING } else { GLANCE };
    }
}

/// Whether a job was stopped. Never the only one: it would come back into the same want.
fn give_way(shared: &Shared) -> bool {
    let attempts = shared.running.all();
    if attempts.len() < 2 || shared.budget.pressure() != Pressure::Critical {
        return false;
    }
    // A lease is a UUIDv7, so the greatest is the youngest.
    let youngest = attempts.iter().filter(|one| one.stop.reason().is_none()).max_by_key(|one| one.claim.lease());
    let Some(youngest) = youngest else { return false };
    warn!(target: "queue_processor", job = %youngest.claim.id(), "memory is almost used up: the youngest job goes back");
    metrics::counter!("rushes_memory_evictions_total").increment(1);
    youngest.stop.stop(Stop::OutOfMemory)
}
