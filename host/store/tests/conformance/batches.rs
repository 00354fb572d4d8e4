//! Many at once: creating, retrying and cancelling.

use rushes_model::job::State;
use rushes_store::{Created, Error, Filter, Idempotency, NewInterview, NewJob};
use sea_orm::{ConnectionTrait, TransactionTrait};

use crate::database::{Database, RETRY, permanent};

fn of(interview: &str, interview_type: &str) -> NewJob {
    let interview =
        NewInterview { id: interview.into(), interview_type: Some(interview_type.into()), expected_jobs: None };
    NewJob { interview: Some(interview), ..NewJob::new("bucket", "key", "p") }
}

pub(crate) async fn a_batch_is_created_in_its_order(db: Database) {
    let keys = ["z", "a", "m"];
    let batch = keys.map(|key| NewJob { bucket: key.into(), ..of(key, "video") }).to_vec();
    let created = db.write().create_jobs(batch).await.unwrap();
    let buckets: Vec<_> = created.into_iter().map(|one| one.into_job().bucket).collect();
    assert_eq!(buckets, keys);
}

pub(crate) async fn a_batch_with_a_refused_job_creates_none(db: Database) {
    let refused = db.write().create_jobs(vec![of("i", "video"), of("i", "audio")]).await.unwrap_err();
    assert!(matches!(refused, Error::InterviewType { .. }), "{refused}");
    assert_eq!((db.count("jobs").await, db.count("interviews").await), (0, 0));
}

pub(crate) async fn a_batch_that_comes_twice_is_replayed(db: Database) {
    let batch = || {
        let key = |key: &str| Idempotency { scope: "me".into(), key: key.into(), fingerprint: "same".into() };
        ["one", "two"].map(|name| NewJob { idempotency: Some(key(name)), ..of("i", "video") }).to_vec()
    };
    let first = db.write().create_jobs(batch()).await.unwrap();
    let again = db.write().create_jobs(batch()).await.unwrap();
    assert!(again.iter().all(|one| matches!(one, Created::Replayed(_))));
    let ids = |all: Vec<Created>| all.into_iter().map(|one| one.into_job().id).collect::<Vec<_>>();
    assert_eq!(ids(first), ids(again));
    assert_eq!(db.read().find_interview("i").await.unwrap().unwrap().total_jobs, 2);
}

pub(crate) async fn a_batch_locks_its_interviews_as_everybody_does(db: Database) {
    // Where one writes at a time there is no order of locks.
    if !db.url.starts_with("postgres") {
        return;
    }
    // Others lock by id: first the older one, whose name comes last.
    for name in ["z", "a"] {
        db.write().create_job(of(name, "video")).await.unwrap();
    }
    let other = sea_orm::Database::connect(&db.url).await.unwrap().begin().await.unwrap();
    other.execute_unprepared("SELECT id FROM interviews WHERE external_id = 'z' FOR UPDATE").await.unwrap();
    let batch = db.write().create_jobs(["a", "z"].map(|name| of(name, "video")).to_vec());
    let meanwhile = async {
        while db.count("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'").await == 0 {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
        }
        let second = "SELECT id FROM interviews WHERE external_id = 'a' FOR UPDATE NOWAIT";
        other.execute_unprepared(second).await.expect("a batch that waits for the first holds no second");
        other.rollback().await.unwrap();
    };
    let (created, ()) = tokio::join!(batch, meanwhile);
    assert_eq!(created.unwrap().len(), 2);
    assert_eq!(db.count("interviews WHERE total_jobs = 2").await, 2);
}

pub(crate) async fn all_that_match_are_retried_and_no_others(db: Database) {
    let mut failed = Vec::new();
    // More than a step.
    for _ in 0..120 {
        let claim = db.running().await;
        db.write().fail(&claim, &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
        failed.push(claim.id());
    }
    let cancelled = db.waiting("key").await;
    db.write().cancel(cancelled).await.unwrap();
    let all_failed = Filter { state: Some(State::Failed), ..Filter::default() };
    let mut bulk = db.write().retry_all(&all_failed).await.unwrap();
    bulk.changed.sort_unstable();
    failed.sort_unstable();
    assert_eq!((bulk.changed, bulk.refused), (failed, 0));
    assert_eq!(db.job(cancelled).await.state, State::Cancelled);
}

pub(crate) async fn all_that_match_are_cancelled_running_ones_too(db: Database) {
    let running = db.ready_in("i", None).await;
    db.claim().await;
    let ready = db.ready_in("i", None).await;
    let ended = db.ready_in("i", None).await;
    db.write().cancel(ended).await.unwrap();
    let other = db.ready_in("other", None).await;
    let of_interview = Filter { interview_id: Some("i".into()), ..Filter::default() };
    let bulk = db.write().cancel_all(&of_interview).await.unwrap();
    assert_eq!((bulk.changed.len(), bulk.refused), (2, 1));
    assert!(db.job(running).await.cancel_requested);
    assert_eq!(db.job(ready).await.state, State::Cancelled);
    assert_eq!(db.job(other).await.state, State::Ready);
}

pub(crate) async fn a_filter_tells_states_queues_and_times_apart(db: Database) {
    let waiting = db.waiting("key").await;
    let near = db.ready_as(NewJob { queue: "near".into(), ..NewJob::new("b", "k", "p") }).await;
    let stuck = db.running().await.id();
    db.shift("started_at", std::time::Duration::from_secs(7201)).await;
    db.execute("UPDATE jobs SET created_at = 1000 WHERE status = 1").await;
    let ids = async |filter: Filter| -> Vec<_> {
        db.read().list(&filter, None, 10).await.unwrap().jobs.iter().map(|job| job.id).collect()
    };
    for (state, id) in [(State::WaitingForFile, waiting), (State::Ready, near), (State::Processing, stuck)] {
        assert_eq!(ids(Filter { state: Some(state), ..Filter::default() }).await, [id], "{state}");
    }
    assert_eq!(ids(Filter { queue: Some("near".into()), ..Filter::default() }).await, [near]);
    let two_hours = std::time::Duration::from_secs(7200);
    assert_eq!(ids(Filter { stuck_for: Some(two_hours), ..Filter::default() }).await, [stuck]);
    assert_eq!(ids(Filter { created_before_ms: Some(1001), ..Filter::default() }).await, [stuck]);
    assert_eq!(ids(Filter { created_after_ms: Some(1001), ..Filter::default() }).await.len(), 2);
}
