//! What `rushes doctor` asks of a storage: single steps, told apart.

use crate::error::Error;
use crate::storage::Storage;

/// Where requests go, and in whose name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// Address of the server.
    pub endpoint: String,
    /// Region that requests are signed for.
    pub region: String,
}

/// The head of an answer to a request for one byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// 206, if the server knows ranges.
    pub status: u16,
    /// `bytes 0-0/…`
    pub content_range: Option<String>,
    /// The version's tag.
    pub etag: Option<String>,
}

impl Storage {
    /// Where S3 is, as settings and the standard chain say. No credentials are needed, nothing is asked.
    ///
    /// # Errors
    /// When the file of trusted authorities can't be read.
    pub async fn find_server(&self) -> Result<Connected, Error> {
        let (endpoint, region) = crate::s3::find_server(self.config()).await?;
        Ok(Connected { endpoint, region })
    }

    /// Whether there are credentials.
    ///
    /// # Errors
    /// When there are none.
    pub async fn find_credentials(&self) -> Result<(), Error> {
        self.s3().await.map(drop)
    }

    /// Whether a bucket may be listed. Without that right, a key that isn't there can't be told from one that may not
    /// be read.
    ///
    /// # Errors
    /// When it may not, or nobody answers.
    pub async fn try_list(&self, bucket: &str) -> Result<(), Error> {
        self.s3().await?.try_list(bucket).await
    }

    /// How a request for the first byte of an object is answered.
    ///
    /// # Errors
    /// When it is refused, or nobody answers.
    pub async fn try_range(&self, bucket: &str, key: &str) -> Result<Answered, Error> {
        self.s3().await?.try_range(bucket, key).await
    }

    /// Whether the server refuses a request for a version that isn't there, as `If-Match` asks it to.
    ///
    /// # Errors
    /// When nobody answers.
    pub async fn heeds_if_match(&self, bucket: &str, key: &str) -> Result<bool, Error> {
        self.s3().await?.heeds_if_match(bucket, key).await
    }
}
