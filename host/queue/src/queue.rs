//! The part that runs.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use rushes_memory::Budget;
use rushes_model::{Failure, HostId};
use rushes_store::{NewHost, Store};
use tokio::sync::{Mutex, Notify};
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::circuit::Circuit;
use crate::handle::Handle;
use crate::heart::Beating;
use crate::jitter::Jitter;
use crate::settings::Settings;
use crate::shared::Shared;
use crate::storage::Storage;
use crate::tasks::Shutdown;
use crate::work::Work;
use crate::{Error, claims, hints, pressure, readiness, upkeep};

/// The part that runs jobs on this host.
#[derive(Debug)]
pub struct Queue {
    shared: Arc<Shared>,
    previous: Option<HostId>,
}

impl Queue {
    /// A queue over a database and a budget, and the handle to it. Nothing happens before [`Queue::run`]; the handle's
    /// verbs work at once, and without any `run` on a host that only takes requests.
    pub fn new(store: Store, budget: Budget, settings: Settings) -> (Self, Handle) {
        let host = HostId::new();
        // The lower half of a UUIDv7 is random.
        let (_, seed) = host.as_uuid().as_u64_pair();
        let shared = Arc::new(Shared {
            host,
            store,
            budget,
            settings,
            running: Arc::default(),
            jitter: Jitter::new(seed),
            is_paused: AtomicBool::new(false),
            is_wished_paused: AtomicBool::new(false),
            is_draining: AtomicBool::new(false),
            circuit: Circuit::default(),
            journals: Mutex::new(()),
            claims: Notify::new(),
            upkeep: Notify::new(),
            files: Notify::new(),
            hints: Notify::new(),
        });
        let handle = Handle { shared: Arc::clone(&shared) };
        (Self { shared, previous: None }, handle)
    }

    /// Goes on where a process of this host ended that is surely dead: what it left is taken back as soon as this one
    /// runs, and not when its leases have run out.
    #[must_use]
    pub fn after(mut self, previous: Option<HostId>) -> Self {
        self.previous = previous;
        self
    }

    /// Runs until the host drains and every attempt has ended. After `draining` nothing new is taken; after `stopping`
    /// what still runs is told to stop, and handed back.
    ///
    /// # Errors
    /// When the host can't be registered or the thread that renews leases can't be started.
    pub async fn run(self, work: impl Work, storage: impl Storage, shutdown: Shutdown) -> Result<(), Error> {
        let shared = self.shared;
        let (work, storage) = (Arc::new(work), Arc::new(storage));
        shared.store.write().register_host(host_of(&shared)).await?;
        if let Some(previous) = self.previous {
            upkeep::succeed(&shared, previous).await;
        }
        let heart = Beating::start(&shared)?;
        let ended = CancellationToken::new();
        // Boxed, or this future would be as large as all of them.
        tokio::join!(
            Box::pin(readiness::run(Arc::clone(&shared), storage, shutdown.clone())),
            Box::pin(upkeep::run(Arc::clone(&shared), Arc::clone(&work), shutdown.clone())),
            Box::pin(upkeep::journals(Arc::clone(&shared), ended.clone())),
            Box::pin(upkeep::forget(Arc::clone(&shared), shutdown.clone())),
            Box::pin(pressure::watch(Arc::clone(&shared), ended.clone())),
            Box::pin(hints::send(Arc::clone(&shared), ended.clone())),
            Box::pin(hints::hear(Arc::clone(&shared), ended.clone())),
            Box::pin(async {
                claims::run(Arc::clone(&shared), Arc::clone(&work), shutdown.clone()).await;
                ended.cancel();
            }),
        );
        // Waiting for a thread blocks, if only for one statement.
        if let Err(error) = tokio::task::spawn_blocking(move || drop(heart)).await {
            warn!(target: "queue_processor", %error, "the thread that renews leases can't be ended");
        }
        if let Err(error) = shared.store.write().remove_host(shared.host).await {
            warn!(target: "queue_processor", error = %Failure::of(&error), "the host can't be signed off");
        }
        Ok(())
    }
}

pub(crate) fn host_of(shared: &Shared) -> NewHost {
    NewHost {
        id: shared.host,
        name: shared.settings.host_name.clone(),
        version: shared.settings.version.clone(),
        method: shared.settings.method.clone(),
        slots: shared.settings.slots,
    }
}
