//! One request and the frames of its answer: all that the reader knows of where bytes come from.

use std::ops::Range;
use std::pin::Pin;

use bytes::Bytes;
use rushes_model::Identity;

use crate::error::Error;

/// A future that a trait object returns.
pub(crate) type Pending<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Where an object's bytes come from.
pub(crate) trait Fetch: Send + Sync + 'static {
    /// Sends one request for a range, not empty and within the object, and returns when the head of the answer is there
    /// and is right: the same version, the range asked for. No retries.
    fn get<'a>(&'a self, identity: &'a Identity, range: Range<u64>) -> Pending<'a, Result<Box<dyn Frames>, Error>>;

    /// Forgets the credentials in use, so that the next request asks for new ones. False where there are none to renew.
    fn refresh(&self) -> bool;
}

/// A body as it comes in. Dropping it ends the request.
pub(crate) trait Frames: Send {
    /// The next bytes; none at the body's end, however many there were.
    fn next(&mut self) -> Pending<'_, Result<Option<Bytes>, Error>>;
}
