//! Ranges of one object.

use std::ops::Range;
use std::sync::Arc;

use aws_sdk_s3::operation::get_object::builders::GetObjectFluentBuilder;
use aws_sdk_s3::primitives::{ByteStream, DateTime, DateTimeFormat};
use bytes::Bytes;
use rushes_model::{ETag, Identity};

use super::client::{S3, Seen};
use super::failure::Subject;
use crate::error::Error;
use crate::fetch::{FIRST, Fetch, Frames, Opening, Pending, collect};

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

impl Opening for S3Object {
    fn open(&self) -> Pending<'_, Result<(Identity, Bytes), Error>> {
        Box::pin(async {
            let seen = Seen::default();
            let request = self.request(&(0..FIRST)).customize();
            let answer = match request.interceptor(seen.clone()).mutate_request(plainly).send().await {
                Ok(answer) => answer,
                // No byte satisfies the range: the object is empty, unless it was replaced meanwhile.
                Err(error) if error.raw_response().is_some_and(|raw| raw.status().as_u16() == 416) => {
                    return self.open_empty().await;
                }
                Err(error) => return Err(self.s3.failed(self.subject(), error).await),
            };
            let place = self.s3.place(&self.bucket, &self.key);
            let (identity, held) = seen.head().identify(FIRST, &self.name, place)?;
            let frames = Box::new(S3Frames { body: answer.body, name: self.name.clone() });
            Ok((identity, collect(frames, held, &self.name).await?))
        })
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
