//! What operators count.

use rushes_model::Failure;
use rushes_store::{Read, Told};
use tracing::warn;

/// A try ended.
pub(crate) fn count(told: Told) {
    let result = match told {
        Told::Delivered => "delivered",
        Told::Again { .. } => "again",
        Told::Dead => "dead",
        Told::Gone => "gone",
    };
    metrics::counter!("rushes_webhook_attempts_total", "result" => result).increment(1);
}

/// How the outbox stands, as every host sees it.
pub(crate) async fn look(store: &Read) {
    match store.outbox_figures().await {
        Ok(figures) => {
            let oldest = figures.oldest_pending.unwrap_or_default().as_secs_f64();
            metrics::gauge!("rushes_webhook_oldest_pending_seconds").set(oldest);
            // A count of deliveries is far below 2^53.
            metrics::gauge!("rushes_webhooks_dead").set(figures.dead as f64);
        }
        Err(error) => warn!(error = %Failure::of(&error), "the outbox can't be counted"),
    }
}
