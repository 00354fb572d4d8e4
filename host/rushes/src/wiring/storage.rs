//! `queue::Storage` over `source`: is the object there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use rushes_api::Health;
use rushes_config::Settings;
use rushes_model::{Failure, ObjectRef};
use rushes_queue::Probe;
use rushes_source::Error;

use crate::host;

/// Looks with one request, and remembers whether the storage answered.
pub(crate) struct Looking {
    pub(crate) settings: Arc<Settings>,
    pub(crate) storage: rushes_source::Storage,
    pub(crate) seen: Seen,
}

/// How the storage answered last, for the health page.
#[derive(Clone)]
pub(crate) struct Seen(Arc<Mutex<Health>>);

impl Seen {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Mutex::new(Health { why: Some("not asked yet".into()), ..Health::ok() })))
    }

    pub(crate) fn health(&self) -> Health {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn note(&self, probe: &Probe) {
        let health = match probe {
            Probe::Found(_) | Probe::Missing | Probe::Unusable(_) => Health::ok(),
            Probe::Denied { why } => Health::degraded(why),
            Probe::Unreachable { why } => Health::down(why),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = health;
    }
}

impl rushes_queue::Storage for Looking {
    async fn probe(&self, bucket: &str, key: &str) -> Probe {
        let object = ObjectRef::of_place(bucket, key);
        if let Err(failure) = host::check_bucket(&self.settings, &object) {
            return Probe::Unusable(failure);
        }
        let probe = match self.storage.head(&object).await {
            Ok(Some(identity)) => Probe::Found(identity),
            Ok(None) => Probe::Missing,
            Err(error @ Error::Denied { .. }) => Probe::Denied { why: Failure::of(&error).to_string() },
            Err(
                error
                @ (Error::Archived { .. } | Error::Sealed { .. } | Error::NoRanges { .. } | Error::Refused { .. }),
            ) => Probe::Unusable(Failure::of(&error)),
            // No credentials, another region, a proxy's answer: the operator's to mend, and no job's fault.
            Err(error) => Probe::Unreachable { why: Failure::of(&error).to_string() },
        };
        // Of a web server that a job named nothing follows for the storage.
        if !ObjectRef::is_web(bucket) {
            self.seen.note(&probe);
        }
        probe
    }

    async fn list(&self, bucket: &str, prefix: &str, first: &str, last: &str) -> Option<BTreeSet<String>> {
        let object = ObjectRef::S3 { bucket: bucket.to_owned(), key: prefix.to_owned() };
        host::check_bucket(&self.settings, &object).ok()?;
        if ObjectRef::is_web(bucket) {
            return None;
        }
        // What is wrong with it is told by looking for one of them.
        self.storage.list(bucket, prefix, first, last).await.ok().flatten()
    }
}
