//! A file as an object: read by position on the blocking pool, and held to the state in which it was opened.

use std::fs::{File, Metadata};
use std::io;
use std::ops::Range;
use std::os::unix::fs::{FileExt, MetadataExt};
use std::sync::Arc;

use bytes::Bytes;
use rushes_model::{ETag, Identity};
use sha2::{Digest, Sha256};

use crate::error::{Error, FILE_RIGHTS};
use crate::fetch::{Fetch, Frames, Pending};

/// Bytes of one read.
const READ: u64 = 1 << 20;

/// An open file. A path that is replaced goes unnoticed and does no harm: the open file stays what it was.
#[derive(Clone)]
pub(crate) struct FileObject {
    file: Arc<File>,
    path: Arc<str>,
    opened: Stamp,
}

/// What changes when a file is written. Writes within one tick of the system's clock may share a stamp.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Stamp {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl FileObject {
    /// Opens a regular file; nothing of it is read. Blocks.
    pub(crate) fn open(path: &str) -> Result<(Self, Identity), Error> {
        let failed = |source: io::Error| failure(path, source);
        let found = std::fs::metadata(path).map_err(failed)?;
        // Before it is opened: opening a pipe would wait for its writer.
        if !found.is_file() {
            return Err(Error::NotAFile { object: path.to_owned() });
        }
        let file = File::open(path).map_err(failed)?;
        let opened = Stamp::of(&file.metadata().map_err(failed)?);
        let place = std::fs::canonicalize(path).map_err(failed)?.to_string_lossy().into_owned();
        let identity = Identity { size: opened.size, etag: Some(opened.etag()), version: None, modified: None, place };
        Ok((Self { file: Arc::new(file), path: path.into(), opened }, identity))
    }

    /// A file that is open already; `name` is for errors. Blocks.
    pub(crate) fn of_open(file: File, name: &str) -> Result<Self, Error> {
        let opened = Stamp::of(&file.metadata().map_err(|source| failure(name, source))?);
        Ok(Self { file: Arc::new(file), path: name.into(), opened })
    }

    /// What a path is known by, without opening it; none where nothing is. Blocks.
    pub(crate) fn head(path: &str) -> Result<Option<Identity>, Error> {
        match Self::open(path) {
            Ok((_, identity)) => Ok(Some(identity)),
            Err(Error::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The range, or its first MiB. Blocks.
    pub(crate) fn read(&self, range: &Range<u64>) -> Result<Bytes, Error> {
        let length = usize::try_from(range.end.saturating_sub(range.start).min(READ)).unwrap_or(0);
        let mut bytes = vec![0; length];
        let read = self.file.read_exact_at(&mut bytes, range.start);
        // After the read, so that a write during it is seen.
        let now = Stamp::of(&self.file.metadata().map_err(|source| failure(&self.path, source))?);
        if now != self.opened {
            let how = format!("size was {}, is {}, or its time differs", self.opened.size, now.size);
            return Err(Error::Changed { object: self.path.to_string(), how });
        }
        read.map_err(|source| failure(&self.path, source))?;
        Ok(Bytes::from(bytes))
    }
}

impl Stamp {
    fn of(found: &Metadata) -> Self {
        Self {
            device: found.dev(),
            inode: found.ino(),
            size: found.size(),
            modified: (found.mtime(), found.mtime_nsec()),
        }
    }

    fn etag(&self) -> ETag {
        let Self { device, inode, size, modified: (seconds, nanoseconds) } = self;
        let digest = Sha256::digest(format!("{device}-{inode}-{size}-{seconds}.{nanoseconds}"));
        let hex: String = digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect();
        ETag::new(format!("\"{hex}\""))
    }
}

fn failure(path: &str, source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::NotFound => Error::NotFound { object: path.to_owned(), code: "no such file".to_owned() },
        io::ErrorKind::PermissionDenied => Error::Denied { object: path.to_owned(), code: FILE_RIGHTS.to_owned() },
        _ => Error::File { path: path.to_owned(), source },
    }
}

impl Fetch for FileObject {
    fn get<'a>(&'a self, _identity: &'a Identity, range: Range<u64>) -> Pending<'a, Result<Box<dyn Frames>, Error>> {
        let frames = FileFrames { object: self.clone(), rest: range };
        Box::pin(async { Ok(Box::new(frames) as Box<dyn Frames>) })
    }

    fn refresh(&self) -> bool {
        false
    }
}

struct FileFrames {
    object: FileObject,
    rest: Range<u64>,
}

impl Frames for FileFrames {
    fn next(&mut self) -> Pending<'_, Result<Option<Bytes>, Error>> {
        Box::pin(async {
            if self.rest.is_empty() {
                return Ok(None);
            }
            let object = self.object.clone();
            let rest = self.rest.clone();
            let read = tokio::task::spawn_blocking(move || object.read(&rest)).await;
            let bytes = read.map_err(|_| Error::Interrupted { start: self.rest.start, end: self.rest.end })??;
            self.rest.start = self.rest.start.saturating_add(bytes.len() as u64);
            Ok(Some(bytes))
        })
    }
}
