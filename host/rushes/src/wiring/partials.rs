//! `run::Partials` over a claim's ports: what a job keeps is fenced by its lease.

use rushes_model::Failure;
use rushes_run::{Key, Partials};
use tokio::runtime::Handle;

/// Waits on the runtime from threads that compute.
pub(crate) struct Claimed {
    pub(crate) ports: rushes_queue::Ports,
    pub(crate) handle: Handle,
}

impl Partials for Claimed {
    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Failure> {
        self.handle.block_on(self.ports.get_partial(key.as_str()))
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), Failure> {
        self.handle.block_on(self.ports.put_partial(key.as_str(), bytes))
    }
}
