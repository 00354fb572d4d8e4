//! Receivers that are slow, broken, busy, gone, elsewhere, or where they must not be.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use rushes_notify::{Schedule, Settings};
use rushes_store::DeliveryState::{Dead, Delivered};

use crate::host::{Outbox, quick};
use crate::receiver::{Does, OK, Receiver};

#[tokio::test]
async fn a_try_that_failed_is_made_again_with_the_same_id_and_body() {
    let app = Receiver::start([Does::Answers("HTTP/1.1 500 Broken\r\n"), Does::Closes, OK]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let host = outbox.host(quick(5));
    let id = outbox.tell("app").await;
    let delivery = outbox.ends_as(id, Delivered).await;
    assert_eq!((delivery.attempt, delivery.last_status, delivery.last_error), (3, Some(200), None));
    let got = app.got();
    assert_eq!(got.len(), 3);
    for one in &got {
        assert_eq!(one.headers["webhook-id"], delivery.event.to_string());
        assert_eq!(one.body, got[0].body);
    }
    host.drain().await;
}

#[tokio::test]
async fn a_slow_receiver_keeps_nobody_waiting() {
    let slow = Receiver::start([Does::Hangs(Duration::from_secs(30))]);
    let quick_one = Receiver::start([OK]);
    let outbox = Outbox::to(&[("slow", slow.url()), ("quick", quick_one.url())]).await;
    let host = outbox.host(Settings { slots: 3, ..quick(2) });
    let mut waiting = Vec::new();
    for _ in 0..5 {
        waiting.push(outbox.tell("slow").await);
    }
    let begun = Instant::now();
    for _ in 0..5 {
        let id = outbox.tell("quick").await;
        outbox.ends_as(id, Delivered).await;
    }
    assert!(begun.elapsed() < Duration::from_millis(1_000), "{:?}", begun.elapsed());
    for id in waiting {
        let delivery = outbox.ends_as(id, Dead).await;
        assert_eq!((delivery.attempt, delivery.last_status), (2, None));
        assert_eq!(delivery.last_error.as_deref(), Some("no answer in time"));
    }
    host.drain().await;
}

#[tokio::test]
async fn a_receiver_that_says_when_is_heard() {
    let app = Receiver::start([Does::Answers("HTTP/1.1 429 Busy\r\nretry-after: 2\r\n"), OK]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let host = outbox.host(quick(5));
    let id = outbox.tell("app").await;
    outbox.ends_as(id, Delivered).await;
    let got = app.got();
    assert!(got[1].at - got[0].at >= Duration::from_millis(1_900), "{:?}", got[1].at - got[0].at);
    host.drain().await;
}

#[tokio::test]
async fn a_receiver_that_is_gone_gets_nothing_more_until_somebody_asks() {
    let app = Receiver::start([Does::Answers("HTTP/1.1 410 Gone\r\n"), OK]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let host = outbox.host(Settings { slots_of_endpoint: 1, ..quick(5) });
    let first = outbox.tell("app").await;
    assert_eq!(outbox.ends_as(first, Dead).await.last_status, Some(410));
    // An event of a job wouldn't enable it, as a test by hand does.
    let known = outbox.store.read().endpoint("app").await.unwrap();
    assert!(known.disabled_at_ms.is_some(), "{known:?}");
    assert_eq!(app.got().len(), 1);
    outbox.store.write().replay_delivery(first).await.unwrap();
    outbox.ends_as(first, Delivered).await;
    host.drain().await;
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::start([OK]);
    let location: &'static str = format!("HTTP/1.1 308 Moved\r\nlocation: {}\r\n", elsewhere.url()).leak();
    let app = Receiver::start([Does::Answers(location)]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let host = outbox.host(quick(2));
    let id = outbox.tell("app").await;
    assert_eq!(outbox.ends_as(id, Dead).await.last_status, Some(308));
    assert!(elsewhere.got().is_empty());
    host.drain().await;
}

#[tokio::test]
async fn an_answer_without_its_body_is_an_answer() {
    let app = Receiver::start([Does::Dawdles]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let host = outbox.host(quick(3));
    let id = outbox.tell("app").await;
    let delivery = outbox.ends_as(id, Delivered).await;
    assert_eq!((delivery.attempt, delivery.last_answer.as_deref()), (1, Some("so far")));
    host.drain().await;
}

#[tokio::test]
async fn a_receiver_that_comes_back_gets_what_it_missed() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    drop(listener);
    let outbox = Outbox::to(&[("app", format!("http://{address}/"))]).await;
    let host = outbox.host(quick(200));
    let ids = [outbox.tell("app").await, outbox.tell("app").await];
    outbox.eventually(async || outbox.delivery(ids[0]).await.attempt > 2).await;
    assert!(outbox.delivery(ids[0]).await.last_error.unwrap().contains("refused"));
    let app = Receiver::on(TcpListener::bind(address).unwrap(), [OK]);
    for id in ids {
        outbox.ends_as(id, Delivered).await;
    }
    assert_eq!(app.got().len(), 2);
    host.drain().await;
}

#[tokio::test]
async fn a_receiver_in_a_private_network_gets_nothing_unless_it_was_named() {
    let app = Receiver::start([OK]);
    let outbox = Outbox::to(&[("app", app.url().replace("http://", "https://"))]).await;
    let host = outbox.host_allowing("10.0.0.0/8, other.internal", quick(2));
    let id = outbox.tell("app").await;
    let delivery = outbox.ends_as(id, Dead).await;
    assert_eq!(delivery.last_status, None);
    assert!(delivery.last_error.unwrap().contains("a loopback address"));
    assert!(app.got().is_empty());
    host.drain().await;
}

#[tokio::test]
async fn the_last_failed_try_makes_a_dead_letter_that_can_be_sent_again() {
    let app = Receiver::start([Does::Closes, Does::Closes, OK]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let host = outbox.host(quick(2));
    let id = outbox.tell("app").await;
    assert_eq!(outbox.ends_as(id, Dead).await.attempt, 2);
    assert_eq!(outbox.store.write().replay_dead("app", None, None).await.unwrap(), 1);
    assert_eq!(outbox.ends_as(id, Delivered).await.attempt, 1);
    let ids: Vec<_> = app.got().into_iter().map(|got| got.headers["webhook-id"].clone()).collect();
    assert_eq!(ids, vec![ids[0].clone(); 3]);
    host.drain().await;
}

#[tokio::test]
async fn a_host_that_drains_finishes_what_it_began() {
    let app = Receiver::start([Does::Hangs(Duration::from_millis(250))]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let host = outbox.host(quick(5));
    let id = outbox.tell("app").await;
    outbox.eventually(async || !app.got().is_empty()).await;
    host.drain().await;
    let delivery = outbox.delivery(id).await;
    assert_eq!((delivery.attempt, delivery.is_under_way), (1, false));
    assert!(delivery.last_error.is_some(), "{delivery:?}");
}

#[tokio::test]
async fn what_a_host_left_behind_another_takes_up_with_the_same_id() {
    let app = Receiver::start([Does::Hangs(Duration::from_secs(30)), OK]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let first = outbox.host(Settings { lease: Duration::from_millis(500), ..quick(5) });
    let id = outbox.tell("app").await;
    outbox.eventually(async || !app.got().is_empty()).await;
    first.stop().await;
    assert!(outbox.delivery(id).await.settled_at_ms.is_none());
    let second = outbox.host(quick(5));
    let delivery = outbox.ends_as(id, Delivered).await;
    let got = app.got();
    assert_eq!((delivery.attempt, got.len()), (2, 2));
    assert_eq!(got[0].headers["webhook-id"], got[1].headers["webhook-id"]);
    second.drain().await;
}

#[tokio::test]
async fn an_event_of_this_host_is_told_at_once() {
    let app = Receiver::start([OK]);
    let outbox = Outbox::to(&[("app", app.url())]).await;
    let host =
        outbox.host(Settings { look_every: Duration::from_secs(3_600), schedule: Schedule::default(), ..quick(2) });
    for _ in 0..3 {
        // The host looked, found nothing, and would look again in an hour.
        tokio::time::sleep(Duration::from_millis(50)).await;
        let begun = Instant::now();
        let id = outbox.tell("app").await;
        outbox.ends_as(id, Delivered).await;
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    }
    host.drain().await;
}
