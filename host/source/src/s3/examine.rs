//! Single steps on the way to an object, for whoever looks for what is wrong: no retries, and each answer as it came.

use super::client::{S3, Seen};
use super::failure::Subject;
use crate::error::Error;
use crate::examine::Answered;

impl S3 {
    /// Whether the bucket may be listed.
    pub(crate) async fn try_list(&self, bucket: &str) -> Result<(), Error> {
        let sent = self.client().list_objects_v2().bucket(bucket).max_keys(1).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(Subject::Head { bucket, key: "" }, error).await),
        }
    }

    /// One byte by a range.
    pub(crate) async fn try_range(&self, bucket: &str, key: &str) -> Result<Answered, Error> {
        let seen = Seen::default();
        let request = self.client().get_object().bucket(bucket).key(key).range("bytes=0-0");
        match request.customize().interceptor(seen.clone()).send().await {
            Ok(_) => {
                let head = seen.head();
                Ok(Answered { status: head.status, content_range: head.content_range, etag: head.etag })
            }
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }

    /// Whether a version that isn't there is refused.
    pub(crate) async fn heeds_if_match(&self, bucket: &str, key: &str) -> Result<bool, Error> {
        let nobody = "\"00000000000000000000000000000000\"";
        let request = self.client().get_object().bucket(bucket).key(key).range("bytes=0-0").if_match(nobody);
        match request.send().await {
            Ok(_) => Ok(false),
            Err(error) => match self.failed(Subject::Head { bucket, key }, error).await {
                Error::Changed { .. } => Ok(true),
                error => Err(error),
            },
        }
    }
}
