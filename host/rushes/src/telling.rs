//! Webhooks: to whom this host's events are told, and the part that tells them.

use rushes_config::{Pipelines, Settings};
use rushes_model::pipeline::Webhook;
use rushes_notify::{Deliverer, Sender, Sending};
use rushes_queue::tasks::{Ends, Tasks};
use rushes_store::{Endpoint, Store};

use crate::catalog::Catalog;
use crate::fault::Fault;

/// Events are written for the catalog's webhooks from now on, and delivered: apart from jobs, which never wait for it.
pub(crate) fn start(tasks: &Tasks, store: &Store, settings: &Settings, catalog: &Catalog) -> Result<(), Fault> {
    let webhooks = catalog.declared.as_ref().map_or(&[][..], Pipelines::webhooks);
    let sending = Sending { allow_private: settings.webhook_allow_private.clone(), ..Sending::default() };
    let sender = Sender::new(webhooks, sending).map_err(|error| Fault::of(&error))?;
    store.write().tell(webhooks.iter().map(endpoint).collect());
    let delivering = rushes_notify::Settings { public_url: settings.public_url.clone(), ..Default::default() };
    let deliverer = Deliverer::new(store.write().clone(), sender, delivering);
    let (draining, stopping) = (tasks.shutdown().draining().clone(), tasks.shutdown().stopping().clone());
    tasks.spawn("webhooks", Ends::StopHost, deliverer.run(draining, stopping));
    Ok(())
}

fn endpoint(webhook: &Webhook) -> Endpoint {
    Endpoint { name: webhook.name.clone(), events: webhook.events.clone() }
}
