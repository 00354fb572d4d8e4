//! Deleting, with a receipt.

use rushes_model::job::State;
use rushes_store::{AuditLine, Endpoint, Entry, Error, Filter, Idempotency, Journaled, NewInterview, NewJob};

use crate::database::{Database, RETRY, permanent, report, request};

/// Every table that could name an interview or hang on its jobs.
const TABLES: [&str; 9] = [
    "interviews",
    "jobs",
    "job_attempts",
    "job_events",
    "reports",
    "partial_uses",
    "events",
    "deliveries",
    "idempotency_keys",
];

pub(crate) async fn a_deleted_interview_is_named_nowhere(db: Database) {
    everything_of(&db, "it's 100%_mine").await;
    let receipt = db.write().delete_interview("it's 100%_mine").await.unwrap();
    for table in TABLES {
        assert_eq!(db.count(table).await, 0, "{table}");
    }
    assert_eq!((receipt.jobs, receipt.reports, receipt.attempts, receipt.partials), (3, 1, 3, 1));
    assert_eq!((receipt.log_lines, receipt.events, receipt.deliveries), (1, 1, 1));
    assert_eq!((receipt.idempotency_keys, receipt.running.len()), (1, 1));
    let lines = db.read().audit(None, 9).await.unwrap().lines;
    let id = receipt.interview.unwrap().to_string();
    let kept: Vec<_> = lines.iter().map(|one| (one.line.verb.as_str(), one.line.subject.as_str())).collect();
    let expected = [("jobs.retry", "all"), ("interview.seal", id.as_str()), ("job.create", id.as_str())];
    assert_eq!(kept, expected);
    assert!(lines.iter().all(|one| one.line.detail.is_none()));
    let again = db.write().delete_interview("it's 100%_mine").await.unwrap_err();
    assert!(matches!(again, Error::UnknownInterview(_)), "{again}");
}

/// An interview of three jobs: completed, failed, running; with all that hangs on them.
async fn everything_of(db: &Database, name: &str) {
    db.write().tell(vec![Endpoint { name: "app".into(), events: vec!["job.failed".into()] }]);
    let line = |verb: &str, subject: &str, detail| AuditLine {
        by: "me".into(),
        verb: verb.into(),
        subject: subject.into(),
        detail,
    };
    let interview = NewInterview { id: name.into(), interview_type: None, expected_jobs: None };
    let request = Idempotency { scope: "me".into(), key: "k".into(), fingerprint: "f".into() };
    let new = NewJob { interview: Some(interview), ..NewJob::new("bucket", "key", "p") };
    db.ready_as(NewJob { idempotency: Some(request), ..new.clone() }).await;
    let claim = db.claim().await;
    db.write().audit(&line("job.create", &claim.id().to_string(), None)).await.unwrap();
    db.write().put_partial(&claim, "partial", b"bytes").await.unwrap().applied().unwrap();
    let entries = vec![Entry { kind: "log", detail: serde_json::json!({ "message": name }) }];
    db.write().append_events(vec![Journaled { claim: &claim, progress: None, entries }]).await.unwrap();
    db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    db.ready_as(new.clone()).await;
    let claim = db.claim().await;
    db.write().fail(&claim, &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    db.ready_as(new).await;
    db.claim().await;
    db.write().audit(&line("interview.seal", name, None)).await.unwrap();
    let filter = serde_json::json!({ "interview_id": name });
    db.write().audit(&line("jobs.retry", "all", Some(filter))).await.unwrap();
}

pub(crate) async fn a_run_of_a_deleted_interview_writes_nothing(db: Database) {
    db.ready_in("i", None).await;
    let claim = db.claim().await;
    assert_eq!(db.write().delete_interview("i").await.unwrap().running, [claim.id()]);
    assert!(db.write().put_partial(&claim, "k", b"bytes").await.unwrap().is_lost());
    assert!(db.write().get_partial(&claim, "k").await.unwrap().applied().is_none_or(|found| found.is_none()));
    assert!(db.write().complete(&claim, &report()).await.unwrap().is_lost());
    assert!(db.write().fail(&claim, &permanent(), Some(&report()), &RETRY, 1.0).await.unwrap().is_lost());
    let said = Journaled { claim: &claim, progress: Some(0.5), entries: Vec::new() };
    assert_eq!(db.write().append_events(vec![said]).await.unwrap(), [claim.lease()]);
    for table in TABLES.into_iter().chain(["partials"]) {
        assert_eq!(db.count(table).await, 0, "{table}");
    }
}

pub(crate) async fn what_others_use_stays(db: Database) {
    let shared = async |interview: &str, key: &str| {
        let interview = NewInterview { id: interview.into(), interview_type: None, expected_jobs: None };
        db.ready_as(NewJob { interview: Some(interview), ..NewJob::new("bucket", key, "p") }).await;
        let claim = db.claim().await;
        db.write().put_partial(&claim, "shared", b"bytes").await.unwrap().applied().unwrap();
        db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    };
    shared("mine", "both").await;
    shared("mine", "mine-alone").await;
    shared("theirs", "both").await;
    let receipt = db.write().delete_interview("mine").await.unwrap();
    assert_eq!(receipt.partials, 0);
    let keys: Vec<_> = receipt.recordings.iter().map(|place| place.key.as_str()).collect();
    assert_eq!(keys, ["mine-alone"]);
    assert_eq!(db.write().delete_interview("theirs").await.unwrap().partials, 1);
}

pub(crate) async fn an_interview_of_many_steps_is_deleted_whole(db: Database) {
    let interview = || NewInterview { id: "i".into(), interview_type: None, expected_jobs: Some(250) };
    let new = || NewJob { interview: Some(interview()), ..NewJob::new("bucket", "key", "p") };
    db.write().create_jobs((0..250).map(|_| new()).collect()).await.unwrap();
    assert_eq!(db.write().delete_interview("i").await.unwrap().jobs, 250);
    assert_eq!(db.count("jobs").await, 0);
    // Its jobs were never the last: nobody is told.
    assert_eq!(db.event_types().await, Vec::<String>::new());
}

pub(crate) async fn only_a_job_that_ended_is_deleted(db: Database) {
    let id = db.ready_in("i", None).await;
    let refused = db.write().delete_job(id).await.unwrap_err();
    assert!(matches!(refused, Error::NotEnded(_)), "{refused}");
    let claim = db.write().claim(&request()).await.unwrap().remove(0);
    db.write().fail(&claim, &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    assert_eq!(db.job(id).await.state, State::Failed);
    let receipt = db.write().delete_job(id).await.unwrap();
    assert_eq!((receipt.jobs, receipt.attempts, receipt.events), (1, 1, 1));
    let interview = db.read().find_interview("i").await.unwrap().unwrap();
    assert_eq!((interview.total_jobs, interview.failed_jobs, interview.open_jobs), (0, 0, 0));
    assert_eq!(db.read().list(&Filter::default(), None, 9).await.unwrap().jobs.len(), 0);
}
