//! Creating.

use rushes_model::job::{FileStatus, State, Status};
use rushes_store::{Created, Error, Filter, Idempotency, NewJob};

use crate::database::Database;

pub(crate) async fn a_new_job_waits_for_its_file(db: Database) {
    let id = db.waiting("a/key").await;
    let job = db.job(id).await;
    assert_eq!(
        (job.status, job.data_process, job.state),
        (Status::Pending, FileStatus::NotReady, State::WaitingForFile)
    );
    assert!(job.why().contains("s3://bucket/a/key"), "{}", job.why());
}

pub(crate) async fn the_same_request_twice_makes_one_job(db: Database) {
    let first = db.write().create_job(request("me", "k1", "body")).await.unwrap();
    let again = db.write().create_job(request("me", "k1", "body")).await.unwrap();
    assert!(matches!((&first, &again), (Created::New(_), Created::Replayed(_))));
    assert_eq!(first.into_job().id, again.into_job().id);
    assert_eq!(count(&db).await, 1);
}

pub(crate) async fn a_key_for_another_request_is_refused(db: Database) {
    db.write().create_job(request("me", "k1", "body")).await.unwrap();
    let refused = db.write().create_job(request("me", "k1", "another body")).await.unwrap_err();
    assert!(matches!(refused, Error::KeyReused { .. }), "{refused}");
    assert_eq!(count(&db).await, 1);
    // A day later it is free again.
    db.execute("UPDATE idempotency_keys SET created_at = created_at - 86400001").await;
    db.write().create_job(request("me", "k1", "another body")).await.unwrap();
    assert_eq!(count(&db).await, 2);
}

pub(crate) async fn two_callers_may_use_the_same_key(db: Database) {
    db.write().create_job(request("me", "k1", "body")).await.unwrap();
    let other = db.write().create_job(request("you", "k1", "body")).await.unwrap();
    assert!(matches!(other, Created::New(_)));
}

pub(crate) async fn metadata_is_echoed(db: Database) {
    let metadata = serde_json::json!({ "candidate": "ü\u{1F600}", "nested": [1, null, { "a": 0.1 }] });
    let new = NewJob { metadata: Some(metadata.clone()), ..NewJob::new("b", "k", "p") };
    let id = db.write().create_job(new).await.unwrap().into_job().id;
    assert_eq!(db.job(id).await.metadata, Some(metadata));
}

fn request(scope: &str, key: &str, body: &str) -> NewJob {
    let idempotency = Idempotency { scope: scope.into(), key: key.into(), fingerprint: body.into() };
    NewJob { idempotency: Some(idempotency), ..NewJob::new("b", "k", "p") }
}

async fn count(db: &Database) -> usize {
    db.read().list(&Filter::default(), None, 100).await.unwrap().jobs.len()
}
