//! The door to where objects are: only whether one is there.

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
}
