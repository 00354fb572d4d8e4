//! Writing how an attempt ended, as long as the lease is ours.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_model::job::{Outcome, State};
use rushes_model::report::Report;
use rushes_model::{Failure, Stop};
use rushes_store::{Effect, Job};
use tracing::{info, warn};

use crate::running::Attempt;
use crate::shared::Shared;

/// What is to be written.
enum Ending {
    Completed(Box<Report>),
    Failed { failure: Failure, report: Option<Box<Report>> },
    HandedBack { why: Failure },
    Nothing,
}

/// Writes how the attempt ended. A database that doesn't answer is asked again until the lease would be given up.
pub(crate) async fn settle(shared: &Arc<Shared>, attempt: &Attempt, outcome: Outcome, partials_made: u32) {
    let mut ending = ending_of(outcome, attempt.stop.reason(), partials_made);
    flush(shared, attempt).await;
    let mut pause = Duration::from_millis(200);
    loop {
        match write(shared, attempt, &ending).await {
            Ok(effect) => return say(shared, attempt, effect),
            Err(error) => {
                let failure = Failure::of(&error);
                warn!(target: "queue_processor", job = %attempt.claim.id(), error = %failure, "an attempt's end can't be written");
                if !failure.is_transient() {
                    // A report that is too large fails the job; if that can't be written either, the lease runs out.
                    if matches!(ending, Ending::Failed { report: None, .. }) {
                        return;
                    }
                    ending = Ending::Failed { failure, report: None };
                    continue;
                }
            }
        }
        if attempt.renewed_before(Instant::now()) > shared.settings.fence() {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

fn ending_of(outcome: Outcome, stop: Option<Stop>, partials_made: u32) -> Ending {
    if stop == Some(Stop::LeaseLost) {
        return Ending::Nothing;
    }
    match (outcome, stop) {
        // It finished before it heard.
        (Outcome::Completed(report), _) => Ending::Completed(report),
        (Outcome::Failed { failure, report }, None) => Ending::Failed { failure, report },
        // It got further, and will again: goes on at once, from where it is.
        (Outcome::Failed { .. }, Some(stop @ Stop::TimedOut)) if partials_made > 0 => {
            Ending::HandedBack { why: Failure::of(&stop) }
        }
        (Outcome::Failed { .. }, Some(stop @ Stop::Draining)) => Ending::HandedBack { why: Failure::of(&stop) },
        (Outcome::Failed { .. }, Some(stop)) => Ending::Failed { failure: Failure::of(&stop), report: None },
    }
}

async fn write(shared: &Shared, attempt: &Attempt, ending: &Ending) -> rushes_store::Result<Effect<Job>> {
    let (store, claim) = (shared.store.write(), &attempt.claim);
    match ending {
        Ending::Completed(report) => store.complete(claim, report).await,
        Ending::Failed { failure, report } => {
            let spread = shared.jitter.spread(0.2);
            store.fail(claim, failure, report.as_deref(), &shared.settings.retry, spread).await
        }
        Ending::HandedBack { why } => store.hand_back(claim, why).await,
        Ending::Nothing => Ok(Effect::Lost),
    }
}

/// What the run said last. Not worth failing for.
async fn flush(shared: &Shared, attempt: &Attempt) {
    let _writing = shared.journals.lock().await;
    if let Some(last) = attempt.journal.take(&attempt.claim)
        && let Err(error) = shared.store.write().append_events(vec![last]).await
    {
        warn!(target: "queue_processor", job = %attempt.claim.id(), error = %Failure::of(&error), "a journal's end is lost");
    }
}

fn say(shared: &Shared, attempt: &Attempt, effect: Effect<Job>) {
    let id = attempt.claim.id();
    let Effect::Applied(job) = effect else {
        warn!(target: "queue_processor", job = %id, "the lease was lost, nothing was written");
        return;
    };
    let why = job.why();
    match job.state {
        State::Completed => info!(target: "queue_processor", job = %id, attempt = job.attempt, "job completed"),
        State::Failed => warn!(target: "queue_processor", job = %id, attempt = job.attempt, why, "job failed"),
        State::Cancelled => info!(target: "queue_processor", job = %id, "job cancelled"),
        State::Ready | State::RetryWait | State::WaitingForFile | State::Processing => {
            info!(target: "queue_processor", job = %id, attempt = job.attempt, state = %job.state, why, "job goes back");
        }
    }
    if job.state == State::WaitingForFile {
        shared.files.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use rushes_model::{Class, Code};

    use super::*;

    fn failed() -> Outcome {
        Outcome::failed(Failure::new(Code::StorageUnavailable, Class::Transient, "slow"))
    }

    #[test]
    fn a_run_that_was_stopped_ends_by_the_reason_it_was_told() {
        assert!(matches!(ending_of(failed(), Some(Stop::LeaseLost), 0), Ending::Nothing));
        assert!(matches!(ending_of(failed(), Some(Stop::Draining), 0), Ending::HandedBack { .. }));
        for (stop, code) in [(Stop::Cancelled, Code::JobCancelled), (Stop::Stalled, Code::JobStalled)] {
            let Ending::Failed { failure, .. } = ending_of(failed(), Some(stop), 3) else { panic!("{stop}") };
            assert_eq!(failure.code, code);
        }
    }

    #[test]
    fn a_run_out_of_time_goes_on_uncharged_only_if_it_got_further() {
        assert!(matches!(ending_of(failed(), Some(Stop::TimedOut), 1), Ending::HandedBack { .. }));
        assert!(matches!(ending_of(failed(), Some(Stop::TimedOut), 0), Ending::Failed { .. }));
    }
}
