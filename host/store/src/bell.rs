//! Rung after a commit that left something to be delivered, so that this host's deliverer doesn't wait for its next look.

use std::sync::Arc;

use tokio::sync::Notify;

/// Rung after a commit that left something to be delivered. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Bell {
    rung: Arc<Notify>,
}

impl Bell {
    /// Waits for the next ring; one that came since the last wait is not missed. May be dropped at any await.
    pub async fn heard(&self) {
        self.rung.notified().await;
    }

    /// Wakes whoever waits, or the next who will.
    pub fn ring(&self) {
        self.rung.notify_one();
    }
}
