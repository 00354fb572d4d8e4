//! Writing how an attempt ended, as long as the lease is ours.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_model::job::{Kind, Outcome, State};
use rushes_model::report::Report;
use rushes_model::{Code, Failure, ObjectRef, Stop};
use rushes_store::{Effect, Job};
use tracing::{info, warn};

use crate::running::Attempt;
use crate::shared::Shared;

/// What is to be written.
enum Ending {
    Completed(Box<Report>),
    Failed {
        failure: Failure,
        report: Option<Box<Report>>,
    },
    HandedBack {
        why: Failure,
    },
    /// The storage is down as a whole.
    Postponed {
        why: Failure,
    },
    Nothing,
}

/// Writes how the attempt ended. A database that doesn't answer is asked again until the lease would be given up.
pub(crate) async fn settle(shared: &Arc<Shared>, attempt: &Attempt, outcome: Outcome, partials_made: u32) {
    // A web server that a job named says nothing of the storage.
    let is_web = ObjectRef::is_web(&attempt.claim.job().bucket);
    let is_down = !is_web && notice_storage(shared, &outcome, partials_made);
    let mut ending = ending_of(outcome, attempt.stop.reason(), partials_made, is_down);
    let mut pause = Duration::from_millis(200);
    loop {
        flush(shared, attempt).await;
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

/// Whether the storage is down as a whole, by what this attempt met and those before it.
fn notice_storage(shared: &Shared, outcome: &Outcome, partials_made: u32) -> bool {
    let storage_failed = matches!(outcome, Outcome::Failed { failure, .. } if failure.code == Code::StorageUnavailable);
    if storage_failed {
        return shared.circuit.failed(Instant::now(), shared.settings.storage_pause());
    }
    if matches!(outcome, Outcome::Completed(_)) || partials_made > 0 {
        shared.circuit.answered();
    }
    false
}

fn ending_of(outcome: Outcome, stop: Option<Stop>, partials_made: u32, is_down: bool) -> Ending {
    if stop == Some(Stop::LeaseLost) {
        return Ending::Nothing;
    }
    match (outcome, stop) {
        // It finished before it heard.
        (Outcome::Completed(report), _) => Ending::Completed(report),
        (Outcome::Failed { failure, .. }, None) if is_down => Ending::Postponed { why: failure },
        (Outcome::Failed { failure, report }, None) => Ending::Failed { failure, report },
        // It got further, and will again: goes on at once, from where it is.
        (Outcome::Failed { .. }, Some(stop @ Stop::TimedOut)) if partials_made > 0 => {
            Ending::HandedBack { why: Failure::of(&stop) }
        }
        (Outcome::Failed { .. }, Some(stop @ (Stop::Draining | Stop::OutOfMemory))) => {
            Ending::HandedBack { why: Failure::of(&stop) }
        }
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
        Ending::Postponed { why } => {
            let pause = shared.jitter.around(shared.settings.storage_pause(), 0.2);
            store.hand_back_for(claim, why, pause).await
        }
        Ending::Nothing => Ok(Effect::Lost),
    }
}

/// What the run said last; what can't be written is kept for the next try. Not worth failing for.
async fn flush(shared: &Shared, attempt: &Attempt) {
    let _writing = shared.journals.lock().await;
    let Some(last) = attempt.journal.take(&attempt.claim) else { return };
    if let Err(error) = shared.store.write().append_events(vec![last.clone()]).await {
        attempt.journal.put_back(last);
        warn!(target: "queue_processor", job = %attempt.claim.id(), error = %Failure::of(&error), "a journal can't be written");
    }
}

fn say(shared: &Shared, attempt: &Attempt, effect: Effect<Job>) {
    let id = attempt.claim.id();
    let Effect::Applied(job) = effect else {
        metrics::counter!("rushes_leases_lost_total").increment(1);
        warn!(target: "queue_processor", job = %id, "the lease was lost, nothing was written");
        return;
    };
    let why = job.why();
    count(&job);
    match job.state {
        State::Completed => info!(target: "queue_processor", job = %id, attempt = job.attempt, "job completed"),
        State::Failed => warn!(target: "queue_processor", job = %id, attempt = job.attempt, why, "job failed"),
        State::Cancelled => info!(target: "queue_processor", job = %id, "job cancelled"),
        State::Ready | State::RetryWait | State::WaitingForFile | State::Processing => {
            info!(target: "queue_processor", job = %id, attempt = job.attempt, state = %job.state, why, "job goes back");
        }
    }
    match job.state {
        State::WaitingForFile => shared.files.notify_one(),
        // Others may take it at once: this host may be about to end.
        State::Ready => shared.tell_of_ready(),
        State::RetryWait | State::Processing | State::Completed | State::Failed | State::Cancelled => {}
    }
}

fn count(job: &Job) {
    metrics::counter!("rushes_attempts_total", "outcome" => job.state.as_str()).increment(1);
    if job.state.is_final() {
        let kind = job.failure_kind.map_or("none", Kind::as_str);
        metrics::counter!("rushes_jobs_finished_total", "outcome" => job.state.as_str(), "kind" => kind).increment(1);
    }
    if let (State::Completed, Some(started), Some(finished)) = (job.state, job.started_at_ms, job.finished_at_ms) {
        metrics::histogram!("rushes_job_duration_seconds").record(finished.saturating_sub(started) as f64 / 1000.0);
    }
}

#[cfg(test)]
mod tests {
    use rushes_model::Class;

    use super::*;

    fn failed() -> Outcome {
        Outcome::failed(Failure::new(Code::StorageUnavailable, Class::Transient, "slow"))
    }

    #[test]
    fn a_run_that_was_stopped_ends_by_the_reason_it_was_told() {
        assert!(matches!(ending_of(failed(), Some(Stop::LeaseLost), 0, false), Ending::Nothing));
        assert!(matches!(ending_of(failed(), Some(Stop::Draining), 0, false), Ending::HandedBack { .. }));
        assert!(matches!(ending_of(failed(), Some(Stop::OutOfMemory), 0, false), Ending::HandedBack { .. }));
        assert!(matches!(ending_of(failed(), None, 0, true), Ending::Postponed { .. }));
        for (stop, code) in [(Stop::Cancelled, Code::JobCancelled), (Stop::Stalled, Code::JobStalled)] {
            let Ending::Failed { failure, .. } = ending_of(failed(), Some(stop), 3, false) else { panic!("{stop}") };
            assert_eq!(failure.code, code);
        }
    }

    #[test]
    fn a_run_out_of_time_goes_on_uncharged_only_if_it_got_further() {
        assert!(matches!(ending_of(failed(), Some(Stop::TimedOut), 1, false), Ending::HandedBack { .. }));
        assert!(matches!(ending_of(failed(), Some(Stop::TimedOut), 0, false), Ending::Failed { .. }));
    }
}
