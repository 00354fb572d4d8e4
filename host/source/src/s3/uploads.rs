//! Uploads by others: requests that are signed here and sent elsewhere, and parts put together.

use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use rushes_model::{Signed, UploadedPart};

use super::client::{S3, patient};
use super::failure::Subject;
use crate::error::Error;

impl S3 {
    pub(crate) async fn sign_put(&self, bucket: &str, key: &str, lasts: Duration) -> Result<Signed, Error> {
        let request = self.client().put_object().bucket(bucket).key(key);
        match request.presigned(expiring(lasts)?).await {
            Ok(signed) => Ok(of(&signed)),
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }

    pub(crate) async fn sign_part(
        &self,
        (bucket, key): (&str, &str),
        upload: &str,
        number: i32,
        lasts: Duration,
    ) -> Result<Signed, Error> {
        let request = self.client().upload_part().bucket(bucket).key(key).upload_id(upload).part_number(number);
        match request.presigned(expiring(lasts)?).await {
            Ok(signed) => Ok(of(&signed)),
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }

    pub(crate) async fn begin_parts(&self, bucket: &str, key: &str) -> Result<String, Error> {
        let request = self.client().create_multipart_upload().bucket(bucket).key(key);
        match request.customize().config_override(patient()).send().await {
            Ok(begun) => begun.upload_id.ok_or_else(|| Error::BadAnswer {
                object: format!("s3://{bucket}/{key}"),
                why: "no id of the upload".to_owned(),
            }),
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }

    pub(crate) async fn complete_parts(
        &self,
        bucket: &str,
        key: &str,
        upload: &str,
        mut parts: Vec<UploadedPart>,
    ) -> Result<(), Error> {
        // S3 wants them in order.
        parts.sort_by_key(|part| part.number);
        let part = |part: UploadedPart| CompletedPart::builder().part_number(part.number).e_tag(part.etag).build();
        let all = CompletedMultipartUpload::builder().set_parts(Some(parts.into_iter().map(part).collect())).build();
        let request = self.client().complete_multipart_upload().bucket(bucket).key(key).upload_id(upload);
        let sent = request.multipart_upload(all).customize().config_override(patient()).send().await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }

    pub(crate) async fn abort_parts(&self, bucket: &str, key: &str, upload: &str) -> Result<(), Error> {
        let request = self.client().abort_multipart_upload().bucket(bucket).key(key).upload_id(upload);
        match request.customize().config_override(patient()).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }

    /// Deletes an object; S3 says nothing of one that isn't there.
    pub(crate) async fn delete(&self, bucket: &str, key: &str) -> Result<(), Error> {
        let request = self.client().delete_object().bucket(bucket).key(key);
        match request.customize().config_override(patient()).send().await {
            Ok(_) => Ok(()),
            Err(error) => Err(self.failed(Subject::Head { bucket, key }, error).await),
        }
    }
}

fn expiring(lasts: Duration) -> Result<PresigningConfig, Error> {
    PresigningConfig::expires_in(lasts)
        .map_err(|error| Error::BadAnswer { object: "a signed request".to_owned(), why: error.to_string() })
}

fn of(signed: &PresignedRequest) -> Signed {
    Signed {
        method: signed.method().to_owned(),
        url: signed.uri().to_owned(),
        headers: signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
    }
}
