//! Retrying by hand.

use std::time::Duration;

use rushes_model::Code;
use rushes_model::job::State;
use rushes_store::Error;

use crate::database::{Database, RETRY, permanent, report, transient};

pub(crate) async fn a_failed_job_looks_for_its_file_again(db: Database) {
    let claim = db.running().await;
    db.write().put_partial(&claim, "k", b"bytes").await.unwrap().applied().unwrap();
    db.write().fail(&claim, &permanent(), Some(&report()), &RETRY, 1.0).await.unwrap().applied().unwrap();
    let job = db.write().retry(claim.id()).await.unwrap();
    assert_eq!((job.state, job.attempt, job.generation, job.failure), (State::WaitingForFile, 0, 1, None));
    assert!(db.read().find_report(job.id).await.unwrap().is_some(), "until a new one replaces it");
    assert_eq!(db.read().partial_count(job.id).await.unwrap(), 1);
    assert_eq!(db.write().probe_due(Duration::from_secs(30), 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_waiting_job_waits_no_longer(db: Database) {
    let claim = db.running().await;
    db.write().fail(&claim, &transient(Code::StorageUnavailable), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    assert_eq!(db.write().retry(claim.id()).await.unwrap().state, State::Ready);
    let waiting = db.waiting("key").await;
    db.write().probe_due(Duration::from_secs(30), 9).await.unwrap();
    assert_eq!(db.write().retry(waiting).await.unwrap().state, State::WaitingForFile);
    assert_eq!(db.write().probe_due(Duration::from_secs(30), 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_running_job_cannot_be_retried(db: Database) {
    let claim = db.running().await;
    let refused = db.write().retry(claim.id()).await.unwrap_err();
    assert!(matches!(refused, Error::Refused(_)), "{refused}");
    let unknown = db.write().retry(rushes_model::JobId::new()).await.unwrap_err();
    assert!(matches!(unknown, Error::UnknownJob(_)), "{unknown}");
}

pub(crate) async fn a_completed_job_can_run_again(db: Database) {
    let claim = db.running().await;
    db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    db.write().retry(claim.id()).await.unwrap();
    db.found(claim.id()).await;
    let again = db.claim().await;
    db.write().complete(&again, &report()).await.unwrap().applied().unwrap();
    assert_eq!(db.job(claim.id()).await.state, State::Completed);
}
