//! What has to be seen to from time to time: leases that ran out, idle interviews, this host's figures, journals.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use rushes_memory::Pressure;
use rushes_model::{ByteSize, Failure, HostId, Stop};
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
/// How often is looked for what is too old, and how long others may write between two steps.
const FORGET_INTERVAL: Duration = Duration::from_secs(600);
const FORGET_PAUSE: Duration = Duration::from_secs(1);

/// Every host does it, at its own moments: there is no leader to lose.
pub(crate) async fn run<W: Work>(shared: Arc<Shared>, work: Arc<W>, shutdown: Shutdown) {
    // After an outage the others' leases look as if they had died: they get a lease's time to be heard of.
    let mut blind_until = Instant::now();
    loop {
        let is_draining = shutdown.draining().is_cancelled();
        shared.is_draining.store(is_draining, Ordering::Relaxed);
        if let Err(error) = sign(&shared, &work.loaded(), &shutdown).await {
            warn!(target: "queue_processor", error = %Failure::of(&error), "the host can't be heard of");
            blind_until = Instant::now() + shared.settings.lease;
        }
        let may_rescue = Instant::now() >= blind_until;
        let has_rescued = once(&shared, may_rescue).await.unwrap_or_else(|error| {
            warn!(target: "queue_processor", error = %Failure::of(&error), "upkeep failed");
            false
        });
        // The last round tells the others that this host drains.
        if is_draining {
            return;
        }
        let pause = if has_rescued {
            shared.settings.crash_delay()
        } else {
            shared.jitter.around(shared.settings.upkeep_interval(), 0.2)
        };
        tokio::select! {
            () = shutdown.draining().cancelled() => {}
            () = shared.upkeep.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
        if has_rescued {
            // What was taken back may run again.
            shared.tell_of_ready();
        }
    }
}

/// Says that this host is alive, and hears what is wanted of it.
async fn sign(shared: &Shared, loaded: &[Loaded], shutdown: &Shutdown) -> Result<(), Error> {
    let write = shared.store.write();
    match write.heartbeat_host(shared.host, &figures(shared, loaded)).await? {
        Effect::Applied(wish) => heed(shared, wish, shutdown),
        // Silent for a day, and forgotten: it signs on again.
        Effect::Lost => write.register_host(host_of(shared)).await?,
    }
    Ok(())
}

/// Whether jobs were taken back.
async fn once(shared: &Shared, may_rescue: bool) -> Result<bool, Error> {
    let write = shared.store.write();
    metrics::gauge!("rushes_memory_pressure").set(pressure_of(shared));
    let rescue = Rescue { stuck_after: shared.settings.stuck_after, crash_delay: shared.settings.crash_delay() };
    let rescued = if may_rescue { write.rescue_expired(&rescue).await? } else { Vec::new() };
    for job in &rescued {
        metrics::counter!("rushes_rescues_total").increment(1);
        warn!(target: "queue_processor", job = %job.id, state = %job.state, why = job.why(), "job was taken back from a host that fell silent");
    }
    write.seal_idle(shared.settings.seal_after).await?;
    Ok(!rescued.is_empty())
}

fn pressure_of(shared: &Shared) -> f64 {
    match shared.budget.pressure() {
        Pressure::None => 0.0,
        Pressure::High => 1.0,
        Pressure::Critical => 2.0,
    }
}

/// Takes back what a dead process of this host left. At once: its leases would run for up to a minute more.
pub(crate) async fn succeed(shared: &Shared, previous: HostId) {
    let at_once = Rescue { stuck_after: shared.settings.stuck_after, crash_delay: Duration::ZERO };
    match shared.store.write().rescue_from(previous, &at_once).await {
        Ok(jobs) => {
            for job in jobs {
                metrics::counter!("rushes_rescues_total").increment(1);
                warn!(target: "queue_processor", job = %job.id, state = %job.state, "job was taken back from this host's last process");
            }
        }
        // Its leases run out all the same.
        Err(error) => {
            warn!(target: "queue_processor", error = %Failure::of(&error), "the last process's jobs can't be taken back")
        }
    }
    if let Err(error) = shared.store.write().remove_host(previous).await {
        warn!(target: "queue_processor", error = %Failure::of(&error), "the last process can't be signed off");
    }
}

/// Forgets what is older than it is kept, a step after the other, until nothing is left or the host drains.
pub(crate) async fn forget(shared: Arc<Shared>, shutdown: Shutdown) {
    loop {
        let pause = match shared.store.write().prune(&shared.settings.retention).await {
            Ok(pruned) => {
                if pruned.jobs + pruned.interviews + pruned.events + pruned.audit_lines > 0 {
                    info!(target: "queue_processor", jobs = pruned.jobs, interviews = pruned.interviews,
                        events = pruned.events, audit_lines = pruned.audit_lines, "old rows were forgotten");
                }
                if pruned.has_more { FORGET_PAUSE } else { FORGET_INTERVAL }
            }
            Err(error) => {
                warn!(target: "queue_processor", error = %Failure::of(&error), "old rows can't be forgotten");
                FORGET_INTERVAL
            }
        };
        tokio::select! {
            () = shutdown.draining().cancelled() => return,
            () = tokio::time::sleep(shared.jitter.around(pause, 0.5)) => {}
        }
    }
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
    let whole = shared.budget.whole();
    let too_large = loaded.iter().filter(|one| one.memory > whole).map(|one| one.pipeline.clone()).collect();
    let largest = loaded.iter().map(|one| one.memory).max().unwrap_or(ByteSize::mib(256));
    HostFigures {
        running: status.running,
        recommended: status.running.saturating_add(shared.budget.more_jobs(largest)),
        memory_used: status.memory.used,
        memory_limit: status.memory.limit,
        memory_reserved: status.memory.reserved,
        memory_whole: whole,
        throttle: status.throttle.as_str().into(),
        pipelines: loaded.iter().map(|one| one.pipeline.clone()).collect(),
        too_large,
        queues: Some(shared.settings.queues.clone()),
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
    let kept = said.clone();
    let lost = match shared.store.write().append_events(said).await {
        Ok(lost) => lost,
        Err(error) => {
            for one in kept {
                let mine = attempts.iter().filter(|attempt| attempt.claim.lease() == one.claim.lease());
                mine.for_each(|attempt| attempt.journal.put_back(one.clone()));
            }
            return Err(error.into());
        }
    };
    for lost in lost {
        for attempt in attempts.iter().filter(|attempt| attempt.claim.lease() == lost) {
            attempt.stop.stop(Stop::LeaseLost);
        }
    }
    Ok(())
}
