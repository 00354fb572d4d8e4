//! Interviews and the events that tell of them.

use std::time::Duration;

use rushes_model::JobId;
use rushes_store::{Endpoint, InterviewState, Receiver};
use serde_json::json;

use crate::database::{Database, RETRY, permanent, report, request};

pub(crate) async fn four_jobs_that_end_at_once_complete_their_interview_once(db: Database) {
    for round in 0..25 {
        let name = format!("i{round}");
        for _ in 0..4 {
            db.ready_in(&name, Some(4)).await;
        }
        let claims = db.write().claim(&rushes_store::ClaimRequest { slots: 4, ..request() }).await.unwrap();
        let found = report();
        let ends = claims.iter().map(|claim| db.write().complete(claim, &found));
        let [a, b, c, d] = <[_; 4]>::try_from(ends.collect::<Vec<_>>()).ok().unwrap();
        let (a, b, c, d) = tokio::join!(a, b, c, d);
        assert!([a, b, c, d].into_iter().all(|end| !end.unwrap().is_lost()));
    }
    let events = db.event_types().await;
    assert_eq!(events, ["interview.completed"; 25]);
}

pub(crate) async fn an_open_interview_is_not_completed(db: Database) {
    db.ready_in("i", None).await;
    complete_next(&db).await;
    assert_eq!(state(&db).await, InterviewState::Open);
    assert!(db.event_types().await.is_empty());
    let sealed = db.write().seal("i").await.unwrap();
    assert_eq!(sealed.state, InterviewState::Completed);
    db.write().seal("i").await.unwrap();
    assert_eq!(db.event_types().await, ["interview.completed"]);
}

pub(crate) async fn an_interview_is_sealed_by_the_number_announced(db: Database) {
    db.ready_in("i", Some(2)).await;
    complete_next(&db).await;
    assert_eq!(state(&db).await, InterviewState::Open);
    db.ready_in("i", None).await;
    assert_eq!(state(&db).await, InterviewState::Processing);
    complete_next(&db).await;
    assert_eq!(state(&db).await, InterviewState::Completed);
    let event = db.read().announced(1).await.unwrap().remove(0);
    assert_eq!(event.payload["interview_id"], json!("i"));
    assert_eq!((&event.payload["total_jobs"], &event.payload["completed_jobs"]), (&json!(2), &json!(2)));
}

pub(crate) async fn an_idle_interview_is_sealed_by_time(db: Database) {
    db.ready_in("i", None).await;
    complete_next(&db).await;
    let patience = Duration::from_secs(600);
    assert_eq!(db.write().seal_idle(patience).await.unwrap(), 0);
    db.execute("UPDATE interviews SET last_ended_at = last_ended_at - 600000").await;
    assert_eq!(db.write().seal_idle(patience).await.unwrap(), 1);
    assert_eq!(db.event_types().await, ["interview.completed"]);
}

pub(crate) async fn an_interview_of_failures_alone_has_failed(db: Database) {
    db.ready_in("i", Some(2)).await;
    let waiting = db.ready_in("i", None).await;
    fail_next(&db).await;
    db.write().cancel(waiting).await.unwrap();
    assert_eq!(state(&db).await, InterviewState::Failed);
    assert_eq!(db.event_types().await, ["job.failed", "job.cancelled", "interview.failed"]);
}

pub(crate) async fn a_retry_opens_the_next_generation(db: Database) {
    let id = db.ready_in("i", Some(1)).await;
    fail_next(&db).await;
    db.write().retry(id).await.unwrap();
    assert_eq!(state(&db).await, InterviewState::Processing);
    db.found(id).await;
    complete_next(&db).await;
    assert_eq!(db.event_types().await, ["job.failed", "interview.failed", "interview.completed"]);
    let interview = db.read().find_interview("i").await.unwrap().unwrap();
    assert_eq!((interview.generation, interview.total_jobs, interview.failed_jobs), (1, 1, 0));
}

pub(crate) async fn a_failed_job_is_told_once(db: Database) {
    let id = db.ready_in("i", None).await;
    fail_next(&db).await;
    let event = db.read().announced(1).await.unwrap().remove(0);
    assert_eq!(event.event_type, "job.failed");
    assert_eq!(event.payload["job"], json!(id));
    assert_eq!(event.payload["interview_id"], json!("i"));
    assert_eq!(event.payload["interview_type"], json!("video"));
    assert_eq!(event.payload["error_message"], json!("no moov"));
    // A second failure, after a retry by hand, is news.
    db.write().retry(id).await.unwrap();
    db.found(id).await;
    fail_next(&db).await;
    assert_eq!(db.event_types().await, ["job.failed", "job.failed"]);
}

pub(crate) async fn endpoints_get_a_delivery_of_what_they_asked_for(db: Database) {
    let of = |name: &str, events: &[&str]| Endpoint {
        name: name.into(),
        events: events.iter().map(|event| (*event).to_owned()).collect(),
    };
    db.write().tell(vec![of("app", &["job.failed", "interview.failed"]), of("other", &["interview.completed"])]);
    db.ready_in("i", Some(1)).await;
    fail_next(&db).await;
    assert_eq!(db.count("deliveries WHERE endpoint = 'app' AND state = 0").await, 2);
    assert_eq!(db.count("deliveries").await, 2);
}

pub(crate) async fn webhooks_of_other_hosts_are_told_as_well(db: Database) {
    let other = Receiver {
        name: "theirs".into(),
        url_digest: "digest".into(),
        shown: "https://theirs".into(),
        events: vec!["interview.failed".into()],
    };
    db.write().see_endpoints(&[other]).await.unwrap();
    db.ready_in("i", Some(1)).await;
    fail_next(&db).await;
    assert_eq!(db.count("deliveries WHERE endpoint = 'theirs'").await, 1);
    // Nobody has had it for a long time.
    db.execute("UPDATE webhook_endpoints SET seen_at = 0").await;
    db.ready_in("j", Some(1)).await;
    fail_next(&db).await;
    assert_eq!(db.count("deliveries").await, 1);
}

async fn complete_next(db: &Database) -> JobId {
    let claim = db.claim().await;
    db.write().complete(&claim, &report()).await.unwrap().applied().unwrap().id
}

async fn fail_next(db: &Database) {
    let claim = db.claim().await;
    db.write().fail(&claim, &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
}

async fn state(db: &Database) -> InterviewState {
    db.read().find_interview("i").await.unwrap().unwrap().state
}
