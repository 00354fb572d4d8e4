//! Hints between hosts that share a database: new work is looked at within moments, not at the next round. Nothing depends
//! on them: what they would have woken looks from time to time anyway.

use std::sync::Arc;
use std::time::Duration;

use rushes_model::Failure;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::shared::Shared;

/// Hints of one host are bundled: all hosts look at each.
const BUNDLE: Duration = Duration::from_millis(100);
/// Before listening anew after the database was lost.
const PAUSE: Duration = Duration::from_secs(5);

impl Shared {
    /// Something may be claimed, here and elsewhere.
    pub(crate) fn tell_of_ready(&self) {
        self.claims.notify_one();
        self.hints.notify_one();
    }

    /// Something may be looked for or claimed, here and elsewhere.
    pub(crate) fn tell_of_work(&self) {
        self.files.notify_one();
        self.tell_of_ready();
    }
}

/// Tells other hosts. The first hint goes at once, those that come with it go together a moment later.
pub(crate) async fn send(shared: Arc<Shared>, ended: CancellationToken) {
    if !shared.store.write().has_hints() {
        return;
    }
    loop {
        // The last hint tells of what this host hands back as it ends.
        tokio::select! {
            biased;
            () = shared.hints.notified() => {}
            () = ended.cancelled() => return,
        }
        if let Err(error) = shared.store.write().hint().await {
            debug!(target: "queue_processor", error = %Failure::of(&error), "other hosts can't be told of new work");
        }
        tokio::time::sleep(BUNDLE).await;
    }
}

/// Hears other hosts.
pub(crate) async fn hear(shared: Arc<Shared>, ended: CancellationToken) {
    while !ended.is_cancelled() {
        match listen(&shared, &ended).await {
            Ok(()) => return,
            Err(error) => {
                warn!(target: "queue_processor", error = %Failure::of(&error), "other hosts can't be heard; work is found by looking")
            }
        }
        tokio::select! {
            () = ended.cancelled() => {}
            () = tokio::time::sleep(PAUSE) => {}
        }
    }
}

async fn listen(shared: &Shared, ended: &CancellationToken) -> rushes_store::Result<()> {
    let Some(mut listener) = shared.store.open_listener().await? else { return Ok(()) };
    loop {
        // Hearing may be dropped: a hint that was read and not seen is found at the next look.
        tokio::select! {
            () = ended.cancelled() => return Ok(()),
            heard = listener.hear() => heard?,
        }
        shared.files.notify_one();
        shared.claims.notify_one();
    }
}
