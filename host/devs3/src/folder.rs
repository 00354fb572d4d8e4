//! Buckets and objects as folders and files.

use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use s3s::{S3Result, s3_error};

use crate::tags::{Tag, Tags};

/// The folder that is served. What is ours lies in `.devs3`, which can't be a bucket's name.
#[derive(Clone, Debug)]
pub(crate) struct Folder {
    root: Arc<Path>,
    pub(crate) tags: Tags,
    drafts: Arc<AtomicU64>,
}

/// An object that was found: an open file, so that it stays the same while it is read.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) file: File,
    pub(crate) size: u64,
    /// In whole seconds, as HTTP has it.
    pub(crate) modified: SystemTime,
    pub(crate) tag: Tag,
}

impl Folder {
    pub(crate) fn open(root: &Path) -> io::Result<Self> {
        let ours = root.join(".devs3");
        let tags = Tags(ours.join("tags"));
        for folder in [&tags.0, &ours.join("drafts"), &ours.join("uploads")] {
            fs::create_dir_all(folder)?;
        }
        // Drafts of a server that was killed.
        fs::remove_dir_all(ours.join("drafts"))?;
        fs::create_dir(ours.join("drafts"))?;
        Ok(Self { root: root.into(), tags, drafts: Arc::default() })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// A path for a file that is being written.
    pub(crate) fn draft(&self) -> PathBuf {
        self.root.join(".devs3/drafts").join(self.drafts.fetch_add(1, Relaxed).to_string())
    }

    pub(crate) fn uploads(&self) -> PathBuf {
        self.root.join(".devs3/uploads")
    }

    /// A bucket that exists.
    pub(crate) fn bucket(&self, name: &str) -> S3Result<PathBuf> {
        let path = self.root.join(name);
        if name.starts_with('.') || !path.is_dir() {
            return Err(s3_error!(NoSuchBucket, "there is no bucket {name}"));
        }
        Ok(path)
    }

    /// Where an object lies or would lie.
    pub(crate) fn object(&self, bucket: &str, key: &str) -> S3Result<PathBuf> {
        let bucket = self.bucket(bucket)?;
        if key.split('/').any(|step| matches!(step, "" | "." | "..")) || key.contains('\0') {
            return Err(s3_error!(
                InvalidArgument,
                "this development server keeps no key with an empty, `.` or `..` step"
            ));
        }
        if key.split('/').any(|step| step.len() > 255) {
            return Err(s3_error!(KeyTooLongError));
        }
        Ok(bucket.join(key))
    }

    /// Opens an object.
    pub(crate) fn find(&self, bucket: &str, key: &str) -> S3Result<Found> {
        let path = self.object(bucket, key)?;
        let missing = || s3_error!(NoSuchKey, "there is no object {key}");
        // Before it is opened: opening a pipe would wait for its writer.
        if !fs::metadata(&path).map_err(|_| missing())?.is_file() {
            return Err(missing());
        }
        let file = File::open(&path).map_err(|_| missing())?;
        let metadata = file.metadata().map_err(internal)?;
        Ok(Found { size: metadata.len(), modified: modified(&metadata), tag: self.tags.find(&metadata), file })
    }

    /// Makes a finished draft the object. Readers of the one before keep theirs.
    pub(crate) fn publish(&self, draft: &Path, bucket: &str, key: &str, tag: &Tag) -> S3Result<()> {
        let path = self.object(bucket, key)?;
        let metadata = fs::metadata(draft).map_err(internal)?;
        self.tags.keep(&metadata, tag).map_err(internal)?;
        let clash = || s3_error!(InvalidRequest, "{key} is a folder of other keys, or lies under an object, here");
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|_| clash())?;
        }
        self.tags.forget(&path);
        fs::rename(draft, &path).map_err(|_| clash())
    }

    /// Removes an object, and the folders that are empty without it.
    pub(crate) fn remove(&self, bucket: &str, key: &str) -> S3Result<()> {
        let top = self.bucket(bucket)?;
        let path = self.object(bucket, key)?;
        self.tags.forget(&path);
        // S3 answers alike whether there was an object or not.
        let _ = fs::remove_file(&path);
        for folder in path.ancestors().skip(1).take_while(|folder| *folder != top) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

pub(crate) fn modified(metadata: &Metadata) -> SystemTime {
    let since = metadata.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
    UNIX_EPOCH + Duration::from_secs(since.as_secs())
}

pub(crate) fn internal(error: io::Error) -> s3s::S3Error {
    s3s::S3Error::internal_error(error)
}
