//! Webhooks and their deliveries as callers see them.

use rushes_store as store;
use serde::Serialize;
use utoipa::ToSchema;

use crate::moment;

/// A webhook as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookBody {
    /// Its name in `[webhooks]`.
    #[schema(example = "app")]
    name: String,
    /// active, disabled (it answered 410), unconfigured (no live host has it).
    #[schema(example = "active")]
    state: &'static str,
    /// Scheme and host of its address; the rest may be secret.
    #[schema(example = "https://app.example.com")]
    url: Option<String>,
    /// What it is told of.
    events: Vec<String>,
    /// Deliveries that are to be tried.
    pending: u64,
    /// Deliveries that were given up.
    dead: u64,
    /// For how long the oldest pending one has waited.
    oldest_pending_seconds: Option<f64>,
    disabled_at: Option<String>,
    /// Why its deliveries wait, where they do.
    why: Option<String>,
}

impl From<store::Known> for WebhookBody {
    fn from(known: store::Known) -> Self {
        let state = match (known.is_configured, known.disabled_at_ms) {
            (false, _) => "unconfigured",
            (true, Some(_)) => "disabled",
            (true, None) => "active",
        };
        Self {
            state,
            why: known.why(),
            name: known.name,
            url: known.shown,
            events: known.events,
            pending: known.pending,
            dead: known.dead,
            oldest_pending_seconds: known.oldest_pending.map(|time| time.as_secs_f64()),
            disabled_at: known.disabled_at_ms.and_then(moment::written),
        }
    }
}

/// An event to be told to one webhook.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryBody {
    /// A UUID.
    id: String,
    /// To whom.
    #[schema(example = "app")]
    endpoint: String,
    /// The same at every try: what the receiver sees as `webhook-id`.
    event_id: String,
    #[schema(example = "interview.completed")]
    event_type: String,
    /// pending, delivered, dead.
    #[schema(example = "delivered")]
    state: &'static str,
    /// Tries so far.
    attempt: u32,
    /// Whether a host is trying it at this moment.
    under_way: bool,
    /// When it is tried next, while it is pending.
    next_at: Option<String>,
    /// The last answer's status; none where there was no answer.
    last_status: Option<u16>,
    /// Why the last try failed.
    last_error: Option<String>,
    /// The first kilobyte of the last answer.
    last_answer: Option<String>,
    /// How long the last answer took.
    latency_ms: Option<u32>,
    created_at: Option<String>,
    /// When it was delivered, or given up.
    settled_at: Option<String>,
}

impl From<store::Delivery> for DeliveryBody {
    fn from(delivery: store::Delivery) -> Self {
        let is_pending = delivery.state == store::DeliveryState::Pending;
        Self {
            id: delivery.id.to_string(),
            endpoint: delivery.endpoint,
            event_id: delivery.event.to_string(),
            event_type: delivery.event_type,
            state: delivery.state.as_str(),
            attempt: delivery.attempt,
            under_way: delivery.is_under_way,
            next_at: moment::written(delivery.next_at_ms).filter(|_| is_pending),
            last_status: delivery.last_status,
            last_error: delivery.last_error,
            last_answer: delivery.last_answer,
            latency_ms: delivery.latency_ms,
            created_at: moment::written(delivery.created_at_ms),
            settled_at: delivery.settled_at_ms.and_then(moment::written),
        }
    }
}
