//! `queue::Storage` over `source`: is the object there.

use std::sync::Arc;

use rushes_config::Settings;
use rushes_model::{Class, Classify, Failure, ObjectRef, Reason};
use rushes_queue::Probe;
use rushes_source::Error;

use crate::host;

/// Looks with one request.
pub(crate) struct Looking {
    pub(crate) settings: Arc<Settings>,
    pub(crate) storage: rushes_source::Storage,
}

impl rushes_queue::Storage for Looking {
    async fn probe(&self, bucket: &str, key: &str) -> Probe {
        let object = ObjectRef::S3 { bucket: bucket.to_owned(), key: key.to_owned() };
        if let Err(failure) = host::check_bucket(&self.settings, &object) {
            return Probe::Unusable(failure);
        }
        match self.storage.head(&object).await {
            Ok(Some(identity)) => Probe::Found(identity),
            Ok(None) => Probe::Missing,
            Err(error @ Error::Denied { .. }) => Probe::Denied { why: Failure::of(&error).to_string() },
            Err(error) => match error.class() {
                Class::Permanent(Reason::Storage) => Probe::Unusable(Failure::of(&error)),
                _ => Probe::Unreachable { why: Failure::of(&error).to_string() },
            },
        }
    }
}
