//! What the interface is made from.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use rushes_model::Code;
use rushes_model::pipeline::{Pipeline, Route};
use rushes_queue as queue;
use rushes_store as store;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Access;
use crate::objects::Objects;

/// What the interface is made from.
#[derive(Clone)]
pub struct Deps {
    /// Questions to the database.
    pub store: store::Read,
    /// The few changes that are no verb of the queue: uses of tokens, the audit log.
    pub write: store::Write,
    /// Every verb on a job.
    pub queue: queue::Handle,
    /// Who may ask.
    pub access: Access,
    /// Of the program.
    pub version: &'static str,
    /// Spans of time that figures depend on.
    pub times: Times,
    /// Pipelines and routes as they are now.
    pub loaded: Arc<dyn Fn() -> Arc<Loaded> + Send + Sync>,
    /// Whether the storage answers, as last seen.
    pub storage: Arc<dyn Fn() -> Health + Send + Sync>,
    /// Where recordings are put and deleted.
    pub objects: Arc<dyn Objects>,
    /// Buckets that uploads may go to; none: those of the routes.
    pub buckets: Option<Vec<String>>,
    /// All metrics of the process, as Prometheus reads them.
    pub metrics: Arc<dyn Fn() -> String + Send + Sync>,
    /// The page of an error, as Markdown.
    pub explain: fn(Code) -> Option<&'static str>,
}

/// Spans of time that figures depend on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Times {
    /// A job at work for longer is stuck.
    pub stuck_after: Duration,
    /// A host that was silent for longer isn't there.
    pub hosts_live_for: Duration,
    /// How far east of Greenwich today begins, in seconds.
    pub utc_offset_s: i32,
}

/// Pipelines and routes of one moment.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// By name.
    pub pipelines: BTreeMap<String, Arc<Pipeline>>,
    /// In the file's order.
    pub routes: Vec<Route>,
    /// By name.
    pub analyzers: BTreeMap<String, LoadedAnalyzer>,
}

/// An analyzer's component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoadedAnalyzer {
    /// Its own version.
    pub version: String,
    /// What it does, in a sentence.
    pub summary: String,
    /// Of its bytes.
    pub digest: String,
    /// The version of the contract that it speaks.
    pub contract: String,
    /// Where it came from.
    pub origin: String,
}

/// How a part is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Health {
    /// In a word.
    pub state: HealthState,
    /// Why it isn't well, or what is known.
    pub why: Option<String>,
}

/// How a part is, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthState {
    /// It works.
    Ok,
    /// It works, with something to look at.
    Degraded,
    /// It doesn't.
    Down,
}

impl Health {
    /// It works.
    pub const fn ok() -> Self {
        Self { state: HealthState::Ok, why: None }
    }

    /// It works, with something to look at.
    pub fn degraded(why: impl Into<String>) -> Self {
        Self { state: HealthState::Degraded, why: Some(why.into()) }
    }

    /// It doesn't.
    pub fn down(why: impl Into<String>) -> Self {
        Self { state: HealthState::Down, why: Some(why.into()) }
    }
}
