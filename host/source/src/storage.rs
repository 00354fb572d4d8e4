//! Where objects are opened: one for a process.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, RandomState};
use std::path::Path;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use rushes_model::{Identity, ObjectRef, Signed, UploadedPart};
use tokio::runtime::Handle;
use tokio::sync::OnceCell;
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};
use tracing::warn;

use crate::budget::Budget;
use crate::config::StorageConfig;
use crate::error::{Error, Remedy};
use crate::fetch::Fetch;
use crate::file::FileObject;
use crate::object::Object;
use crate::options::Options;
use crate::part::{Pace, Source};
use crate::requests::{Lane, Requests};
use crate::s3::{S3, S3Object};
use crate::stats::Counters;

/// S3 and files. Cheap to clone; clones share one client, its connections, and the limit of requests of the host.
#[derive(Clone)]
pub struct Storage(Arc<Inner>);

struct Inner {
    config: StorageConfig,
    /// Made when it is first needed: files want no credentials.
    s3: OnceCell<Arc<S3>>,
    requests: Arc<Requests>,
}

/// What opening found.
type Opened = (Arc<dyn Fetch>, Identity, Bytes);

impl Storage {
    /// Nothing is connected and no credentials are looked for yet.
    pub fn new(config: StorageConfig) -> Self {
        let requests = usize::try_from(config.max_requests.max(1)).unwrap_or(usize::MAX);
        Self(Arc::new(Inner { config, s3: OnceCell::new(), requests: Requests::new(requests) }))
    }

    /// Opens the current version of an object; all reads of it will be of this version. In S3 that is one request,
    /// which brings the first MiB as well.
    ///
    /// # Errors
    /// When it isn't there, may not be read, or the storage doesn't answer after as many tries as the options allow.
    pub async fn open(&self, object: &ObjectRef, options: Options) -> Result<Object, Error> {
        let counters = Counters::default();
        let lane = self.0.requests.lane();
        let mut pace = Pace::new(&options, RandomState::new().hash_one(object));
        let (fetch, identity, held) = match object {
            ObjectRef::File { path } => open_file(path, &counters).await?,
            ObjectRef::S3 { bucket, key } => {
                let object = S3Object::new(self.s3().await?, bucket, key);
                let (identity, held) = self.open_s3(&object, &options, &lane, &counters, &mut pace).await?;
                (Arc::new(object) as Arc<dyn Fetch>, identity, held)
            }
        };
        if !identity.is_exact() {
            warn!(%object, "there is no strong entity tag: size and date tell versions apart");
        }
        let source = Source {
            fetch,
            identity,
            name: object.to_string(),
            options,
            budget: Arc::new(Budget::default()),
            lane,
            counters,
            pace: Mutex::new(pace),
        };
        Ok(Object::new(source, held, Handle::current()))
    }

    async fn open_s3(
        &self,
        object: &S3Object,
        options: &Options,
        lane: &Lane,
        counters: &Counters,
        pace: &mut Pace,
    ) -> Result<(Identity, Bytes), Error> {
        let mut tries = 0;
        let mut refreshed = false;
        loop {
            tries += 1;
            let _request = lane.acquire().await;
            counters.request();
            let opened = timeout(options.first_byte_timeout, object.open()).await;
            let error = match opened {
                Ok(Ok((identity, held))) => {
                    counters.received(held.len());
                    return Ok((identity, held));
                }
                Ok(Err(error)) => error,
                Err(_) => object.late(options.first_byte_timeout),
            };
            let (is_busy, asked) = match error.remedy() {
                Remedy::None => return Err(error),
                Remedy::Refresh | Remedy::Once if refreshed => return Err(error),
                Remedy::Refresh if !object.refresh() => return Err(error),
                Remedy::Refresh | Remedy::Once => {
                    refreshed = true;
                    (false, None)
                }
                Remedy::Again => (false, None),
                Remedy::Slower(asked) => (true, asked),
            };
            if tries >= options.max_tries {
                return Err(Error::Exhausted { tries, offset: 0, source: Box::new(error) });
            }
            counters.retry();
            sleep(pace.backoff.pause(tries, is_busy, asked)).await;
        }
    }

    /// The current version; none where nothing is.
    ///
    /// # Errors
    /// When it may not be asked for, or the storage doesn't answer.
    pub async fn head(&self, object: &ObjectRef) -> Result<Option<Identity>, Error> {
        match object {
            ObjectRef::S3 { bucket, key } => self.s3().await?.head(bucket, key).await,
            ObjectRef::File { path } => {
                let path = path.clone();
                blocking(move || FileObject::head(&path)).await
            }
        }
    }

    /// The keys of a bucket under a prefix, from `first` to `last`; none where they are too many to be read.
    ///
    /// # Errors
    /// When they may not be listed, or the storage doesn't answer.
    pub async fn list(
        &self,
        bucket: &str,
        prefix: &str,
        first: &str,
        last: &str,
    ) -> Result<Option<BTreeSet<String>>, Error> {
        self.s3().await?.list(bucket, prefix, first, last).await
    }

    /// Writes an object in S3, whole.
    ///
    /// # Errors
    /// When the storage refuses it or doesn't answer.
    pub async fn put(&self, bucket: &str, key: &str, body: impl Into<Bytes>) -> Result<(), Error> {
        self.s3().await?.put(bucket, key, body.into()).await
    }

    /// Writes a file as an object in S3; at most 5 GiB, in one request.
    ///
    /// # Errors
    /// When the file can't be read, or the storage refuses it or doesn't answer.
    pub async fn put_file(&self, bucket: &str, key: &str, path: &Path) -> Result<(), Error> {
        self.s3().await?.put_file(bucket, key, path).await
    }

    /// Signs a request that puts an object as a whole. Nothing is sent.
    ///
    /// # Errors
    /// When there are no credentials.
    pub async fn sign_put(&self, bucket: &str, key: &str, lasts: Duration) -> Result<Signed, Error> {
        self.s3().await?.sign_put(bucket, key, lasts).await
    }

    /// Begins an upload in parts, and gives its id.
    ///
    /// # Errors
    /// When the storage refuses it or doesn't answer.
    pub async fn begin_parts(&self, bucket: &str, key: &str) -> Result<String, Error> {
        self.s3().await?.begin_parts(bucket, key).await
    }

    /// Signs a request for each part of an upload, from 1 on. Nothing is sent.
    ///
    /// # Errors
    /// When there are no credentials.
    pub async fn sign_parts(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        count: i32,
        lasts: Duration,
    ) -> Result<Vec<Signed>, Error> {
        let s3 = self.s3().await?;
        let mut all = Vec::new();
        for number in 1..=count {
            all.push(s3.sign_part((bucket, key), upload, number, lasts).await?);
        }
        Ok(all)
    }

    /// Puts the parts of an upload together.
    ///
    /// # Errors
    /// When a part isn't as it was put, the storage refuses it or doesn't answer.
    pub async fn complete_parts(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        parts: Vec<UploadedPart>,
    ) -> Result<(), Error> {
        self.s3().await?.complete_parts(bucket, key, upload, parts).await
    }

    /// Gives an upload in parts up.
    ///
    /// # Errors
    /// When the storage refuses it or doesn't answer.
    pub async fn abort_parts(&self, bucket: &str, key: &str, upload: &str) -> Result<(), Error> {
        self.s3().await?.abort_parts(bucket, key, upload).await
    }

    /// Deletes an object; one that isn't there is fine.
    ///
    /// # Errors
    /// When the storage refuses it or doesn't answer.
    pub async fn delete(&self, bucket: &str, key: &str) -> Result<(), Error> {
        self.s3().await?.delete(bucket, key).await
    }

    /// Makes a bucket, if it isn't there and ours. For demo and tests: it names no location, as AWS wants it outside
    /// `us-east-1`.
    ///
    /// # Errors
    /// When it belongs to someone else, or the storage refuses it or doesn't answer.
    pub async fn create_bucket(&self, bucket: &str) -> Result<(), Error> {
        self.s3().await?.create_bucket(bucket).await
    }

    pub(crate) fn config(&self) -> &StorageConfig {
        &self.0.config
    }

    pub(crate) async fn s3(&self) -> Result<Arc<S3>, Error> {
        let connect = || async { S3::connect(&self.0.config).await.map(Arc::new) };
        self.0.s3.get_or_try_init(connect).await.cloned()
    }
}

/// The first MiB comes along, as it does from S3: an index is mostly there, and nothing is read twice.
async fn open_file(path: &str, counters: &Counters) -> Result<Opened, Error> {
    let path = path.to_owned();
    let opened = blocking(move || {
        let (file, identity) = FileObject::open(&path)?;
        let held = file.read(&(0..identity.size))?;
        Ok((file, identity, held))
    });
    let (file, identity, held) = opened.await?;
    counters.received(held.len());
    Ok((Arc::new(file), identity, held))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, Error> + Send + 'static) -> Result<T, Error> {
    spawn_blocking(work).await.unwrap_or(Err(Error::Interrupted { start: 0, end: 0 }))
}
