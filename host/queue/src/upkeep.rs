//! What has to be seen to from time to time: leases that ran out, idle interviews, this host's figures, journals.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use rushes_model::{ByteSize, Failure, Stop};
use rushes_store::{Effect, HostFigures, Loaded, Rescue, Wish};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::Error;
use crate::queue::host_of;
use crate::shared::Shared;
use crate::tasks::Shutdown;
use crate::work::Work;

/// How often journals are written.
const JOURNAL_INTERVAL: Duration = Duration::from_millis(500);

/// Every host does it, at its own moments: there is no leader to lose.
pub(crate) async fn run<W: Work>(shared: Arc<Shared>, work: Arc<W>, shutdown: Shutdown) {
    loop {
        let is_draining = shutdown.draining().is_cancelled();
        shared.is_draining.store(is_draining, Ordering::Relaxed);
        if let Err(error) = once(&shared, &work.loaded(), &shutdown).await {
            warn!(target: "queue_processor", error = %Failure::of(&error), "upkeep failed");
        }
        // The last round tells the others that this host drains.
        if is_draining {
            return;
        }
        let pause = shared.jitter.around(shared.settings.upkeep_interval(), 0.5);
        tokio::select! {
            () = shutdown.draining().cancelled() => {}
            () = shared.upkeep.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn once(shared: &Shared, loaded: &[Loaded], shutdown: &Shutdown) -> Result<(), Error> {
    let write = shared.store.write();
    match write.heartbeat_host(shared.host, &figures(shared, loaded)).await? {
        Effect::Applied(wish) => heed(shared, wish, shutdown),
        // Silent for a day, and forgotten: it signs on again.
        Effect::Lost => write.register_host(host_of(shared)).await?,
    }
    let rescue = Rescue { stuck_after: shared.settings.stuck_after, crash_delay: shared.settings.crash_delay() };
    for job in write.rescue_expired(&rescue).await? {
        warn!(target: "queue_processor", job = %job.id, state = %job.state, why = job.why(), "job was taken back from a host that fell silent");
    }
    write.seal_idle(shared.settings.seal_after).await?;
    Ok(())
}

/// What somebody wishes of this host.
fn heed(shared: &Shared, wish: Wish, shutdown: &Shutdown) {
    let is_paused = wish == Wish::Pause;
    if shared.is_wished_paused.swap(is_paused, Ordering::Relaxed) != is_paused {
        info!(target: "queue_processor", wish = wish.as_str(), "somebody wishes something of this host");
        shared.claims.notify_one();
        // The others are told at once.
        shared.upkeep.notify_one();
    }
    if wish == Wish::Drain && !shutdown.draining().is_cancelled() {
        info!(target: "queue_processor", "somebody drains this host");
        shutdown.drain();
    }
}

fn figures(shared: &Shared, loaded: &[Loaded]) -> HostFigures {
    let status = shared.status();
    let largest = loaded.iter().map(|one| one.memory).max().unwrap_or(ByteSize::mib(256));
    HostFigures {
        running: status.running,
        recommended: status.running.saturating_add(shared.budget.more_jobs(largest)),
        memory_used: status.memory.used,
        memory_limit: status.memory.limit,
        memory_reserved: status.memory.reserved,
        throttle: status.throttle.as_str().into(),
        pipelines: loaded.iter().map(|one| one.pipeline.clone()).collect(),
    }
}

/// Writes all journals of this host, in one transaction twice a second, until everything has ended.
pub(crate) async fn journals(shared: Arc<Shared>, ended: CancellationToken) {
    while !ended.is_cancelled() {
        tokio::select! {
            () = ended.cancelled() => {}
            () = tokio::time::sleep(JOURNAL_INTERVAL) => {}
        }
        if let Err(error) = write_journals(&shared).await {
            warn!(target: "queue_processor", error = %Failure::of(&error), "journals can't be written");
        }
    }
}

async fn write_journals(shared: &Shared) -> Result<(), Error> {
    let _writing = shared.journals.lock().await;
    let attempts = shared.running.all();
    let said: Vec<_> = attempts.iter().filter_map(|attempt| attempt.journal.take(&attempt.claim)).collect();
    if said.is_empty() {
        return Ok(());
    }
    for lost in shared.store.write().append_events(said).await? {
        for attempt in attempts.iter().filter(|attempt| attempt.claim.lease() == lost) {
            attempt.stop.stop(Stop::LeaseLost);
        }
    }
    Ok(())
}
