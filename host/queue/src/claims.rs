//! The loop that claims jobs whenever a slot and memory are free, and lets each attempt run as a task of its own.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_model::job::Outcome;
use rushes_model::{Class, Code, Failure, ObjectRef};
use rushes_store::Claim;
use tokio::task::JoinSet;
use tracing::{debug, error, info, warn};

use crate::admission;
use crate::attempt;
use crate::mode::{Look, Taking};
use crate::running::Attempt;
use crate::settle::settle;
use crate::shared::Shared;
use crate::tasks::Shutdown;
use crate::work::Work;

/// At most one batch in this time, so that what jobs use begins to show before more are begun.
const BATCH_INTERVAL: Duration = Duration::from_millis(250);

/// Claims until the host drains or its mode is over, then waits for what runs.
pub(crate) async fn run<W: Work>(shared: Arc<Shared>, work: Arc<W>, shutdown: Shutdown) {
    let mut attempts = JoinSet::new();
    let mut taking = Taking::new(shared.settings.mode, Instant::now());
    let mut next_batch = Instant::now();
    loop {
        let mut pause = next_batch.saturating_duration_since(Instant::now());
        if pause.is_zero() {
            let look = claim_what_fits(&shared, &work, &shutdown, &mut attempts, &taking).await;
            if taking.is_over(look, attempts.len(), Instant::now()) {
                break;
            }
            pause = shared.jitter.around(shared.settings.claim_interval(), 0.2);
            if matches!(look, Look::Took(count) if count > 0) {
                next_batch = Instant::now() + BATCH_INTERVAL;
                // Something may have become free or ready meanwhile, and nobody tells of it a second time.
                pause = BATCH_INTERVAL;
            }
        }
        let pause = taking.pause(pause, Instant::now());
        // Each branch may be dropped: a joined attempt has settled, a notification is kept until it is seen.
        tokio::select! {
            () = shutdown.draining().cancelled() => break,
            Some(ended) = attempts.join_next() => {
                note_end(ended);
                taking.ran_until(Instant::now());
            }
            () = shared.claims.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
    while let Some(ended) = attempts.join_next().await {
        note_end(ended);
    }
    // Where the mode was over the host has nothing more to do. Its jobs were waited for without a grace.
    shutdown.drain();
}

async fn claim_what_fits<W: Work>(
    shared: &Arc<Shared>,
    work: &Arc<W>,
    shutdown: &Shutdown,
    attempts: &mut JoinSet<()>,
    taking: &Taking,
) -> Look {
    let Some(mut request) = admission::request(shared, work.loaded()) else { return Look::NotAsked };
    request.slots = taking.slots(request.slots);
    // Taken before the statement: the lease is counted from here, never from later.
    let claimed = Instant::now();
    let claimed_jobs = shared.store.write().claim(&request).await;
    metrics::histogram!("rushes_claim_seconds").record(claimed.elapsed().as_secs_f64());
    match claimed_jobs {
        Ok(claims) => {
            let count = u32::try_from(claims.len()).unwrap_or(u32::MAX);
            for claim in claims {
                begin(shared, work, shutdown, attempts, claim, claimed).await;
            }
            Look::Took(count)
        }
        Err(error) => {
            warn!(target: "queue_processor", error = %Failure::of(&error), "jobs can't be claimed");
            Look::Failed
        }
    }
}

async fn begin<W: Work>(
    shared: &Arc<Shared>,
    work: &Arc<W>,
    shutdown: &Shutdown,
    attempts: &mut JoinSet<()>,
    claim: Claim,
    claimed: Instant,
) {
    info!(
        target: "queue_processor",
        job = %claim.id(), attempt = claim.job().attempt, pipeline = claim.job().pipeline,
        object = %ObjectRef::of_place(&claim.job().bucket, &claim.job().key),
        "job claimed"
    );
    if let Some(started) = claim.job().started_at_ms {
        let waited = started.saturating_sub(claim.job().run_at_ms);
        metrics::histogram!("rushes_job_wait_seconds").record(waited as f64 / 1000.0);
    }
    let attempt = Arc::new(Attempt::new(claim, claimed));
    let entered = shared.running.add(Arc::clone(&attempt));
    let Some(reservation) = shared.budget.reserve(attempt.claim.memory()) else {
        metrics::counter!("rushes_admission_denied_total", "reason" => "memory").increment(1);
        debug!(target: "queue_processor", job = %attempt.claim.id(), "memory went between the look and the claim");
        settle(shared, &attempt, Outcome::failed(no_memory()), 0).await;
        return;
    };
    let (shared, work, stopping) = (Arc::clone(shared), Arc::clone(work), shutdown.stopping().clone());
    attempts.spawn(async move {
        attempt::run(&shared, work, &attempt, reservation, stopping).await;
        drop(entered);
        shared.claims.notify_one();
    });
}

fn no_memory() -> Failure {
    Failure::new(Code::JobHandedBack, Class::HandedBack, "the host had no memory left for it")
}

fn note_end(ended: Result<(), tokio::task::JoinError>) {
    if let Err(error) = ended {
        // An attempt catches its work's panics, so this one is ours; the lease runs out and the job is rescued.
        error!(target: "queue_processor", %error, "an attempt's task broke");
    }
}
