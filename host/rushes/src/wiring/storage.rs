//! `queue::Storage` over `source`: is the object there.

use rushes_model::{Class, Classify, Failure, ObjectRef, Reason};
use rushes_queue::Probe;
use rushes_source::Error;

/// Looks with one request.
pub(crate) struct Looking(pub(crate) rushes_source::Storage);

impl rushes_queue::Storage for Looking {
    async fn probe(&self, bucket: &str, key: &str) -> Probe {
        let object = ObjectRef::S3 { bucket: bucket.to_owned(), key: key.to_owned() };
        match self.0.head(&object).await {
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
