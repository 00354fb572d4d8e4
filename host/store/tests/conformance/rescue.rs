//! Taking jobs back from hosts that died.

use std::time::Duration;

use rushes_model::Code;
use rushes_model::job::{Kind, State};

use rushes_model::HostId;
use rushes_store::{ClaimRequest, Rescue};

use crate::database::{Database, RESCUE, report, request};

pub(crate) async fn a_job_whose_lease_ran_out_is_taken_back_uncharged(db: Database) {
    let claim = db.running().await;
    let rescued = db.host_dies().await;
    assert_eq!(rescued.len(), 1);
    let job = &rescued[0];
    assert_eq!((job.id, job.state), (claim.id(), State::RetryWait));
    assert_eq!((job.attempt, job.crash_count), (0, 1));
    assert_eq!(job.failure.as_ref().unwrap().code, Code::JobLeaseLost);
    let attempts = db.read().attempts(claim.id()).await.unwrap();
    assert_eq!(attempts[0].outcome, Some("lease_expired"));
}

pub(crate) async fn a_host_that_was_cut_off_has_not_crashed(db: Database) {
    let claim = db.running().await;
    // Its host is there, and was heard of after the lease ran out.
    let host = rushes_store::NewHost {
        id: db.job(claim.id()).await.host.unwrap(),
        name: "h".into(),
        version: String::new(),
        method: "streaming_s3".into(),
        slots: 1,
    };
    db.write().register_host(host).await.unwrap();
    let rescued = db.host_dies().await;
    assert_eq!((rescued[0].state, rescued[0].attempt, rescued[0].crash_count), (State::RetryWait, 0, 0));
}

pub(crate) async fn a_job_whose_lease_runs_is_left_alone(db: Database) {
    let claim = db.running().await;
    assert!(db.write().rescue_expired(&RESCUE).await.unwrap().is_empty());
    assert_eq!(db.job(claim.id()).await.state, State::Processing);
}

pub(crate) async fn a_job_that_got_further_than_a_crash_is_suspected_no_more(db: Database) {
    let id = db.ready().await;
    for segment in ["0", "1", "2", "3"] {
        let claim = db.claim().await;
        db.write().put_partial(&claim, segment, b"found").await.unwrap().applied().unwrap();
        assert_eq!(db.job(id).await.crash_count, 0);
        db.crash().await;
        assert_eq!((db.job(id).await.state, db.job(id).await.crash_count), (State::Ready, 1));
    }
    // Without getting further it takes two more.
    db.claim().await;
    db.crash().await;
    db.claim().await;
    db.host_dies().await;
    assert_eq!(db.job(id).await.failure_kind, Some(Kind::Poison));
}

pub(crate) async fn a_third_crash_in_a_row_is_poison(db: Database) {
    let id = db.ready().await;
    for _ in 0..2 {
        db.claim().await;
        db.crash().await;
        assert_eq!(db.job(id).await.state, State::Ready);
    }
    db.claim().await;
    db.host_dies().await;
    let job = db.job(id).await;
    assert_eq!((job.state, job.failure_kind), (State::Failed, Some(Kind::Poison)));
    assert_eq!(db.event_types().await, ["job.failed"]);
}

pub(crate) async fn a_stuck_job_is_taken_back_whatever_its_lease(db: Database) {
    let claim = db.running().await;
    db.shift("started_at", RESCUE.stuck_after + Duration::from_secs(1)).await;
    assert_eq!(db.write().rescue_expired(&RESCUE).await.unwrap().len(), 1);
    assert_eq!(db.job(claim.id()).await.state, State::RetryWait);
}

pub(crate) async fn a_cancelled_job_of_a_dead_host_ends(db: Database) {
    let claim = db.running().await;
    db.write().cancel(claim.id()).await.unwrap();
    db.host_dies().await;
    assert_eq!(db.job(claim.id()).await.state, State::Cancelled);
}

pub(crate) async fn what_a_dead_process_left_is_taken_back_at_once(db: Database) {
    let (dead, other) = (HostId::new(), HostId::new());
    for host in [dead, other] {
        db.ready().await;
        db.write().claim(&ClaimRequest { host, ..request() }).await.unwrap();
    }
    let at_once = Rescue { crash_delay: Duration::ZERO, ..RESCUE };
    let rescued = db.write().rescue_from(dead, &at_once).await.unwrap();
    assert_eq!(rescued.len(), 1);
    assert_eq!((rescued[0].state, rescued[0].attempt, rescued[0].crash_count), (State::Ready, 0, 1));
    assert_eq!(db.count("jobs WHERE status = 1").await, 1, "the other host's goes on");
    assert!(db.write().rescue_from(dead, &at_once).await.unwrap().is_empty());
}

pub(crate) async fn an_innocent_beside_a_poisonous_job_is_never_charged(db: Database) {
    let poison = db.ready().await;
    let innocents = [db.ready().await, db.ready().await];
    // The host dies with all three of them.
    assert_eq!(db.write().claim(&ClaimRequest { slots: 3, ..request() }).await.unwrap().len(), 3);
    db.crash().await;
    // Each runs alone; under the poison its host dies again and again.
    for _ in 0..4 {
        let Some(claim) = db.write().claim(&ClaimRequest { slots: 3, ..request() }).await.unwrap().pop() else { break };
        if claim.id() == poison {
            db.crash().await;
        } else {
            db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
        }
    }
    let job = db.job(poison).await;
    assert_eq!((job.state, job.failure_kind), (State::Failed, Some(Kind::Poison)));
    for id in innocents {
        let job = db.job(id).await;
        assert_eq!((job.state, job.attempt, job.crash_count), (State::Completed, 1, 0));
    }
}
