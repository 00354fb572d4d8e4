//! A server with its folder, and a client for it; or a plain folder.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rushes_devs3::{Config, Credentials as ServerCredentials, Faults, Op, Request, Running, Server};
use rushes_model::{ByteSize, ObjectRef};
use rushes_source::{Credentials, Error, Object, Options, Storage, StorageConfig};
use tempfile::TempDir;

use crate::content;

pub(crate) const BUCKET: &str = "recordings";

/// Storage and something in it.
pub(crate) struct World {
    pub(crate) storage: Storage,
    folder: TempDir,
    server: Option<Running>,
}

impl World {
    /// An S3 server of its own.
    pub(crate) async fn s3() -> Self {
        Self::s3_ahead(Duration::ZERO).await
    }

    /// One whose clock is ahead.
    pub(crate) async fn s3_ahead(clock_ahead: Duration) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let keys = ServerCredentials { key: "rushes".into(), secret: "hush".into() };
        let config = Config { credentials: Some(keys), clock_ahead, ..Config::new(folder.path()) };
        let server = Server::start(config).await.unwrap();
        let storage = client(&server, "hush");
        storage.create_bucket(BUCKET).await.unwrap();
        server.clear_requests();
        Self { storage, folder, server: Some(server) }
    }

    /// A folder of files.
    pub(crate) async fn files() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(BUCKET)).unwrap();
        Self { storage: Storage::new(StorageConfig::default()), folder, server: None }
    }

    pub(crate) async fn all() -> [Self; 2] {
        [Self::files().await, Self::s3().await]
    }

    pub(crate) fn reference(&self, key: &str) -> ObjectRef {
        match &self.server {
            Some(_) => ObjectRef::S3 { bucket: BUCKET.to_owned(), key: key.to_owned() },
            None => ObjectRef::File { path: self.path(key).display().to_string() },
        }
    }

    pub(crate) fn path(&self, key: &str) -> PathBuf {
        self.folder.path().join(BUCKET).join(key)
    }

    /// Puts an object there, without a request.
    pub(crate) fn write(&self, key: &str, version: u64, size: u64) {
        let draft = self.folder.path().join("draft");
        std::fs::write(&draft, content::bytes(version, 0..size)).unwrap();
        std::fs::rename(draft, self.path(key)).unwrap();
    }

    /// Writes one and opens it.
    pub(crate) async fn open(&self, size: u64, options: Options) -> Object {
        self.write("object", 0, size);
        self.try_open("object", options).await.unwrap()
    }

    pub(crate) async fn try_open(&self, key: &str, options: Options) -> Result<Object, Error> {
        self.storage.open(&self.reference(key), options).await
    }

    pub(crate) fn server(&self) -> &Running {
        self.server.as_ref().expect("a world with a server")
    }

    pub(crate) fn faults(&self) -> &Faults {
        self.server().faults()
    }

    /// Reads of the object so far.
    pub(crate) fn gets(&self) -> Vec<Request> {
        let mut requests = self.server().requests();
        requests.retain(|request| request.op == Op::Get);
        requests
    }

    pub(crate) fn root(&self) -> &Path {
        self.folder.path()
    }
}

pub(crate) fn client(server: &Running, secret: &str) -> Storage {
    Storage::new(config(server, secret))
}

pub(crate) fn config(server: &Running, secret: &str) -> StorageConfig {
    StorageConfig {
        endpoint: Some(server.endpoint()),
        credentials: Some(Credentials { key: "rushes".into(), secret: secret.into(), token: None }),
        ..StorageConfig::default()
    }
}

/// Parts of 256 KiB and no patience, so that faults are met and passed within a test's time.
pub(crate) fn options() -> Options {
    Options {
        readahead: ByteSize::mib(4),
        part: Some(ByteSize::kib(256)),
        first_byte_timeout: Duration::from_secs(10),
        stall_timeout: Duration::from_secs(10),
        backoff: Duration::from_millis(2),
        hedge_after: None,
        ..Options::default()
    }
}

/// Waits until something is so; a test that waits for more than five seconds has failed.
pub(crate) async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    for _ in 0..500 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what} did not come true");
}
