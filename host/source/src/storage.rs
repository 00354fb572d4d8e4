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
use crate::config::{StorageConfig, Whole};
use crate::error::{Error, Remedy};
use crate::fetch::{Fetch, Opening};
use crate::file::FileObject;
use crate::https::{Client, HttpsObject};
use crate::object::Object;
use crate::options::{Options, Told};
use crate::part::{Pace, Source};
use crate::requests::{Lane, Requests};
use crate::s3::{S3, S3Object};
use crate::spool::{Draft, Spool};
use crate::stats::{Counters, Stats};

/// How long a look at a web server may take, where no option of a reader says otherwise.
const LOOK: Duration = Duration::from_secs(20);

/// S3, the web, and files. Cheap to clone; clones share one client, its connections, and the limit of requests of the host.
#[derive(Clone)]
pub struct Storage(Arc<Inner>);

struct Inner {
    config: StorageConfig,
    /// Made when it is first needed: files want no credentials.
    s3: OnceCell<Arc<S3>>,
    https: OnceCell<Arc<Client>>,
    requests: Arc<Requests>,
    spool: OnceCell<Arc<Spool>>,
}

/// What opening found.
type Opened = (Arc<dyn Fetch>, Identity, Bytes);

impl Storage {
    /// Nothing is connected and no credentials are looked for yet.
    pub fn new(config: StorageConfig) -> Self {
        let requests = usize::try_from(config.max_requests.max(1)).unwrap_or(usize::MAX);
        Self(Arc::new(Inner {
            config,
            s3: OnceCell::new(),
            https: OnceCell::new(),
            requests: Requests::new(requests),
            spool: OnceCell::new(),
        }))
    }

    /// Opens the current version of an object; all reads of it will be of this version. In S3 that is one request,
    /// which brings the first MiB as well. Where objects are fetched whole, it returns when all of it is there.
    ///
    /// # Errors
    /// When it isn't there, may not be read, doesn't fit, or the storage doesn't answer after as many tries as the
    /// options allow.
    pub async fn open(&self, object: &ObjectRef, options: Options) -> Result<Object, Error> {
        let is_local = matches!(object, ObjectRef::File { .. });
        match &self.0.config.whole {
            Some(whole) if !is_local => self.open_whole(object, options, whole).await,
            Some(_) | None => self.open_ranged(object, options).await,
        }
    }

    async fn open_ranged(&self, object: &ObjectRef, options: Options) -> Result<Object, Error> {
        let counters = Counters::default();
        let lane = self.0.requests.lane();
        let mut pace = Pace::new(&options, RandomState::new().hash_one(object));
        let (fetch, identity, held) = match object {
            ObjectRef::File { path } => open_file(path, &counters).await?,
            ObjectRef::S3 { bucket, key } => {
                let found = S3Object::new(self.s3().await?, bucket, key);
                let (identity, held) = self.open_at(&found, object, &options, &lane, &counters, &mut pace).await?;
                (Arc::new(found) as Arc<dyn Fetch>, identity, held)
            }
            ObjectRef::Https { url } => {
                let found = HttpsObject::new(self.https().await?, url, object.to_string())?;
                let (identity, held) = self.open_at(&found, object, &options, &lane, &counters, &mut pace).await?;
                (Arc::new(found) as Arc<dyn Fetch>, identity, held)
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
            fetched: None,
        };
        Ok(Object::new(source, held, Handle::current()))
    }

    async fn open_whole(&self, object: &ObjectRef, options: Options, whole: &Whole) -> Result<Object, Error> {
        let open = || async { Spool::open(&whole.folder, whole.limit).map(Arc::new) };
        let spool = self.0.spool.get_or_try_init(open).await?;
        let name = object.to_string();
        let (spooled, identity, fetched) = match (self.open_ranged(object, options.clone()).await, object) {
            (Ok(remote), _) => {
                let mut draft = spool.draft(Some(remote.identity().size), &name, options.told.clone()).await?;
                draft.fill(remote.stream(std::iter::once(0..remote.identity().size).collect())).await?;
                (draft.finish().await?, remote.identity().clone(), remote.stats())
            }
            (Err(Error::NoRanges { .. }), ObjectRef::Https { url }) => {
                let remote = HttpsObject::new(self.https().await?, url, name.clone())?;
                let (identity, draft) = self.fetch_unranged(&remote, spool, options.told.clone()).await?;
                let fetched = Stats { requests: 2, bytes_read: identity.size, ..Stats::default() };
                (draft.finish().await?, identity, fetched)
            }
            (Err(error), _) => return Err(error),
        };
        let held = spooled.held(identity.size)?;
        let pace = Mutex::new(Pace::new(&options, 0));
        let source = Source {
            fetch: Arc::new(spooled),
            identity,
            name,
            options,
            budget: Arc::new(Budget::default()),
            lane: self.0.requests.lane(),
            counters: Counters::default(),
            pace,
            fetched: Some(fetched),
        };
        Ok(Object::new(source, held, Handle::current()))
    }

    /// From a server that sends everything or nothing.
    async fn fetch_unranged(
        &self,
        remote: &HttpsObject,
        spool: &Spool,
        told: Option<Told>,
    ) -> Result<(Identity, Draft), Error> {
        let name = remote.name();
        let lane = self.0.requests.lane();
        let (mut identity, length, frames) = remote.whole().await?;
        let mut draft = spool.draft(length, name, told).await?;
        let _request = lane.acquire().await;
        draft.fill_from(frames).await?;
        if length.is_some_and(|length| length != draft.written()) {
            let what = format!("the answer ended after {} of {} bytes", draft.written(), length.unwrap_or_default());
            return Err(Error::Unavailable { object: name.to_owned(), what, source: None });
        }
        identity.size = draft.written();
        Ok((identity, draft))
    }

    async fn open_at(
        &self,
        object: &dyn Opening,
        name: &ObjectRef,
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
                Err(_) => late(name, options.first_byte_timeout),
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
            ObjectRef::Https { url } => {
                let found = HttpsObject::new(self.https().await?, url, object.to_string())?;
                let looked = timeout(LOOK, found.head()).await;
                looked.unwrap_or_else(|_| Err(late(object, LOOK)))
            }
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

    async fn https(&self) -> Result<Arc<Client>, Error> {
        let config = &self.0.config;
        let make = || async { Client::new(config.allow_private.clone(), config.ca_bundle.as_deref()).map(Arc::new) };
        self.0.https.get_or_try_init(make).await.cloned()
    }
}

/// The error for an answer that didn't come.
fn late(object: &ObjectRef, waited: Duration) -> Error {
    Error::Unavailable { object: object.to_string(), what: format!("no answer within {waited:?}"), source: None }
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
