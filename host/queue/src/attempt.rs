//! One attempt: the run, the clocks beside it, and its end.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use futures_util::FutureExt;
use rushes_memory::Reservation;
use rushes_model::job::Outcome;
use rushes_model::{Class, Code, Failure, Reason, Stop};
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;

use crate::ports::Ports;
use crate::running::Attempt;
use crate::settle::settle;
use crate::shared::Shared;
use crate::work::Work;

/// Runs the work and writes how it ended. The memory is given back last.
pub(crate) async fn run<W: Work>(
    shared: &Arc<Shared>,
    work: Arc<W>,
    attempt: &Arc<Attempt>,
    reservation: Reservation,
    stopping: CancellationToken,
) {
    let reservation = Arc::new(Mutex::new(reservation));
    let partials_made = Arc::new(AtomicU32::new(0));
    let ports = Ports {
        attempt: Arc::clone(attempt),
        write: shared.store.write().clone(),
        reservation: Arc::clone(&reservation),
        partials_made: Arc::clone(&partials_made),
    };
    let working = AssertUnwindSafe(async move { work.run(ports).await }).catch_unwind();
    let outcome = beside_clocks(shared, attempt, working, stopping).await;
    let outcome = outcome.unwrap_or_else(|panic| Outcome::failed(broken(panic.as_ref())));
    settle(shared, attempt, outcome, partials_made.load(Ordering::Relaxed)).await;
    drop(reservation);
}

/// Waits for the work; tells it to stop when its time is over, it stands still, or the host has no more patience. It is
/// told once, and then waited for: it has threads to join.
async fn beside_clocks<T>(
    shared: &Shared,
    attempt: &Attempt,
    working: impl Future<Output = T>,
    stopping: CancellationToken,
) -> T {
    let mut working = std::pin::pin!(working);
    let deadline = tokio::time::sleep(shared.settings.job_timeout);
    let mut deadline = std::pin::pin!(deadline);
    let glance = (shared.settings.stall_timeout / 10).clamp(Duration::from_millis(10), Duration::from_secs(5));
    while attempt.stop.reason().is_none() {
        tokio::select! {
            ended = &mut working => return ended,
            () = &mut deadline => { attempt.stop.stop(Stop::TimedOut); }
            () = stopping.cancelled() => { attempt.stop.stop(Stop::Draining); }
            () = tokio::time::sleep(glance) => {
                if attempt.journal.still_for(Instant::now()) >= shared.settings.stall_timeout {
                    attempt.stop.stop(Stop::Stalled);
                }
            }
        }
    }
    working.await
}

fn broken(panic: &(dyn std::any::Any + Send)) -> Failure {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "without a message".into());
    Failure::new(Code::Internal, Class::Permanent(Reason::Internal), format!("the run panicked: {text}"))
}
