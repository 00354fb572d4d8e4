//! What is read: an object in S3 or at an https address, or a file, and what tells one version of it from another.

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
    /// An object at an https address.
    Https {
        /// The address; it begins with `https://` and names a path.
        url: String,
    },
    /// A file on this machine.
    File {
        /// Its path as given.
        path: String,
    },
}

impl ObjectRef {
    /// The object at an https address; none where the text is no such address. What stands behind `#` is left out.
    pub fn https(text: &str) -> Option<Self> {
        let text = text.split('#').next()?;
        let scheme = text.get(..HTTPS.len()).filter(|scheme| scheme.eq_ignore_ascii_case(HTTPS))?;
        let (host, path) = text.get(scheme.len()..)?.split_once('/')?;
        // A name and password in an address would end up in logs.
        let is_host = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
        let is_plain = |byte: u8| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte);
        let is_good = !host.is_empty() && host.bytes().all(is_host) && !path.is_empty() && path.bytes().all(is_plain);
        is_good.then(|| Self::Https { url: format!("{HTTPS}{}/{path}", host.to_ascii_lowercase()) })
    }

    /// The object that a job keeps as bucket and key: of an https address, scheme and host stand for the bucket.
    pub fn of_place(bucket: &str, key: &str) -> Self {
        if Self::is_web(bucket) {
            return Self::Https { url: format!("{bucket}/{key}") };
        }
        Self::S3 { bucket: bucket.to_owned(), key: key.to_owned() }
    }

    /// As a job keeps it; none for a file, which is no other host's.
    pub fn to_place(&self) -> Option<(String, String)> {
        match self {
            Self::S3 { bucket, key } => Some((bucket.clone(), key.clone())),
            Self::Https { url } => {
                let end = HTTPS.len() + url.get(HTTPS.len()..)?.find('/')?;
                Some((url.get(..end)?.to_owned(), url.get(end + 1..)?.to_owned()))
            }
            Self::File { .. } => None,
        }
    }

    /// Whether what a job keeps as its bucket is a web server.
    pub fn is_web(bucket: &str) -> bool {
        bucket.starts_with(HTTPS)
    }
}

const HTTPS: &str = "https://";

/// `s3://bucket/key`, the address without what may be a signature in it, or the path.
impl fmt::Display for ObjectRef {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::S3 { bucket, key } => write!(out, "s3://{bucket}/{key}"),
            Self::Https { url } => out.write_str(url.split('?').next().unwrap_or_default()),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_https_address_is_kept_as_a_place_and_found_again() {
        let object = ObjectRef::https("HTTPS://Media.Example.org:8443/a/b%20c.mp4?X-Signature=1#t=9").unwrap();
        let (bucket, key) = object.to_place().unwrap();
        assert_eq!((bucket.as_str(), key.as_str()), ("https://media.example.org:8443", "a/b%20c.mp4?X-Signature=1"));
        assert_eq!(ObjectRef::of_place(&bucket, &key), object);
        assert_eq!(object.to_string(), "https://media.example.org:8443/a/b%20c.mp4", "no signature is shown");
    }

    #[test]
    fn what_is_no_https_address_is_none() {
        for text in [
            "http://a/b",
            "https://a",
            "https://a/",
            "https:///b",
            "https://me:secret@a/b",
            "https://a/b c",
            "s3://a/b",
        ] {
            assert_eq!(ObjectRef::https(text), None, "{text}");
        }
    }
}
