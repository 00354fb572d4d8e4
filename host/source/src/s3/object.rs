//! Ranges of one object.

use std::ops::Range;
use std::sync::Arc;
use std::time::Duration;

use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use bytes::{Bytes, BytesMut};
use rushes_model::{ETag, Identity};

use super::client::{S3, Seen};
use super::failure::Subject;
use crate::error::Error;
use crate::fetch::{Fetch, Frames, Pending};

/// Bytes of the opening request. It saves a round trip before the first index bytes are there, and holds most `moov`
/// boxes that lie in front.
const FIRST: u64 = 1 << 20;

/// An object, by name.
pub(crate) struct S3Object {
    s3: Arc<S3>,
    bucket: String,
    key: String,
    name: String,
}

impl S3Object {
    pub(crate) fn new(s3: Arc<S3>, bucket: &str, key: &str) -> Self {
        let name = format!("s3://{bucket}/{key}");
        Self { s3, bucket: bucket.to_owned(), key: key.to_owned(), name }
    }

    /// Its current version, and the first bytes of that, in one request.
    pub(crate) async fn open(&self) -> Result<(Identity, Bytes), Error> {
        let seen = Seen::default();
        let sent = self.request(&(0..FIRST)).customize().interceptor(seen.clone()).mutate_request(plainly).send().await;
        let answer = match sent {
            Ok(answer) => answer,
            // No byte satisfies the range: the object is empty, unless it was replaced meanwhile.
            Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 416) => {
                return self.open_empty().await;
            }
            Err(error) => return Err(self.s3.failed(self.subject(), error).await),
        };
        let place = self.s3.place(&self.bucket, &self.key);
        let (identity, held) = seen.head().identify(FIRST, &self.name, place)?;
        let mut frames = S3Frames { body: answer.body, name: self.name.clone() };
        let mut first = BytesMut::new();
        while let Some(frame) = frames.next().await? {
            if (first.len() as u64).saturating_add(frame.len() as u64) > held {
                let why = format!("more than the {held} bytes announced");
                return Err(Error::BadAnswer { object: self.name.clone(), why });
            }
            first.extend_from_slice(&frame);
        }
        if (first.len() as u64) < held {
            let what = format!("the answer ended after {} of {held} bytes", first.len());
            return Err(Error::Unavailable { object: self.name.clone(), what, source: None });
        }
        Ok((identity, first.freeze()))
    }

    /// The error for an answer that didn't come.
    pub(crate) fn late(&self, waited: Duration) -> Error {
        Error::Unavailable { object: self.name.clone(), what: format!("no answer within {waited:?}"), source: None }
    }

    async fn open_empty(&self) -> Result<(Identity, Bytes), Error> {
        match self.s3.head(&self.bucket, &self.key).await? {
            Some(identity) if identity.size == 0 => Ok((identity, Bytes::new())),
            Some(_) => Err(Error::Unavailable {
                object: self.name.clone(),
                what: "it was replaced while it was opened".to_owned(),
                source: None,
            }),
            None => Err(Error::NotFound { object: self.name.clone(), code: "NoSuchKey".to_owned() }),
        }
    }

    fn subject(&self) -> Subject<'_> {
        Subject::Head { bucket: &self.bucket, key: &self.key }
    }

    /// Never a suffix, never inverted: servers answer those with other bytes or the whole object.
    fn request(&self, range: &Range<u64>) -> GetObjectFluentBuilder {
        let last = range.end.saturating_sub(1);
        self.s3.client().get_object().bucket(&self.bucket).key(&self.key).range(format!("bytes={}-{last}", range.start))
    }

    /// The same, bound to a version.
    fn bound_request(&self, identity: &Identity, range: &Range<u64>) -> GetObjectFluentBuilder {
        let request = self.request(range);
        match &identity.etag {
            Some(etag) if etag.is_strong() => request.if_match(ETag::as_str(etag)),
            _ => {
                let modified = identity.modified.as_deref();
                let date = modified.and_then(|text| DateTime::from_str(text, DateTimeFormat::HttpDate).ok());
                request.set_if_unmodified_since(date)
            }
        }
    }
}

impl Fetch for S3Object {
    fn get<'a>(&'a self, identity: &'a Identity, range: Range<u64>) -> Pending<'a, Result<Box<dyn Frames>, Error>> {
        Box::pin(async move {
            let seen = Seen::default();
            let request = self.bound_request(identity, &range).customize();
            let sent = request.interceptor(seen.clone()).mutate_request(plainly).send().await;
            match sent {
                Ok(answer) => {
                    seen.head().check(identity, &range, &self.name)?;
                    Ok(Box::new(S3Frames { body: answer.body, name: self.name.clone() }) as Box<dyn Frames>)
                }
                Err(error) => Err(self.s3.failed(Subject::Opened { object: &self.name }, error).await),
            }
        })
    }

    fn refresh(&self) -> bool {
        self.s3.refresh();
        true
    }
}

/// Asks for the bytes as they are stored.
fn plainly(request: &mut aws_smithy_runtime_api::client::orchestrator::HttpRequest) {
    request.headers_mut().insert("accept-encoding", "identity");
}

struct S3Frames {
    body: ByteStream,
    name: String,
}

impl Frames for S3Frames {
    fn next(&mut self) -> Pending<'_, Result<Option<Bytes>, Error>> {
        Box::pin(async {
            let frame = self.body.try_next().await;
            frame.map_err(|source| Error::Unavailable {
                object: self.name.clone(),
                what: "the answer broke off".to_owned(),
                source: Some(source.into()),
            })
        })
    }
}
