//! The door to where recordings are: uploads are signed here and made elsewhere.

use std::time::Duration;

use futures_util::future::BoxFuture;
use rushes_model::{Failure, Signed, UploadedPart};

/// What the interface asks of the storage.
pub trait Objects: Send + Sync {
    /// A request that puts an object as a whole.
    fn sign_put(&self, bucket: &str, key: &str, lasts: Duration) -> BoxFuture<'_, Result<Signed, Failure>>;
    /// Begins an upload in parts: its id.
    fn begin_parts(&self, bucket: &str, key: &str) -> BoxFuture<'_, Result<String, Failure>>;
    /// A request for each part, from 1 on.
    fn sign_parts(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        count: i32,
        lasts: Duration,
    ) -> BoxFuture<'_, Result<Vec<Signed>, Failure>>;
    /// Puts the parts together.
    fn complete_parts(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        parts: Vec<UploadedPart>,
    ) -> BoxFuture<'_, Result<(), Failure>>;
    /// Forgets the parts.
    fn abort_parts(&self, bucket: &str, key: &str, upload: &str) -> BoxFuture<'_, Result<(), Failure>>;
    /// Deletes an object; one that isn't there is fine.
    fn delete(&self, bucket: &str, key: &str) -> BoxFuture<'_, Result<(), Failure>>;
}
