//! Webhooks and their deliveries.

use rushes_store::{DeliveryClaim, DeliveryRequest, Receiver, Told, Try, Wanting};

use super::*;

impl Host {
    /// A host has the webhook `app`.
    async fn has_webhook(&self) {
        let app = Receiver {
            name: "app".into(),
            url_digest: "d".into(),
            shown: "https://app.example".into(),
            events: vec!["job.failed".into()],
        };
        self.store.write().see_endpoints(&[app]).await.unwrap();
    }

    async fn claim_delivery(&self) -> DeliveryClaim {
        let app = Wanting { endpoint: "app".into(), url_digest: "d".into(), slots: 1 };
        let request = DeliveryRequest { endpoints: vec![app], slots: 1, lease: Duration::from_secs(30) };
        self.store.write().claim_deliveries(&request).await.unwrap().deliveries.remove(0)
    }

    async fn gives_up(&self, told: Told) {
        let claim = self.claim_delivery().await;
        let tried = Try {
            told,
            status: Some(503),
            error: Some("503 Service Unavailable".into()),
            answer: Some("down".into()),
            latency: Duration::from_millis(12),
        };
        assert!(!self.store.write().settle_delivery(&claim, &tried).await.unwrap().is_lost());
    }
}

#[tokio::test]
async fn a_webhook_says_how_it_stands() {
    let host = Host::start().await;
    assert_eq!(host.get("/api/v1/webhooks").await.json(), json!({ "webhooks": [] }));
    host.has_webhook().await;
    assert_eq!(host.post("/api/v1/webhooks/app/test", &json!({})).await.status, StatusCode::ACCEPTED);
    let webhook = host.get("/api/v1/webhooks").await.json()["webhooks"][0].clone();
    assert_eq!((&webhook["name"], &webhook["state"]), (&json!("app"), &json!("active")));
    assert_eq!((&webhook["url"], &webhook["pending"]), (&json!("https://app.example"), &json!(1)));
    host.gives_up(Told::Gone).await;
    let webhook = host.get("/api/v1/webhooks").await.json()["webhooks"][0].clone();
    assert_eq!((&webhook["state"], &webhook["dead"]), (&json!("disabled"), &json!(1)));
    assert!(webhook["why"].as_str().unwrap().contains("503") && webhook["disabled_at"].is_string(), "{webhook:#}");
}

#[tokio::test]
async fn a_delivery_tells_how_it_went_and_can_be_sent_again() {
    let host = Host::start().await;
    host.has_webhook().await;
    let test = host.post("/api/v1/webhooks/app/test", &json!({})).await.json();
    assert_eq!((&test["event_type"], &test["state"]), (&json!("webhook.test"), &json!("pending")));
    host.gives_up(Told::Dead).await;
    let page = host.get("/api/v1/webhooks/app/deliveries?state=dead").await.json();
    let dead = &page["deliveries"][0];
    assert_eq!((&dead["id"], &dead["attempt"], &dead["last_status"]), (&test["id"], &json!(1), &json!(503)));
    assert_eq!((&dead["last_answer"], &dead["latency_ms"]), (&json!("down"), &json!(12)));
    assert!(dead["next_at"].is_null() && dead["settled_at"].is_string(), "{dead:#}");
    let id = test["id"].as_str().unwrap();
    let again = host.post(&format!("/api/v1/deliveries/{id}/replay"), &json!({})).await;
    assert_eq!(again.status, StatusCode::ACCEPTED);
    assert_eq!((&again.json()["state"], &again.json()["event_id"]), (&json!("pending"), &test["event_id"]));
    let audited = host.store.read().audit(None, 10).await.unwrap().lines;
    let verbs: Vec<_> = audited.iter().map(|one| (one.line.by.as_str(), one.line.verb.as_str())).collect();
    assert_eq!(verbs, [("local", "delivery.replay"), ("local", "webhook.test")]);
}

#[tokio::test]
async fn dead_deliveries_are_sent_again_together() {
    let host = Host::start().await;
    host.has_webhook().await;
    for _ in 0..2 {
        host.post("/api/v1/webhooks/app/test", &json!({})).await;
        host.gives_up(Told::Dead).await;
    }
    let replay = async |body: Value| host.post("/api/v1/webhooks/app/replay", &body).await;
    assert_eq!(replay(json!({ "since": "2200-01-01T00:00:00Z" })).await.json()["deliveries"], 0);
    let wrong = replay(json!({ "since": "yesterday" })).await;
    assert_eq!(
        (wrong.status, &wrong.json()["errors"][0]["pointer"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("/since"))
    );
    let bare = Request::post("/api/v1/webhooks/app/replay").body(Body::empty()).unwrap();
    let all = host.send(bare).await;
    assert_eq!((all.status, &all.json()["deliveries"]), (StatusCode::ACCEPTED, &json!(2)), "{}", all.text);
    let page = host.get("/api/v1/webhooks/app/deliveries?limit=1").await.json();
    let next = page["next"].as_str().unwrap();
    let last = host.get(&format!("/api/v1/webhooks/app/deliveries?limit=1&cursor={next}")).await.json();
    assert!(last["next"].is_null() && last["deliveries"][0]["id"] != page["deliveries"][0]["id"], "{last:#}");
}

#[tokio::test]
async fn what_is_not_there_is_said_so() {
    let host = Host::start().await;
    host.has_webhook().await;
    for path in ["/api/v1/webhooks/x/test", "/api/v1/webhooks/x/replay"] {
        let missing = host.post(path, &json!({})).await;
        assert_eq!((missing.status, &missing.json()["code"]), (StatusCode::NOT_FOUND, &json!("webhook.not-found")));
    }
    assert_eq!(host.get("/api/v1/webhooks/x/deliveries").await.status, StatusCode::NOT_FOUND);
    for id in ["x", "0198a0b0-0000-7000-8000-000000000000"] {
        let missing = host.post(&format!("/api/v1/deliveries/{id}/replay"), &json!({})).await;
        assert_eq!((missing.status, &missing.json()["code"]), (StatusCode::NOT_FOUND, &json!("delivery.not-found")));
    }
    for query in ["state=lost", "limit=0", "cursor=x"] {
        let wrong = host.get(&format!("/api/v1/webhooks/app/deliveries?{query}")).await;
        assert_eq!(wrong.status, StatusCode::BAD_REQUEST, "{query}");
    }
}
