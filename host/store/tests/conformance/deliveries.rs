//! Deliveries, from the row that an event's transaction wrote to their end.

use std::time::Duration;

use rushes_model::DeliveryId;
use rushes_store::{
    Delivery, DeliveryClaim, DeliveryFilter, DeliveryRequest, DeliveryState, Endpoint, Error, Receiver, Told, Try,
    Wanting,
};

use crate::database::{Database, RETRY, permanent};

const LEASE: Duration = Duration::from_secs(30);

pub(crate) async fn a_delivery_is_taken_once_and_charged(db: Database) {
    told(&db, 1).await;
    let claims = claim(&db, 8, 2).await;
    assert_eq!(claims.len(), 1);
    assert_eq!((claims[0].endpoint.as_str(), claims[0].attempt), ("app", 1));
    assert_eq!(claims[0].event.event_type, "job.failed");
    assert_eq!(claims[0].event.payload["error_message"], "no moov");
    assert!(claim(&db, 8, 2).await.is_empty(), "it is under a lease");
    assert!(only(&db).await.is_under_way);
}

pub(crate) async fn two_hosts_never_take_the_same_delivery(db: Database) {
    told(&db, 6).await;
    let other = rushes_store::Store::open(&db.url).await.unwrap();
    let request = request(3, 3);
    let (here, there) = tokio::join!(db.write().claim_deliveries(&request), other.write().claim_deliveries(&request));
    let (here, there) = (here.unwrap().deliveries, there.unwrap().deliveries);
    let mut ids: Vec<_> = here.iter().chain(&there).map(DeliveryClaim::id).collect();
    ids.sort_unstable();
    let all = ids.len();
    ids.dedup();
    assert_eq!((ids.len(), all), (6, 6));
}

pub(crate) async fn an_endpoint_gets_no_more_at_once_than_it_may(db: Database) {
    told(&db, 5).await;
    assert_eq!(claim(&db, 8, 2).await.len(), 2);
    assert_eq!(claim(&db, 1, 2).await.len(), 1);
    assert_eq!(claim(&db, 0, 2).await.len(), 0);
}

pub(crate) async fn a_slow_endpoint_holds_no_other_back(db: Database) {
    let both = [endpoint("app"), endpoint("other")];
    db.write().tell(both.to_vec());
    db.write().see_endpoints(&[receiver("app", "a"), receiver("other", "o")]).await.unwrap();
    fail_one(&db).await;
    let slow = DeliveryRequest {
        endpoints: vec![
            Wanting { endpoint: "app".into(), url_digest: "a".into(), slots: 0 },
            Wanting { endpoint: "other".into(), url_digest: "o".into(), slots: 2 },
        ],
        slots: 8,
        lease: LEASE,
    };
    let claims = db.write().claim_deliveries(&slow).await.unwrap().deliveries;
    assert_eq!(claims.iter().map(|claim| claim.endpoint.as_str()).collect::<Vec<_>>(), ["other"]);
}

pub(crate) async fn what_was_delivered_is_not_sent_again(db: Database) {
    told(&db, 1).await;
    let claim_of = claim(&db, 8, 2).await.remove(0);
    let delivery = settle(&db, &claim_of, Told::Delivered).await.unwrap();
    assert_eq!(
        (delivery.state, delivery.last_status, delivery.latency_ms),
        (DeliveryState::Delivered, Some(500), Some(7))
    );
    assert!(delivery.settled_at_ms.is_some());
    db.execute("UPDATE deliveries SET next_at = next_at - 100000000").await;
    assert!(claim(&db, 8, 2).await.is_empty());
}

pub(crate) async fn a_try_that_failed_is_made_again_when_its_wait_is_over(db: Database) {
    told(&db, 1).await;
    let first = claim(&db, 8, 2).await.remove(0);
    let delivery = settle(&db, &first, Told::Again { after: Duration::from_secs(300) }).await.unwrap();
    assert_eq!((delivery.state, delivery.is_under_way), (DeliveryState::Pending, false));
    assert_eq!(delivery.last_error.as_deref(), Some("500 Internal Server Error"));
    let due = db.write().claim_deliveries(&request(8, 2)).await.unwrap();
    assert!(due.deliveries.is_empty());
    let next_in = due.next_in.unwrap();
    assert!(next_in <= Duration::from_secs(300) && next_in > Duration::from_secs(290), "{next_in:?}");
    db.execute("UPDATE deliveries SET next_at = next_at - 300000").await;
    let second = claim(&db, 8, 2).await.remove(0);
    assert_eq!((second.id(), second.attempt, second.event.id), (first.id(), 2, first.event.id));
}

pub(crate) async fn a_delivery_of_a_host_that_died_is_taken_again_with_the_same_event(db: Database) {
    told(&db, 1).await;
    let first = claim(&db, 8, 2).await.remove(0);
    lease_runs_out(&db).await;
    let second = claim(&db, 8, 2).await.remove(0);
    assert_eq!((second.id(), second.event.id, second.attempt), (first.id(), first.event.id, 2));
    // The first host wasn't dead but slow: what it says is no longer heard.
    assert!(settle(&db, &first, Told::Dead).await.is_none());
    assert!(settle(&db, &second, Told::Delivered).await.is_some());
}

pub(crate) async fn a_dead_delivery_can_be_sent_again(db: Database) {
    told(&db, 1).await;
    let first = claim(&db, 8, 2).await.remove(0);
    assert_eq!(settle(&db, &first, Told::Dead).await.unwrap().state, DeliveryState::Dead);
    assert!(claim(&db, 8, 2).await.is_empty());
    let again = db.write().replay_delivery(first.id()).await.unwrap();
    assert_eq!((again.state, again.attempt), (DeliveryState::Pending, 0));
    let second = claim(&db, 8, 2).await.remove(0);
    assert_eq!((second.event.id, second.attempt), (first.event.id, 1));
    let unknown = db.write().replay_delivery(DeliveryId::new()).await;
    assert!(matches!(unknown, Err(Error::UnknownDelivery(_))), "{unknown:?}");
}

pub(crate) async fn dead_deliveries_of_a_time_are_sent_again(db: Database) {
    told(&db, 3).await;
    for claim in claim(&db, 8, 8).await {
        settle(&db, &claim, Told::Dead).await.unwrap();
    }
    let at = list(&db, None).await[0].created_at_ms;
    db.execute(&format!("UPDATE deliveries SET created_at = {at}")).await;
    let replay = |since, until| db.write().replay_dead("app", since, until);
    assert_eq!(replay(Some(at + 1), None).await.unwrap(), 0);
    assert_eq!(replay(None, Some(at)).await.unwrap(), 0);
    assert_eq!(replay(Some(at), Some(at + 1)).await.unwrap(), 3);
    assert_eq!(replay(None, None).await.unwrap(), 0, "none is dead any more");
    assert!(matches!(db.write().replay_dead("nobody", None, None).await, Err(Error::UnknownEndpoint(_))));
}

pub(crate) async fn an_endpoint_that_is_gone_is_left_alone_until_somebody_asks(db: Database) {
    told(&db, 3).await;
    let first = claim(&db, 1, 1).await.remove(0);
    assert_eq!(settle(&db, &first, Told::Gone).await.unwrap().state, DeliveryState::Dead);
    assert!(claim(&db, 8, 2).await.is_empty());
    let known = db.read().endpoint("app").await.unwrap();
    assert_eq!((known.pending, known.dead, known.is_configured), (2, 1, true));
    assert!(known.disabled_at_ms.is_some() && known.why().unwrap().contains("500 Internal"), "{known:?}");
    // Hosts that go on having it change nothing.
    db.write().see_endpoints(&[receiver("app", "digest")]).await.unwrap();
    assert!(claim(&db, 8, 2).await.is_empty());
    db.write().replay_delivery(first.id()).await.unwrap();
    assert_eq!(claim(&db, 8, 8).await.len(), 3);
    assert_eq!(db.read().endpoint("app").await.unwrap().disabled_at_ms, None);
}

pub(crate) async fn an_endpoint_that_is_configured_anew_is_asked_again(db: Database) {
    told(&db, 2).await;
    let first = claim(&db, 1, 1).await.remove(0);
    settle(&db, &first, Told::Gone).await.unwrap();
    db.write().see_endpoints(&[receiver("app", "another")]).await.unwrap();
    let anew = DeliveryRequest {
        endpoints: vec![Wanting { endpoint: "app".into(), url_digest: "another".into(), slots: 2 }],
        ..request(8, 2)
    };
    assert_eq!(db.write().claim_deliveries(&anew).await.unwrap().deliveries.len(), 1);
    assert!(claim(&db, 8, 2).await.is_empty(), "under its old address it is still gone");
}

pub(crate) async fn a_delivery_that_no_live_host_can_make_waits_and_says_so(db: Database) {
    db.write().tell(vec![endpoint("app")]);
    fail_one(&db).await;
    let known = db.read().endpoint("app").await.unwrap();
    assert_eq!((known.is_configured, known.pending), (false, 1));
    assert!(known.why().unwrap().contains("no live host"), "{known:?}");
    db.write().see_endpoints(&[receiver("app", "digest")]).await.unwrap();
    assert_eq!(db.read().endpoint("app").await.unwrap().why(), None);
    db.execute("UPDATE webhook_endpoints SET seen_at = seen_at - 100000").await;
    assert!(!db.read().endpoint("app").await.unwrap().is_configured);
    assert_eq!(list(&db, Some(DeliveryState::Pending)).await.len(), 1);
    assert!(matches!(db.read().endpoint("nobody").await, Err(Error::UnknownEndpoint(_))));
}

pub(crate) async fn a_test_is_told_to_one_endpoint_alone(db: Database) {
    told(&db, 0).await;
    let test = db.write().test_endpoint("app").await.unwrap();
    assert_eq!((test.event_type.as_str(), test.endpoint.as_str()), ("webhook.test", "app"));
    db.write().test_endpoint("app").await.unwrap();
    assert_eq!(claim(&db, 8, 8).await.len(), 2);
    assert!(matches!(db.write().test_endpoint("nobody").await, Err(Error::UnknownEndpoint(_))));
}

pub(crate) async fn deliveries_are_listed_newest_first_page_by_page(db: Database) {
    told(&db, 5).await;
    let dead = claim(&db, 1, 1).await.remove(0);
    settle(&db, &dead, Told::Dead).await.unwrap();
    let filter = DeliveryFilter { endpoint: Some("app".into()), state: None };
    let first = db.read().deliveries(&filter, None, 3).await.unwrap();
    let second = db.read().deliveries(&filter, first.next, 3).await.unwrap();
    assert_eq!((first.deliveries.len(), second.deliveries.len(), second.next), (3, 2, None));
    let ids: Vec<_> = first.deliveries.iter().chain(&second.deliveries).map(|one| one.id).collect();
    assert!(ids.is_sorted_by(|a, b| a > b), "{ids:?}");
    assert_eq!(list(&db, Some(DeliveryState::Dead)).await[0].id, dead.id());
    assert_eq!(db.read().find_delivery(dead.id()).await.unwrap().unwrap().state, DeliveryState::Dead);
    let nobody = DeliveryFilter { endpoint: Some("nobody".into()), state: None };
    assert!(db.read().deliveries(&nobody, None, 3).await.unwrap().deliveries.is_empty());
}

pub(crate) async fn the_outbox_tells_how_long_the_oldest_waits(db: Database) {
    told(&db, 3).await;
    let dead = claim(&db, 1, 1).await.remove(0);
    settle(&db, &dead, Told::Dead).await.unwrap();
    db.execute("UPDATE deliveries SET created_at = created_at - 60000").await;
    let figures = db.read().outbox_figures().await.unwrap();
    assert_eq!((figures.pending, figures.dead), (2, 1));
    assert!(figures.oldest_pending.unwrap() >= Duration::from_secs(60));
}

pub(crate) async fn an_event_that_is_deleted_takes_its_deliveries_along(db: Database) {
    told(&db, 2).await;
    db.execute("DELETE FROM events").await;
    assert_eq!(db.count("deliveries").await, 0);
}

pub(crate) async fn a_commit_with_something_to_deliver_rings_the_bell(db: Database) {
    told(&db, 0).await;
    fail_one(&db).await;
    let bell = db.write().bell();
    tokio::time::timeout(Duration::from_secs(5), bell.heard()).await.expect("rung by the end of a job");
    db.ready().await;
    let silent = tokio::time::timeout(Duration::from_millis(50), bell.heard()).await;
    assert!(silent.is_err(), "nothing to tell");
    db.write().test_endpoint("app").await.unwrap();
    tokio::time::timeout(Duration::from_secs(5), bell.heard()).await.expect("rung by hand");
}

/// So many deliveries of `job.failed` to `app`, which a host has.
async fn told(db: &Database, count: usize) {
    db.write().tell(vec![endpoint("app")]);
    db.write().see_endpoints(&[receiver("app", "digest")]).await.unwrap();
    for _ in 0..count {
        fail_one(db).await;
    }
}

async fn fail_one(db: &Database) {
    let running = db.running().await;
    db.write().fail(&running, &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
}

async fn claim(db: &Database, slots: usize, of_endpoint: usize) -> Vec<DeliveryClaim> {
    db.write().claim_deliveries(&request(slots, of_endpoint)).await.unwrap().deliveries
}

async fn settle(db: &Database, claim: &DeliveryClaim, told: Told) -> Option<Delivery> {
    let tried = Try {
        told,
        status: Some(500),
        error: Some("500 Internal Server Error".into()),
        answer: Some("oh no".into()),
        latency: Duration::from_millis(7),
    };
    db.write().settle_delivery(claim, &tried).await.unwrap().applied()
}

async fn lease_runs_out(db: &Database) {
    let by = (LEASE * 2).as_millis();
    db.execute(&format!("UPDATE deliveries SET lease_expires_at = lease_expires_at - {by}")).await;
}

async fn list(db: &Database, state: Option<DeliveryState>) -> Vec<Delivery> {
    let filter = DeliveryFilter { endpoint: None, state };
    db.read().deliveries(&filter, None, 100).await.unwrap().deliveries
}

async fn only(db: &Database) -> Delivery {
    list(db, None).await.remove(0)
}

fn request(slots: usize, of_endpoint: usize) -> DeliveryRequest {
    let app = Wanting { endpoint: "app".into(), url_digest: "digest".into(), slots: of_endpoint };
    DeliveryRequest { endpoints: vec![app], slots, lease: LEASE }
}

fn endpoint(name: &str) -> Endpoint {
    Endpoint { name: name.into(), events: vec!["job.failed".into()] }
}

fn receiver(name: &str, url_digest: &str) -> Receiver {
    Receiver {
        name: name.into(),
        url_digest: url_digest.into(),
        shown: "https://app.example.com".into(),
        events: vec!["job.failed".into()],
    }
}
