//! What a deletion removed.

use rushes_store::{Place, Receipt};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// What goes with an interview.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(crate) struct Deletion {
    /// Delete its recordings in the storage as well.
    #[serde(default)]
    #[param(required = false)]
    pub(crate) recordings: bool,
}

/// What went, by kind.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ReceiptBody {
    jobs: u64,
    reports: u64,
    /// Kept segments that no other job uses.
    partials: u64,
    attempts: u64,
    log_lines: u64,
    events: u64,
    deliveries: u64,
    idempotency_keys: u64,
    /// Jobs that ran: they can write nothing any more.
    stopped: usize,
    /// Recordings that were deleted, because that was asked for.
    recordings_deleted: Vec<String>,
    /// Recordings that no job names any more, and that are still there.
    recordings_kept: Vec<String>,
}

impl From<&Receipt> for ReceiptBody {
    fn from(receipt: &Receipt) -> Self {
        Self {
            jobs: receipt.jobs,
            reports: receipt.reports,
            partials: receipt.partials,
            attempts: receipt.attempts,
            log_lines: receipt.log_lines,
            events: receipt.events,
            deliveries: receipt.deliveries,
            idempotency_keys: receipt.idempotency_keys,
            stopped: receipt.running.len(),
            recordings_deleted: Vec::new(),
            recordings_kept: receipt.recordings.iter().map(address).collect(),
        }
    }
}

impl ReceiptBody {
    /// A recording went as well.
    pub(crate) fn deleted(&mut self, place: &Place) {
        let address = address(place);
        self.recordings_kept.retain(|kept| *kept != address);
        self.recordings_deleted.push(address);
    }
}

fn address(place: &Place) -> String {
    rushes_model::ObjectRef::of_place(&place.bucket, &place.key).to_string()
}
