//! Claiming.

use std::collections::HashSet;
use std::time::Duration;

use rushes_model::ByteSize;
use rushes_store::{ClaimRequest, Loaded, NewJob, Store};

use crate::database::{Database, request};

pub(crate) async fn jobs_are_taken_by_priority_then_age(db: Database) {
    let old = db.ready().await;
    db.shift("run_at", Duration::from_secs(10)).await;
    let new = db.ready().await;
    let urgent = db.ready_as(NewJob { priority: 1, ..NewJob::new("b", "k", "p") }).await;
    let claims = db.write().claim(&ClaimRequest { slots: 9, ..request() }).await.unwrap();
    let taken: Vec<_> = claims.iter().map(rushes_store::Claim::id).collect();
    assert_eq!(taken, [urgent, old, new]);
}

pub(crate) async fn no_more_are_taken_than_there_are_slots(db: Database) {
    for _ in 0..5 {
        db.ready().await;
    }
    let take = |slots| ClaimRequest { slots, ..request() };
    assert_eq!(db.write().claim(&take(3)).await.unwrap().len(), 3);
    assert_eq!(db.write().claim(&take(0)).await.unwrap().len(), 0);
    assert_eq!(db.write().claim(&take(9)).await.unwrap().len(), 2);
}

pub(crate) async fn two_hosts_never_take_the_same_job(db: Database) {
    for _ in 0..40 {
        db.ready().await;
    }
    let other = Store::open(&db.url).await.unwrap();
    let take_one = async |store: &Store| store.write().claim(&request()).await.unwrap().pop().map(|claim| claim.id());
    let mut taken = HashSet::new();
    for _ in 0..20 {
        // Both at the same moment, twenty times: each gets one, and never the other's.
        let (mine, theirs) = tokio::join!(take_one(&db.store), take_one(&other));
        assert!(taken.insert(mine.unwrap()) && taken.insert(theirs.unwrap()));
    }
    assert_eq!(take_one(&db.store).await, None);
}

pub(crate) async fn only_loaded_pipelines_are_taken(db: Database) {
    db.ready_as(NewJob::new("b", "k", "unheard-of")).await;
    assert!(db.write().claim(&request()).await.unwrap().is_empty());
}

pub(crate) async fn what_is_taken_fits_together(db: Database) {
    db.ready().await;
    db.ready_as(NewJob { memory: ByteSize::mib(500), ..NewJob::new("b", "k", "p") }).await;
    db.ready().await;
    let room = ClaimRequest { slots: 9, free: ByteSize::mib(590), ..request() };
    let claims = db.write().claim(&room).await.unwrap();
    let sizes: Vec<_> = claims.iter().map(|claim| claim.memory().as_bytes() >> 20).collect();
    // The large one doesn't fit beside the first, the third does.
    assert_eq!(sizes, [100, 100]);
}

pub(crate) async fn a_job_that_was_passed_over_goes_next(db: Database) {
    let large = db.ready_as(NewJob { memory: ByteSize::mib(900), ..NewJob::new("b", "k", "p") }).await;
    db.shift("run_at", Duration::from_secs(121)).await;
    db.ready().await;
    let busy = ClaimRequest { is_idle: false, free: ByteSize::mib(500), ..request() };
    assert!(db.write().claim(&busy).await.unwrap().is_empty(), "the small one waits until the large one went");
    assert_eq!(db.claim().await.id(), large);
    assert_eq!(db.write().claim(&busy).await.unwrap().len(), 1);
}

pub(crate) async fn a_job_under_which_a_host_crashed_runs_alone(db: Database) {
    let suspect = db.running().await.id();
    db.crash().await;
    db.ready().await;
    let busy = ClaimRequest { is_idle: false, ..request() };
    let beside = db.write().claim(&busy).await.unwrap();
    assert!(beside.is_empty(), "the suspect has waited for too long to be passed over");
    let claims = db.write().claim(&ClaimRequest { slots: 9, ..request() }).await.unwrap();
    assert_eq!(claims.len(), 1);
    assert_eq!(claims[0].id(), suspect);
    assert!(claims[0].runs_alone());
}

pub(crate) async fn an_idle_host_takes_a_suspect_before_older_jobs(db: Database) {
    let suspect = db.running().await.id();
    let older = db.ready().await;
    db.execute("UPDATE jobs SET run_at = 0 WHERE status = 0").await;
    db.crash().await;
    assert!(db.job(older).await.run_at_ms < db.job(suspect).await.run_at_ms);
    assert_eq!(db.claim().await.id(), suspect);
}

pub(crate) async fn queues_are_served_in_their_order(db: Database) {
    let near = db.ready_as(NewJob { queue: "near".into(), ..NewJob::new("b", "k", "p") }).await;
    let far = db.ready_as(NewJob { queue: "far".into(), priority: 0, ..NewJob::new("b", "k", "p") }).await;
    db.ready_as(NewJob { queue: "elsewhere".into(), ..NewJob::new("b", "k", "p") }).await;
    let both = ClaimRequest { queues: vec!["near".into(), "far".into()], slots: 9, ..request() };
    let loaded = vec![Loaded { pipeline: "p".into(), memory: ByteSize::mib(1) }];
    let claims = db.write().claim(&ClaimRequest { loaded, ..both }).await.unwrap();
    assert_eq!(claims.iter().map(rushes_store::Claim::id).collect::<Vec<_>>(), [near, far]);
}
