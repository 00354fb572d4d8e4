//! A host that delivers, with a database of its own.

use std::time::{Duration, Instant};

use rushes_model::DeliveryId;
use rushes_model::pipeline::Webhook;
use rushes_model::private::PrivateHosts;
use rushes_notify::{Deliverer, Schedule, Sender, Sending, Settings};
use rushes_store::{Delivery, DeliveryState, Store};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

pub(crate) const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A database, and hosts that deliver what is in it.
pub(crate) struct Outbox {
    pub(crate) store: Store,
    webhooks: Vec<Webhook>,
    _folder: tempfile::TempDir,
}

/// A running deliverer.
pub(crate) struct Running {
    draining: CancellationToken,
    stopping: CancellationToken,
    task: JoinHandle<()>,
}

impl Outbox {
    /// Endpoints by name and address.
    pub(crate) async fn to(endpoints: &[(&str, String)]) -> Self {
        let webhook = |(name, url): &(&str, String)| Webhook {
            name: (*name).into(),
            url: url.clone(),
            secrets: vec![SECRET.into()],
            events: vec!["job.failed".into()],
        };
        Self::with(endpoints.iter().map(webhook).collect()).await
    }

    pub(crate) async fn with(webhooks: Vec<Webhook>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("rushes.db").display())).await.unwrap();
        let receivers = Sender::new(&webhooks, Sending::default()).unwrap().receivers();
        store.write().see_endpoints(&receivers).await.unwrap();
        Self { store, webhooks, _folder: folder }
    }

    /// A host whose receivers may be on this machine.
    pub(crate) fn host(&self, settings: Settings) -> Running {
        self.host_allowing("127.0.0.0/8", settings)
    }

    pub(crate) fn host_allowing(&self, private: &str, settings: Settings) -> Running {
        let allow_private = PrivateHosts::parse(private).unwrap();
        let sending = Sending { allow_private, patience: Duration::from_millis(400), ..Sending::default() };
        let sender = Sender::new(&self.webhooks, sending).unwrap();
        let deliverer = Deliverer::new(self.store.write().clone(), sender, settings);
        let (draining, stopping) = (CancellationToken::new(), CancellationToken::new());
        #[expect(clippy::disallowed_methods, reason = "the part under test, ended with the test")]
        let task = tokio::spawn(deliverer.run(draining.clone(), stopping.clone()));
        Running { draining, stopping, task }
    }

    /// Something to deliver.
    pub(crate) async fn tell(&self, endpoint: &str) -> DeliveryId {
        self.store.write().test_endpoint(endpoint).await.unwrap().id
    }

    pub(crate) async fn delivery(&self, id: DeliveryId) -> Delivery {
        self.store.read().find_delivery(id).await.unwrap().unwrap()
    }

    pub(crate) async fn ends_as(&self, id: DeliveryId, state: DeliveryState) -> Delivery {
        let mut last = None;
        self.eventually(async || {
            let delivery = self.delivery(id).await;
            let is_there = delivery.state == state;
            last = Some(delivery);
            is_there
        })
        .await;
        last.unwrap()
    }

    pub(crate) async fn eventually(&self, mut check: impl AsyncFnMut() -> bool) {
        let begun = Instant::now();
        while !check().await {
            assert!(begun.elapsed() < Duration::from_secs(20), "not within 20 s");
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }
}

impl Running {
    pub(crate) async fn drain(self) {
        self.draining.cancel();
        self.task.await.unwrap();
    }

    pub(crate) async fn stop(self) {
        self.stopping.cancel();
        self.drain().await;
    }
}

/// Further tries after 30 ms each.
pub(crate) fn quick(tries: usize) -> Settings {
    Settings {
        schedule: Schedule::new(vec![Duration::from_millis(30); tries - 1]),
        look_every: Duration::from_millis(100),
        lease: Duration::from_secs(5),
        ..Settings::default()
    }
}
