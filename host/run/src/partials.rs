//! The door to kept partials: what an analyzer measured in one segment, under a key of all that made it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rushes_model::Failure;
use rushes_model::media::Gap;
use serde::{Deserialize, Serialize};

/// SHA-256 over everything that a partial depends on, in hexadecimal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Key(pub(crate) String);

impl Key {
    /// The text, 64 hexadecimal digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Keeps partials as bytes. Calls block; they come from threads that compute.
pub trait Partials: Send + Sync {
    /// What is kept under a key, if anything.
    ///
    /// # Errors
    /// When the store can't be asked.
    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Failure>;

    /// Keeps a partial; the same key again changes nothing.
    ///
    /// # Errors
    /// When the store can't be written, or the job isn't ours any more.
    fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), Failure>;
}

/// Keeps them in memory, for a one-off analysis and for recordings too small for checkpoints.
#[derive(Debug, Default)]
pub struct InMemory {
    kept: Mutex<HashMap<Key, Vec<u8>>>,
}

impl InMemory {
    /// Nothing kept yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// All that is kept, in the order of keys.
    pub(crate) fn drain(&self) -> Vec<(Key, Vec<u8>)> {
        let mut all: Vec<_> = self.kept.lock().unwrap_or_else(PoisonError::into_inner).drain().collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    }
}

impl Partials for InMemory {
    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(key).cloned())
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), Failure> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.entry(key.clone()).or_insert_with(|| bytes.to_vec());
        Ok(())
    }
}

/// What is kept for one analyzer and one segment: all that the merger, the report and the next session need of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Kept {
    /// The analyzer's measurements.
    pub(crate) partial: Vec<u8>,
    /// For the next session of a chained analyzer.
    pub(crate) carry: Option<Vec<u8>>,
    /// What the decoders could not give; a resumed job must report the same damage.
    pub(crate) gaps: Vec<Gap>,
    /// Instructions metered.
    pub(crate) fuel: u64,
    /// Bytes of the session's memory.
    pub(crate) peak_memory: u64,
}

impl Kept {
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        postcard::to_allocvec(self).expect("plain values always have a postcard form")
    }

    /// None where the bytes are of another shape, as an older host may have written them: then it is made anew.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Option<Self> {
        postcard::from_bytes(bytes).ok()
    }
}
