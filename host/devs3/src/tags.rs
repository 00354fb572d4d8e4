//! Entity tags, kept beside the objects.
//!
//! A tag is filed under what its file is to the system: device, inode, size and modification time. So a tag can't be of
//! another file than the one it was made for, whatever is renamed over it, and a file that was dropped into the folder
//! has a tag as well, made of the same, without reading a byte.

use std::fs::{self, Metadata};
use std::io;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What is remembered of an object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Tag {
    /// Without quotes: MD5, or `md5-N` of an upload in parts, in hexadecimal.
    pub(crate) etag: String,
    pub(crate) content_type: Option<String>,
}

/// The folder of tags.
#[derive(Clone, Debug)]
pub(crate) struct Tags(pub(crate) PathBuf);

impl Tags {
    pub(crate) fn keep(&self, of: &Metadata, tag: &Tag) -> io::Result<()> {
        fs::write(self.path(of), serde_json::to_vec(tag)?)
    }

    pub(crate) fn find(&self, of: &Metadata) -> Tag {
        let kept = fs::read(self.path(of)).ok().and_then(|text| serde_json::from_slice(&text).ok());
        kept.unwrap_or_else(|| Tag { etag: hex(&Sha256::digest(name(of))), content_type: None })
    }

    /// Forgets the tag of a file that is about to go. A tag that stays behind is never found again.
    pub(crate) fn forget(&self, path: &Path) {
        if let Ok(of) = fs::metadata(path) {
            let _ = fs::remove_file(self.path(&of));
        }
    }

    fn path(&self, of: &Metadata) -> PathBuf {
        self.0.join(name(of))
    }
}

fn name(of: &Metadata) -> String {
    format!("{}-{}-{}-{}.{:09}", of.dev(), of.ino(), of.size(), of.mtime(), of.mtime_nsec())
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}
