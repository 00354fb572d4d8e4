//! Deliveries: an event to be told to one endpoint, from the row that its transaction wrote to its end.
//!
//! ```text
//!   told ─► pending ──claim──► under a lease ──settle──► delivered
//!              ▲                     │  └──────────────► dead ──replay──► pending
//!              └── again later ◄─────┴── (lease lost)
//! ```

mod claim;
mod figures;
mod looking;
mod replay;
mod settle;

use rushes_model::{DeliveryId, EventId};

pub use claim::{DeliveryClaim, DeliveryRequest, Due, Wanting};
pub use figures::OutboxFigures;
pub use looking::{DeliveryFilter, DeliveryPage};
pub use settle::{Told, Try};

use crate::entity::{delivery, event};
use crate::{Error, Result};

/// How far a delivery is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DeliveryState {
    /// To be tried, now or later.
    Pending,
    /// The endpoint has it.
    Delivered,
    /// Nobody tries any more, unless it is replayed by hand.
    Dead,
}

impl DeliveryState {
    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Delivered => "delivered",
            Self::Dead => "dead",
        }
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead].into_iter().find(|state| state.as_str() == name)
    }

    /// In the database.
    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Pending => 0,
            Self::Delivered => 1,
            Self::Dead => 2,
        }
    }

    fn from_number(number: i16) -> Option<Self> {
        [Self::Pending, Self::Delivered, Self::Dead].into_iter().find(|state| state.number() == number)
    }
}

/// An event to be told to one endpoint, as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// Which.
    pub id: DeliveryId,
    /// Of what.
    pub event: EventId,
    /// Of which type.
    pub event_type: String,
    /// To whom, by the name in `[webhooks]`.
    pub endpoint: String,
    /// How far it is.
    pub state: DeliveryState,
    /// Tries so far, one under way among them.
    pub attempt: u32,
    /// When it is tried next, while it is pending: milliseconds since 1970.
    pub next_at_ms: i64,
    /// Whether a host is trying it.
    pub is_under_way: bool,
    /// The last answer's status; none where there was no answer.
    pub last_status: Option<u16>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// The first kilobyte of the last answer.
    pub last_answer: Option<String>,
    /// How long the last answer took.
    pub latency_ms: Option<u32>,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// When it was delivered, or given up.
    pub settled_at_ms: Option<i64>,
}

impl Delivery {
    pub(crate) fn of(row: delivery::Model, event: &event::Model, now: i64) -> Result<Self> {
        let state = DeliveryState::from_number(row.state).ok_or(Error::unreadable("deliveries", "state"))?;
        Ok(Self {
            id: row.id.into(),
            event: row.event_id.into(),
            event_type: event.event_type.clone(),
            endpoint: row.endpoint,
            state,
            attempt: u32::try_from(row.attempt).unwrap_or(0),
            next_at_ms: row.next_at,
            is_under_way: state == DeliveryState::Pending && row.lease_expires_at.is_some_and(|until| until > now),
            last_status: row.last_status.and_then(|status| u16::try_from(status).ok()),
            last_error: row.last_error,
            last_answer: row.last_answer,
            latency_ms: row.latency_ms.and_then(|latency| u32::try_from(latency).ok()),
            created_at_ms: row.created_at,
            settled_at_ms: row.settled_at,
        })
    }
}
