//! What is read: an object in S3 or a file, and what tells one version of it from another.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where an object is, as a user names it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ObjectRef {
    /// An object in S3.
    S3 {
        /// Its bucket.
        bucket: String,
        /// Its key, not encoded.
        key: String,
    },
    /// A file on this machine.
    File {
        /// Its path as given.
        path: String,
    },
}

/// `s3://bucket/key`, or the path.
impl fmt::Display for ObjectRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, key } => write!(out, "s3://{bucket}/{key}"),
            Self::File { path } => out.write_str(path),
        }
    }
}

/// An entity tag, compared as an opaque string and never parsed beyond its weakness mark.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ETag(String);

impl ETag {
    /// The tag as the server sent it, quotes and all.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether equal tags mean equal bytes (RFC 9110, section 8.8.1).
    pub fn is_strong(&self) -> bool {
        !self.0.starts_with("W/")
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// What one version of an object is known by.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Identity {
    /// Bytes in all.
    pub size: u64,
    /// The entity tag. A file's is made of device, inode, size and modification time.
    pub etag: Option<ETag>,
    /// The version, on a versioned bucket.
    pub version: Option<String>,
    /// `Last-Modified` as sent, where there is no entity tag to hold on to.
    pub modified: Option<String>,
    /// Where it was read: endpoint and bucket and key, or the file's path. Part of a partial's key.
    pub place: String,
}

impl Identity {
    /// Whether two reads with this identity are sure to see the same bytes.
    pub fn is_exact(&self) -> bool {
        self.version.is_some() || self.etag.as_ref().is_some_and(ETag::is_strong)
    }
}
