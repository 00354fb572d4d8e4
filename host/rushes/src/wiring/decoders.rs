//! `decode::Decoders` of a pipeline's mode: `media::Native`, or `runtime` behind walls.

use std::sync::Arc;

use rushes_media::{Decoders, Native};
use rushes_model::pipeline::DecodeMode;
use rushes_model::{Failure, StopToken};

use crate::wiring::analyzers::Components;

/// Decoders for one job.
pub(crate) fn decoders(
    mode: DecodeMode,
    components: &Components,
    stop: StopToken,
) -> Result<Arc<dyn Decoders>, Failure> {
    Ok(match mode {
        DecodeMode::Native => Arc::new(Native),
        DecodeMode::Sandboxed => Arc::new(components.sandboxed_decoders()?.stopped_by(stop)),
    })
}
