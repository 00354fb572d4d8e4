//! `api::Objects` over `source`: where recordings are put and deleted.

use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use rushes_api::Objects;
use rushes_model::{Failure, Signed, UploadedPart};
use rushes_source::{Error, Storage};

/// The process's storage.
pub(crate) struct Uploads(pub(crate) Storage);

impl Objects for Uploads {
    fn sign_put(&self, bucket: &str, key: &str, lasts: Duration) -> BoxFuture<'_, Result<Signed, Failure>> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        async move { told(self.0.sign_put(&bucket, &key, lasts).await) }.boxed()
    }

    fn begin_parts(&self, bucket: &str, key: &str) -> BoxFuture<'_, Result<String, Failure>> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        async move { told(self.0.begin_parts(&bucket, &key).await) }.boxed()
    }

    fn sign_parts(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        count: i32,
        lasts: Duration,
    ) -> BoxFuture<'_, Result<Vec<Signed>, Failure>> {
        let (bucket, key, upload) = (bucket.to_owned(), key.to_owned(), upload.to_owned());
        async move { told(self.0.sign_parts(&bucket, &key, &upload, count, lasts).await) }.boxed()
    }

    fn complete_parts(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        parts: Vec<UploadedPart>,
    ) -> BoxFuture<'_, Result<(), Failure>> {
        let (bucket, key, upload) = (bucket.to_owned(), key.to_owned(), upload.to_owned());
        async move { told(self.0.complete_parts(&bucket, &key, &upload, parts).await) }.boxed()
    }

    fn abort_parts(&self, bucket: &str, key: &str, upload: &str) -> BoxFuture<'_, Result<(), Failure>> {
        let (bucket, key, upload) = (bucket.to_owned(), key.to_owned(), upload.to_owned());
        async move { told(self.0.abort_parts(&bucket, &key, &upload).await) }.boxed()
    }

    fn delete(&self, bucket: &str, key: &str) -> BoxFuture<'_, Result<(), Failure>> {
        let (bucket, key) = (bucket.to_owned(), key.to_owned());
        async move { told(self.0.delete(&bucket, &key).await) }.boxed()
    }
}

fn told<T>(done: Result<T, Error>) -> Result<T, Failure> {
    done.map_err(|error| Failure::of(&error))
}
