//! What all loops of the queue have in common.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rushes_memory::Budget;
use rushes_model::HostId;
use rushes_store::Store;
use tokio::sync::{Mutex, Notify};

use crate::circuit::Circuit;
use crate::jitter::Jitter;
use crate::running::Running;
use crate::settings::Settings;

#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) host: HostId,
    pub(crate) store: Store,
    pub(crate) budget: Budget,
    pub(crate) settings: Settings,
    pub(crate) running: Arc<Running>,
    pub(crate) jitter: Jitter,
    pub(crate) is_paused: AtomicBool,
    /// Somebody paused it from elsewhere, and it has heard of it.
    pub(crate) is_wished_paused: AtomicBool,
    pub(crate) is_draining: AtomicBool,
    /// Whether the storage works.
    pub(crate) circuit: Circuit,
    /// Held while journals are written, so that what a run said last isn't overtaken by how it ended.
    pub(crate) journals: Mutex<()>,
    /// Something may be claimed.
    pub(crate) claims: Notify,
    /// Something is to be seen to before its time.
    pub(crate) upkeep: Notify,
    /// An object may have arrived.
    pub(crate) files: Notify,
    /// Other hosts should look as well.
    pub(crate) hints: Notify,
}
