//! Forgetting.

use std::time::Duration;

use rushes_store::{AuditLine, Endpoint, Idempotency, NewJob, Pruned, Retention};

use crate::database::{Database, RETRY, permanent, report};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) async fn what_ended_long_ago_is_forgotten_with_all_of_it(db: Database) {
    db.ready_in("i", None).await;
    let claim = db.claim().await;
    db.write().put_partial(&claim, "k", b"bytes").await.unwrap().applied().unwrap();
    db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    db.shift("finished_at", DAY * 91).await;
    // The interview is older than its jobs.
    db.execute("UPDATE interviews SET created_at = 0").await;
    let pruned = db.write().prune(&Retention::default()).await.unwrap();
    assert_eq!(pruned, Pruned { jobs: 1, interviews: 1, ..Pruned::default() });
    for table in ["jobs", "job_attempts", "reports", "partial_uses", "partials", "interviews"] {
        assert_eq!(db.count(table).await, 0, "{table}");
    }
}

pub(crate) async fn what_is_not_old_stays(db: Database) {
    db.ready_in("i", None).await;
    let claim = db.claim().await;
    db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    db.shift("finished_at", DAY * 89).await;
    db.waiting("never").await;
    // Old, and not ended: it waits.
    db.shift("created_at", DAY * 1000).await;
    assert_eq!(db.write().prune(&Retention::default()).await.unwrap(), Pruned::default());
    let short = Retention { jobs: DAY * 88, ..Retention::default() };
    assert_eq!(db.write().prune(&short).await.unwrap().jobs, 1);
    assert_eq!(db.count("jobs").await, 1);
}

pub(crate) async fn told_events_and_old_audit_lines_are_forgotten(db: Database) {
    db.write().tell(vec![Endpoint { name: "app".into(), events: vec!["job.failed".into()] }]);
    let claim = db.running().await;
    db.write().fail(&claim, &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    let line = AuditLine { by: "me".into(), verb: "job.retry".into(), subject: "j".into(), detail: None };
    db.write().audit(&line).await.unwrap();
    assert_eq!(db.write().prune(&Retention::default()).await.unwrap(), Pruned::default());
    db.execute("UPDATE audit SET at = at - 31622400000").await;
    // An event's id tells its age: here all are older than nothing.
    let none = Retention { events: Duration::ZERO, ..Retention::default() };
    tokio::time::sleep(Duration::from_millis(20)).await;
    let pruned = db.write().prune(&none).await.unwrap();
    assert_eq!((pruned.events, pruned.audit_lines), (1, 1));
    assert_eq!((db.count("events").await, db.count("deliveries").await, db.count("jobs").await), (0, 0, 1));
}

pub(crate) async fn keys_that_expired_are_forgotten_and_no_others(db: Database) {
    let keyed = |key: &str| {
        let idempotency = Idempotency { scope: "me".into(), key: key.into(), fingerprint: "body".into() };
        NewJob { idempotency: Some(idempotency), ..NewJob::new("b", "k", "p") }
    };
    for key in ["old", "older"] {
        db.write().create_job(keyed(key)).await.unwrap();
    }
    db.execute("UPDATE idempotency_keys SET created_at = created_at - 86400001").await;
    db.write().create_job(keyed("new")).await.unwrap();
    assert_eq!(db.count("idempotency_keys").await, 3, "a request looks after its own key alone");
    let pruned = db.write().prune(&Retention::default()).await.unwrap();
    assert_eq!(pruned, Pruned { idempotency_keys: 2, ..Pruned::default() });
    assert_eq!((db.count("idempotency_keys WHERE idempotency_key = 'new'").await, db.count("jobs").await), (1, 3));
}
