//! One request and the frames of its answer: all that the reader knows of where bytes come from.

use std::ops::Range;
use std::pin::Pin;

use bytes::{Bytes, BytesMut};
use rushes_model::Identity;

use crate::error::Error;

/// Bytes of the opening request. It saves a round trip before the first index bytes are there, and holds most `moov`
/// boxes that lie in front.
pub(crate) const FIRST: u64 = 1 << 20;

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

/// What is opened by one request.
pub(crate) trait Opening: Fetch {
    /// The current version, and its first bytes: [`FIRST`], or all. No retries.
    fn open(&self) -> Pending<'_, Result<(Identity, Bytes), Error>>;
}

/// All of a short body that is `held` bytes long.
pub(crate) async fn collect(mut frames: Box<dyn Frames>, held: u64, object: &str) -> Result<Bytes, Error> {
    let mut first = BytesMut::new();
    while let Some(frame) = frames.next().await? {
        if (first.len() as u64).saturating_add(frame.len() as u64) > held {
            let why = format!("more than the {held} bytes announced");
            return Err(Error::BadAnswer { object: object.to_owned(), why });
        }
        first.extend_from_slice(&frame);
    }
    if (first.len() as u64) < held {
        let what = format!("the answer ended after {} of {held} bytes", first.len());
        return Err(Error::Unavailable { object: object.to_owned(), what, source: None });
    }
    Ok(first.freeze())
}

/// A body as it comes in. Dropping it ends the request.
pub(crate) trait Frames: Send {
    /// The next bytes; none at the body's end, however many there were.
    fn next(&mut self) -> Pending<'_, Result<Option<Bytes>, Error>>;
}
