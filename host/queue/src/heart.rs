//! The heart: a thread of its own, with a connection of its own, that renews all leases of this host. Neither a busy
//! async runtime nor a long transaction can keep it from that.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rushes_model::{Failure, LeaseId, Stop, StopSource, StopToken, sabotage};
use rushes_store::{Heart, Renewed};
use tokio::runtime;
use tracing::{error, warn};

use crate::Error;
use crate::running::Attempt;
use crate::shared::Shared;

/// The beating heart; dropping it ends the thread and waits for it.
pub(crate) struct Beating {
    stop: StopSource,
    thread: Option<thread::JoinHandle<()>>,
}

impl Beating {
    pub(crate) fn start(shared: &Arc<Shared>) -> Result<Self, Error> {
        let runtime = runtime::Builder::new_current_thread().enable_all().build().map_err(Error::Heart)?;
        let stop = StopSource::new();
        let (token, shared) = (stop.token(), Arc::clone(shared));
        let thread = thread::Builder::new()
            .name("rushes-heart".into())
            .spawn(move || beat(&runtime, &shared, &token))
            .map_err(Error::Heart)?;
        Ok(Self { stop, thread: Some(thread) })
    }
}

impl Drop for Beating {
    fn drop(&mut self) {
        self.stop.stop(Stop::Draining);
        if self.thread.take().is_some_and(|thread| thread.join().is_err()) {
            error!(target: "queue_processor", "the thread that renews leases broke");
        }
    }
}

fn beat(runtime: &runtime::Runtime, shared: &Shared, stop: &StopToken) {
    let mut heart = None;
    while stop.sleep(shared.settings.renewal()).is_ok() {
        let attempts = shared.running.all();
        if attempts.is_empty() {
            continue;
        }
        let before = Instant::now();
        match runtime.block_on(renew(&mut heart, shared, &attempts)) {
            Ok(renewed) => heed(&attempts, &renewed, before),
            Err(failure) => {
                metrics::counter!("rushes_heartbeat_failures_total").increment(1);
                // Only tried again: one failed heartbeat says nothing of the leases.
                warn!(target: "queue_processor", error = %failure, "leases can't be renewed");
                heart = None;
            }
        }
        fence(&attempts, shared.settings.fence(), Instant::now());
    }
    if let Some(heart) = heart
        && let Err(error) = runtime.block_on(heart.close())
    {
        warn!(target: "queue_processor", error = %Failure::of(&error), "the heart's connection can't be closed");
    }
}

/// Bounded, so that a database that never answers can't keep the fence from closing.
async fn renew(heart: &mut Option<Heart>, shared: &Shared, attempts: &[Arc<Attempt>]) -> Result<Vec<Renewed>, Failure> {
    let leases: Vec<LeaseId> = attempts.iter().map(|attempt| attempt.claim.lease()).collect();
    let asked = async {
        let open = match heart.take() {
            Some(open) => open,
            None => shared.store.open_heart().await?,
        };
        let renewed = open.renew(&leases, shared.settings.lease).await?;
        *heart = Some(open);
        Ok::<_, rushes_store::Error>(renewed)
    };
    match tokio::time::timeout(shared.settings.renewal() * 2, asked).await {
        Ok(Ok(renewed)) => Ok(renewed),
        Ok(Err(error)) => Err(Failure::of(&error)),
        Err(_) => Err(Failure::new(
            rushes_model::Code::DatabaseUnavailable,
            rushes_model::Class::Transient,
            "the database didn't answer in time",
        )),
    }
}

fn heed(attempts: &[Arc<Attempt>], renewed: &[Renewed], before: Instant) {
    for attempt in attempts {
        match renewed.iter().find(|one| one.lease == attempt.claim.lease()) {
            Some(one) => {
                attempt.set_renewed(before);
                if one.cancel_requested {
                    attempt.stop.stop(Stop::Cancelled);
                }
            }
            // Another has the job, or it has just ended here; then nobody listens any more.
            None if sabotage::is_fencing_off() => {}
            None => {
                attempt.stop.stop(Stop::LeaseLost);
            }
        }
    }
}

/// Gives up leases that weren't renewed for too long, by the monotonic clock: another host may take those jobs soon.
fn fence(attempts: &[Arc<Attempt>], after: Duration, now: Instant) {
    if sabotage::is_fencing_off() {
        return;
    }
    for attempt in attempts {
        if attempt.renewed_before(now) > after && attempt.stop.stop(Stop::LeaseLost) {
            warn!(target: "queue_processor", job = %attempt.claim.id(), "gave up a lease that can't be renewed");
        }
    }
}
