//! Waiting for files.

use std::time::Duration;

use rushes_model::job::State;
use rushes_model::{Class, Code, Failure, Reason};

use crate::database::{Database, identity};

const INTERVAL: Duration = Duration::from_secs(30);

pub(crate) async fn a_file_that_is_found_makes_its_job_ready(db: Database) {
    let id = db.waiting("key").await;
    db.write().note_missing(id, "nothing is there yet").await.unwrap().applied().unwrap();
    assert!(db.job(id).await.why().contains("nothing is there yet"));
    let job = db.write().mark_ready(id, &identity()).await.unwrap().applied().unwrap();
    assert_eq!((job.state, job.identity), (State::Ready, Some(identity())));
    assert!(db.write().mark_ready(id, &identity()).await.unwrap().is_lost());
    assert!(db.write().note_missing(id, "too late").await.unwrap().is_lost());
}

pub(crate) async fn an_object_is_looked_for_by_one_host_at_a_time(db: Database) {
    let id = db.waiting("key").await;
    let due = db.write().probe_due(INTERVAL, 9).await.unwrap();
    assert_eq!(due.iter().map(|due| (due.job, due.key.as_str())).collect::<Vec<_>>(), [(id, "key")]);
    assert!(db.write().probe_due(INTERVAL, 9).await.unwrap().is_empty());
    db.shift("next_probe_at", INTERVAL).await;
    assert_eq!(db.write().probe_due(INTERVAL, 9).await.unwrap().len(), 1);
    assert_eq!(db.job(id).await.probe_count, 2);
}

pub(crate) async fn a_long_wait_is_looked_for_less_often(db: Database) {
    let id = db.waiting("key").await;
    db.shift("waiting_since", Duration::from_secs(601)).await;
    let due = db.write().probe_due(INTERVAL, 9).await.unwrap();
    assert!(due[0].waited >= Duration::from_secs(601));
    let wait = db.job(id).await.next_probe_at_ms - db.read().now().await.unwrap();
    assert!((290_000..=300_000).contains(&wait), "{wait}");
}

pub(crate) async fn an_arrival_is_looked_for_at_once(db: Database) {
    db.waiting("key").await;
    db.write().probe_due(INTERVAL, 9).await.unwrap();
    assert_eq!(db.write().probe_now("bucket", "another").await.unwrap(), 0);
    assert_eq!(db.write().probe_now("bucket", "key").await.unwrap(), 1);
    assert_eq!(db.write().probe_due(INTERVAL, 9).await.unwrap().len(), 1);
}

pub(crate) async fn a_file_that_cannot_be_used_fails_its_job(db: Database) {
    let id = db.waiting("key").await;
    let archived = Failure::new(Code::StorageDenied, Class::Permanent(Reason::Storage), "in an archive");
    let job = db.write().refuse_file(id, &archived).await.unwrap().applied().unwrap();
    assert_eq!((job.state, job.failure), (State::Failed, Some(archived)));
    assert_eq!(db.event_types().await, ["job.failed"]);
}
