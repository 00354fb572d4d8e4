//! Leases.

use std::time::Duration;

use rushes_model::job::State;

use crate::database::{Database, LEASE, RESCUE};

pub(crate) async fn each_claim_has_a_fresh_lease(db: Database) {
    let first = db.running().await;
    db.crash().await;
    let second = db.claim().await;
    assert_eq!(first.id(), second.id());
    assert_ne!(first.lease(), second.lease());
}

pub(crate) async fn a_renewal_tells_of_cancels_and_losses(db: Database) {
    let lost = db.running().await;
    db.host_dies().await;
    let (cancelled, ours) = (db.running().await, db.running().await);
    db.write().cancel(cancelled.id()).await.unwrap();
    let heart = db.store.open_heart().await.unwrap();
    let mut renewed = heart.renew(&[lost.lease(), cancelled.lease(), ours.lease()], LEASE).await.unwrap();
    renewed.sort_by_key(|one| one.lease);
    let seen: Vec<_> = renewed.iter().map(|one| (one.lease, one.job, one.cancel_requested)).collect();
    assert_eq!(seen, [(cancelled.lease(), cancelled.id(), true), (ours.lease(), ours.id(), false)]);
    // Nobody else's is renewed with them.
    let only: Vec<_> = heart.renew(&[ours.lease()], LEASE).await.unwrap().iter().map(|one| one.lease).collect();
    assert_eq!(only, [ours.lease()]);
}

pub(crate) async fn a_renewed_lease_does_not_run_out(db: Database) {
    let claim = db.running().await;
    let heart = db.store.open_heart().await.unwrap();
    db.shift("lease_expires_at", LEASE - Duration::from_secs(1)).await;
    assert_eq!(heart.renew(&[claim.lease()], LEASE).await.unwrap().len(), 1);
    db.shift("lease_expires_at", LEASE - Duration::from_secs(5)).await;
    assert!(db.write().rescue_expired(&RESCUE).await.unwrap().is_empty());
    assert_eq!(db.job(claim.id()).await.state, State::Processing);
}
