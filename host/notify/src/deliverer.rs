//! The part that runs: takes what is due, tells it, and writes what became of it.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_model::{DeliveryId, Failure, sabotage};
use rushes_store::{DeliveryClaim, DeliveryRequest, Effect, Receiver, SEEN_EVERY, Told, Try, Wanting, Write};
use tokio::task::{Id, JoinSet};
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::schedule::Schedule;
use crate::sender::{Answer, Sender, Tried};
use crate::{Error, body, figures};

/// How a host delivers.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Under which address others reach this host.
    pub public_url: Option<String>,
    /// When a delivery is tried again.
    pub schedule: Schedule,
    /// Deliveries at once.
    pub slots: usize,
    /// Deliveries at once to one endpoint: one that is slow keeps no other waiting.
    pub slots_of_endpoint: usize,
    /// After so long another host may try: longer than a receiver may take to answer.
    pub lease: Duration,
    /// How often other hosts' events are looked for. Those of this host are told at once.
    pub look_every: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            public_url: None,
            schedule: Schedule::default(),
            slots: 8,
            slots_of_endpoint: 2,
            lease: Duration::from_secs(30),
            look_every: Duration::from_secs(5),
        }
    }
}

/// The part that delivers what is in the outbox.
pub struct Deliverer {
    store: Write,
    sender: Sender,
    settings: Arc<Settings>,
    receivers: Vec<Receiver>,
}

/// Tries that are being made.
#[derive(Default)]
struct UnderWay {
    tries: JoinSet<()>,
    endpoints: HashMap<Id, String>,
}

impl Deliverer {
    /// A deliverer to the sender's endpoints. Nothing happens before [`Deliverer::run`].
    pub fn new(store: Write, sender: Sender, settings: Settings) -> Self {
        let receivers = sender.receivers();
        Self { store, sender, settings: Arc::new(settings), receivers }
    }

    /// Runs until the host drains, and what is under way or due then has ended; `stopping` ends that as well, and another host makes
    /// the same try when the lease has run out.
    pub async fn run(self, draining: CancellationToken, stopping: CancellationToken) {
        let mut under_way = UnderWay::default();
        let mut seen: Option<Instant> = None;
        while !draining.is_cancelled() {
            if seen.is_none_or(|at| at.elapsed() >= SEEN_EVERY) {
                seen = self.say_endpoints().await.then(Instant::now).or(seen);
                figures::look(self.store.read()).await;
            }
            let wait = self.take(&mut under_way).await;
            // Each may be dropped at any await: the bell keeps its ring, the set its tries.
            tokio::select! {
                () = self.store.bell().heard() => {}
                () = under_way.next_end() => {}
                () = tokio::time::sleep(wait) => {}
                () = draining.cancelled() => {}
            }
        }
        // A host that ends when its job has ended tells of it.
        self.take(&mut under_way).await;
        tokio::select! {
            () = under_way.all_ended() => {}
            () = stopping.cancelled() => under_way.tries.shutdown().await,
        }
    }

    async fn say_endpoints(&self) -> bool {
        let said = self.store.see_endpoints(&self.receivers).await;
        said.inspect_err(|error| warn!(error = %Failure::of(error), "webhooks can't be announced")).is_ok()
    }

    /// Begins what is due and fits; how long until the next look.
    async fn take(&self, under_way: &mut UnderWay) -> Duration {
        let request = self.request(under_way);
        if request.slots == 0 || request.endpoints.is_empty() {
            return self.settings.look_every;
        }
        match self.store.claim_deliveries(&request).await {
            Ok(due) => {
                for claim in due.deliveries {
                    self.begin(under_way, claim);
                }
                due.next_in.map_or(self.settings.look_every, |next| next.min(self.settings.look_every))
            }
            Err(error) => {
                warn!(error = %Failure::of(&error), "deliveries can't be taken");
                self.settings.look_every
            }
        }
    }

    fn request(&self, under_way: &UnderWay) -> DeliveryRequest {
        let busy = under_way.by_endpoint();
        let wanting = self.receivers.iter().map(|receiver| Wanting {
            endpoint: receiver.name.clone(),
            url_digest: receiver.url_digest.clone(),
            slots: self
                .settings
                .slots_of_endpoint
                .saturating_sub(busy.get(receiver.name.as_str()).copied().unwrap_or(0)),
        });
        DeliveryRequest {
            endpoints: wanting.filter(|wanting| wanting.slots > 0).collect(),
            slots: self.settings.slots.saturating_sub(under_way.tries.len()),
            lease: self.settings.lease,
        }
    }

    fn begin(&self, under_way: &mut UnderWay, claim: DeliveryClaim) {
        let endpoint = claim.endpoint.clone();
        let (store, sender, settings) = (self.store.clone(), self.sender.clone(), Arc::clone(&self.settings));
        let handle = under_way.tries.spawn(async move { tell(&store, &sender, &settings, &claim).await });
        under_way.endpoints.insert(handle.id(), endpoint);
    }
}

impl UnderWay {
    fn by_endpoint(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for endpoint in self.endpoints.values() {
            *counts.entry(endpoint.as_str()).or_insert(0) += 1;
        }
        counts
    }

    /// Waits for the next end; for ever where nothing is under way.
    async fn next_end(&mut self) {
        let ended = match self.tries.join_next_with_id().await {
            Some(Ok((id, ()))) => id,
            Some(Err(error)) => {
                warn!(%error, "a delivery broke off, it is tried again when its lease has run out");
                error.id()
            }
            None => return std::future::pending().await,
        };
        self.endpoints.remove(&ended);
    }

    async fn all_ended(&mut self) {
        while !self.tries.is_empty() {
            self.next_end().await;
        }
    }
}

/// One try, from its claim to what is written of it.
async fn tell(store: &Write, sender: &Sender, settings: &Settings, claim: &DeliveryClaim) {
    let begun = Instant::now();
    let message = body::message(&claim.event, settings.public_url.as_deref());
    sabotage::reached("delivery.before-post");
    let sent = sender.send(&claim.endpoint, &message).await;
    sabotage::reached("delivery.after-post");
    let tried = outcome(sent, claim, &settings.schedule);
    figures::count(tried.told);
    say(claim, &tried);
    settle(store, claim, &tried, begun + settings.lease).await;
}

fn outcome(sent: Result<Tried, Error>, claim: &DeliveryClaim, schedule: &Schedule) -> Try {
    let again = |wait| match schedule.delay_after(claim.attempt, wait, jitter(claim.id(), claim.attempt)) {
        Some(after) => Told::Again { after },
        None => Told::Dead,
    };
    let (latency, answer, text) = match sent {
        Ok(Tried { answer, latency, text }) => (latency, answer, text),
        // Taken for an endpoint that this host has: this can't be.
        Err(error) => (Duration::ZERO, Answer::Refused { status: None, why: error.to_string(), wait: None }, None),
    };
    let (told, status, error) = match answer {
        Answer::Taken { status } => (Told::Delivered, Some(status), None),
        Answer::Refused { status, why, wait } => (again(wait), status, Some(why)),
        Answer::Gone => (Told::Gone, Some(410), Some("410 Gone".to_owned())),
    };
    Try { told, status, error, answer: text, latency }
}

/// A database that doesn't answer is asked again for as long as the lease lasts.
async fn settle(store: &Write, claim: &DeliveryClaim, tried: &Try, until: Instant) {
    let mut pause = Duration::from_millis(200);
    loop {
        match store.settle_delivery(claim, tried).await {
            Ok(Effect::Applied(_)) => return,
            Ok(Effect::Lost) => {
                warn!(delivery = %claim.id(), webhook = claim.endpoint, "the delivery was another's by then");
                return;
            }
            Err(error) => {
                warn!(delivery = %claim.id(), error = %Failure::of(&error), "a delivery's end can't be written");
            }
        }
        if Instant::now() + pause > until {
            return;
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(Duration::from_secs(5));
    }
}

fn say(claim: &DeliveryClaim, tried: &Try) {
    let (delivery, webhook, event) = (claim.id(), &claim.endpoint, &claim.event.event_type);
    let (attempt, elapsed_ms) = (claim.attempt, tried.latency.as_millis());
    let error = tried.error.as_deref().unwrap_or_default();
    match tried.told {
        Told::Delivered => info!(%delivery, webhook, event, attempt, elapsed_ms, "webhook delivered"),
        Told::Again { after } => {
            warn!(%delivery, webhook, event, attempt, elapsed_ms, error, after_s = after.as_secs(), "webhook refused");
        }
        Told::Dead => warn!(%delivery, webhook, event, attempt, elapsed_ms, error, "webhook given up"),
        Told::Gone => warn!(%delivery, webhook, event, attempt, "the endpoint wants nothing more"),
    }
}

/// 0 to 1, from the random half of the id: no two deliveries come back together, and no generator is needed.
fn jitter(id: DeliveryId, attempt: u32) -> f64 {
    let (_, random) = id.as_uuid().as_u64_pair();
    // Another part of it each time; the upper 53 bits are what a double holds exactly.
    let mixed = random.rotate_left(attempt.wrapping_mul(17)).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (mixed >> 11) as f64 / (1_u64 << 53) as f64
}
