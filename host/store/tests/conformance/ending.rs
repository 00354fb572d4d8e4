//! Ends of attempts.

use std::time::Duration;

use rushes_model::job::{Kind, State};
use rushes_model::{Class, Code, Failure, Stop};
use rushes_store::{Entry, Error, Journaled, RetryPolicy};
use serde_json::json;

use crate::database::{Database, RETRY, permanent, report, transient};

pub(crate) async fn a_completed_job_has_its_report(db: Database) {
    let claim = db.running().await;
    let job = db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    assert_eq!(job.state, State::Completed);
    assert!((job.progress - 1.0).abs() < f64::EPSILON && job.finished_at_ms.is_some());
    let document = db.read().find_report(claim.id()).await.unwrap().unwrap();
    assert_eq!(document, serde_json::to_string(&report()).unwrap());
    let attempts = db.read().attempts(claim.id()).await.unwrap();
    assert_eq!(attempts.iter().map(|one| one.outcome).collect::<Vec<_>>(), [Some("completed")]);
}

pub(crate) async fn a_zombie_writes_nothing(db: Database) {
    let zombie = db.running().await;
    db.crash().await;
    let successor = db.claim().await;
    assert_eq!((zombie.id(), db.job(zombie.id()).await.attempt), (successor.id(), 1));
    let before = db.job(zombie.id()).await;

    let write = db.write();
    let found = report();
    assert!(write.complete(&zombie, &found).await.unwrap().is_lost());
    assert!(write.fail(&zombie, &permanent(), Some(&found), &RETRY, 1.0).await.unwrap().is_lost());
    assert!(write.hand_back(&zombie, &Failure::of(&Stop::Draining)).await.unwrap().is_lost());
    assert!(write.put_partial(&zombie, "k", b"zombie").await.unwrap().is_lost());
    let entries = vec![Entry { kind: "log", detail: json!({}) }];
    let said = Journaled { claim: &zombie, progress: Some(0.9), entries };
    assert_eq!(write.append_events(vec![said]).await.unwrap(), [zombie.lease()]);

    assert_eq!(db.job(zombie.id()).await, before);
    assert_eq!(db.read().find_report(zombie.id()).await.unwrap(), None);
    assert_eq!(db.read().find_partial("k").await.unwrap(), None);
    assert!(db.read().events_after(zombie.id(), 0, 10).await.unwrap().is_empty());
    assert!(db.event_types().await.is_empty());
    // The one that has the lease can do all of it.
    write.put_partial(&successor, "k", b"successor").await.unwrap().applied().unwrap();
    assert!(write.get_partial(&zombie, "k").await.unwrap().is_lost());
    write.complete(&successor, &found).await.unwrap().applied().unwrap();
    assert!(write.complete(&zombie, &found).await.unwrap().is_lost());
}

pub(crate) async fn a_transient_failure_is_tried_again_later(db: Database) {
    let claim = db.running().await;
    let slow = transient(Code::StorageUnavailable);
    let job = db.write().fail(&claim, &slow, None, &RETRY, 1.2).await.unwrap().applied().unwrap();
    assert_eq!(job.state, State::RetryWait);
    let delay = job.run_at_ms - db.read().now().await.unwrap();
    assert!((340_000..=360_000).contains(&delay), "300 s times the spread, less what the test took: {delay}");
    assert_eq!(job.failure, Some(slow));
    db.shift("run_at", Duration::from_secs(361)).await;
    assert_eq!(db.claim().await.job().attempt, 2);
}

pub(crate) async fn the_last_attempt_says_how_many_there_were(db: Database) {
    let id = db.ready().await;
    let policy = RetryPolicy { first_delay: Duration::ZERO, ..RETRY };
    for _ in 0..3 {
        let claim = db.claim().await;
        let slow = transient(Code::StorageUnavailable);
        db.write().fail(&claim, &slow, None, &policy, 1.0).await.unwrap().applied().unwrap();
    }
    let job = db.job(id).await;
    assert_eq!((job.state, job.attempt), (State::Failed, 3));
    let failure = job.failure.unwrap();
    assert_eq!(failure.code, Code::JobExhausted);
    assert_eq!(failure.to_string(), "none of 3 attempts succeeded: the server was slow");
    assert_eq!(db.event_types().await, ["job.failed"]);
}

pub(crate) async fn a_permanent_failure_ends_the_job_at_once(db: Database) {
    let claim = db.running().await;
    let job = db.write().fail(&claim, &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    assert_eq!((job.state, job.failure_kind), (State::Failed, Some(Kind::Error)));
    assert_eq!(job.failure, Some(permanent()));
}

pub(crate) async fn an_object_that_changes_twice_is_not_tried_again(db: Database) {
    let id = db.ready().await;
    let policy = RetryPolicy { first_delay: Duration::ZERO, ..RETRY };
    let changed = transient(Code::StorageChanged);
    for expected in [State::Ready, State::Failed] {
        let claim = db.claim().await;
        db.write().fail(&claim, &changed, None, &policy, 1.0).await.unwrap().applied().unwrap();
        assert_eq!(db.job(id).await.state, expected);
    }
    assert_eq!(db.job(id).await.failure, Some(changed));
}

pub(crate) async fn a_job_whose_file_went_away_waits_for_it(db: Database) {
    let claim = db.running().await;
    let gone = Failure::new(Code::StorageGone, Class::Transient, "404");
    let job = db.write().fail(&claim, &gone, None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    assert_eq!(job.state, State::WaitingForFile);
    assert_eq!(db.write().probe_due(Duration::from_secs(30), 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_job_that_was_handed_back_is_not_charged(db: Database) {
    let claim = db.running().await;
    let job = db.write().hand_back(&claim, &Failure::of(&Stop::Draining)).await.unwrap().applied().unwrap();
    assert_eq!((job.state, job.attempt, job.failure), (State::Ready, 0, None));
    assert_eq!(db.claim().await.job().attempt, 1);
    let attempts = db.read().attempts(claim.id()).await.unwrap();
    assert_eq!(attempts[0].outcome, Some("handed_back"));
    assert_eq!(attempts[0].failure.as_ref().unwrap().code, Code::JobHandedBack);
}

pub(crate) async fn a_failed_job_keeps_what_was_found(db: Database) {
    let claim = db.running().await;
    db.write().fail(&claim, &permanent(), Some(&report()), &RETRY, 1.0).await.unwrap().applied().unwrap();
    assert!(db.read().find_report(claim.id()).await.unwrap().is_some());
}

pub(crate) async fn a_report_beyond_limits_is_refused(db: Database) {
    let claim = db.running().await;
    let mut huge = report();
    huge.pipeline = "x".repeat(33 << 20);
    let refused = db.write().complete(&claim, &huge).await.unwrap_err();
    assert!(matches!(refused, Error::TooLarge { .. }), "{refused}");
    assert_eq!(db.job(claim.id()).await.state, State::Processing);
}

pub(crate) async fn a_job_that_is_handed_back_for_a_while_waits_uncharged(db: Database) {
    let claim = db.running().await;
    let down = transient(Code::StorageUnavailable);
    let delay = Duration::from_secs(30);
    let job = db.write().hand_back_for(&claim, &down, delay).await.unwrap().applied().unwrap();
    assert_eq!((job.state, job.attempt, job.crash_count), (State::RetryWait, 0, 0));
    assert!(job.why().contains("the server was slow"), "{}", job.why());
    assert_eq!(db.read().attempts(job.id).await.unwrap()[0].outcome, Some("handed_back"));
    db.shift("run_at", delay).await;
    assert_eq!(db.claim().await.id(), job.id);
}
