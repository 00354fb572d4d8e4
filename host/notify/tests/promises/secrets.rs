//! Secrets that change.

use rushes_model::pipeline::Webhook;
use rushes_notify::{Secret, sign};
use rushes_store::DeliveryState::Delivered;

use crate::host::{Outbox, SECRET, quick};
use crate::receiver::{OK, Receiver};

const NEW: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";

#[tokio::test]
async fn while_a_secret_is_replaced_a_receiver_may_know_either() {
    let app = Receiver::start([OK]);
    let webhook = Webhook {
        name: "app".into(),
        url: app.url(),
        secrets: vec![NEW.into(), SECRET.into()],
        events: vec!["job.failed".into()],
    };
    let outbox = Outbox::with(vec![webhook]).await;
    let host = outbox.host(quick(2));
    let id = outbox.tell("app").await;
    outbox.ends_as(id, Delivered).await;
    let got = app.got().remove(0);
    let (message, at) = (&got.headers["webhook-id"], got.headers["webhook-timestamp"].parse().unwrap());
    let said: Vec<&str> = got.headers["webhook-signature"].split(' ').collect();
    let knows = |secret: &str| {
        let own = sign(&[Secret::parse(secret).unwrap()], message, at, &got.body);
        said.contains(&own.as_str())
    };
    assert!(knows(NEW) && knows(SECRET));
    assert!(!knows("whsec_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"));
    host.drain().await;
}
