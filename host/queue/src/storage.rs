//! The door to where objects are: only whether one is there.

use std::collections::BTreeSet;
use std::future::Future;

use rushes_model::{Failure, Identity};

/// What was seen where an object should be.
#[derive(Clone, Debug, PartialEq)]
pub enum Probe {
    /// It is there.
    Found(Identity),
    /// Nothing yet.
    Missing,
    /// We may not look (without the right to list, a missing object looks like this as well): the job goes on waiting.
    Denied {
        /// What the server said.
        why: String,
    },
    /// It is there, and can't be used: archived, or encrypted with a key that we don't have. The job fails.
    Unusable(Failure),
    /// The server didn't say.
    Unreachable {
        /// What happened instead.
        why: String,
    },
}

/// Says whether an object is there.
pub trait Storage: Send + Sync + 'static {
    /// Looks once.
    fn probe(&self, bucket: &str, key: &str) -> impl Future<Output = Probe> + Send;

    /// The keys that are there under a prefix, from `first` to `last`, both among them. None where that isn't to be had:
    /// listing isn't allowed, there are too many, or the server didn't answer. Then each is looked for.
    fn list(
        &self,
        bucket: &str,
        prefix: &str,
        first: &str,
        last: &str,
    ) -> impl Future<Output = Option<BTreeSet<String>>> + Send;
}
