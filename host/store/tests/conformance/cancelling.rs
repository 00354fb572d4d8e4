//! Cancelling.

use rushes_model::Code;
use rushes_model::job::{Kind, State, Status};
use rushes_store::Error;

use crate::database::{Database, RETRY, report, transient};

pub(crate) async fn a_waiting_job_is_cancelled_at_once(db: Database) {
    let id = db.waiting("key").await;
    let job = db.write().cancel(id).await.unwrap();
    assert_eq!((job.state, job.status), (State::Cancelled, Status::Failed));
    assert_eq!(job.failure_kind, Some(Kind::Cancelled));
    assert_eq!(db.event_types().await, ["job.cancelled"]);
}

pub(crate) async fn a_running_job_is_told_and_ends_as_cancelled(db: Database) {
    let claim = db.running().await;
    let job = db.write().cancel(claim.id()).await.unwrap();
    assert_eq!(job.state, State::Processing);
    assert!(job.cancel_requested && job.why().contains("being stopped"));
    // Whatever the run says when it ends: it was cancelled.
    let ended = db.write().fail(&claim, &transient(Code::StorageUnavailable), None, &RETRY, 1.0).await.unwrap();
    let job = ended.applied().unwrap();
    assert_eq!(job.state, State::Cancelled);
    assert_eq!(job.failure.unwrap().code, Code::JobCancelled);
    assert!(!job.cancel_requested);
}

pub(crate) async fn a_job_that_ended_cannot_be_cancelled(db: Database) {
    let claim = db.running().await;
    db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    let refused = db.write().cancel(claim.id()).await.unwrap_err();
    assert!(matches!(refused, Error::Refused(_)), "{refused}");
    assert_eq!(db.job(claim.id()).await.state, State::Completed);
}

pub(crate) async fn a_job_that_finished_before_it_heard_stays_completed(db: Database) {
    let claim = db.running().await;
    db.write().cancel(claim.id()).await.unwrap();
    let job = db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    assert_eq!(job.state, State::Completed);
}
