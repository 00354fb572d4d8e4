//! Objects that are fetched whole first, into a temporary file: for servers that don't do ranges, and networks over which
//! one long download is better than many short ones.
//!
//! A file has no name from the moment it is made, so whatever becomes of the process, the system takes it back.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use rushes_model::{ByteSize, Identity};
use tokio::io::AsyncWriteExt;

use crate::budget::{Budget, Permit};
use crate::error::Error;
use crate::fetch::{Fetch, Frames, Pending};
use crate::file::FileObject;
use crate::options::Told;
use crate::reader::Reader;

/// The temporary files of a process.
#[derive(Debug)]
pub(crate) struct Spool {
    folder: PathBuf,
    limit: ByteSize,
    taken: Arc<Budget>,
}

/// Room for a file, and the file. Both are given back when it is dropped.
pub(crate) struct Draft {
    file: tokio::fs::File,
    written: u64,
    object: String,
    room: Permit,
    told: Option<Told>,
}

impl Spool {
    /// Makes the folder. Files that a system without nameless ones left there are removed.
    pub(crate) fn open(folder: &Path, limit: ByteSize) -> Result<Self, Error> {
        let failed = |source| Error::File { path: folder.display().to_string(), source };
        std::fs::create_dir_all(folder).map_err(failed)?;
        for left in std::fs::read_dir(folder).map_err(failed)?.flatten() {
            let _ = std::fs::remove_file(left.path());
        }
        Ok(Self { folder: folder.to_owned(), limit, taken: Arc::default() })
    }

    /// Waits for room: for `size` bytes, or for all there is where nobody knows how many will come.
    pub(crate) async fn draft(&self, size: Option<u64>, object: &str, told: Option<Told>) -> Result<Draft, Error> {
        let limit = self.limit.as_bytes();
        let wanted = size.unwrap_or(limit);
        if wanted > limit {
            let needed = ByteSize::bytes(wanted);
            return Err(Error::NoRoom { object: object.to_owned(), needed, allowed: self.limit });
        }
        let room = self.taken.reserve(wanted, || limit).await;
        let folder = self.folder.clone();
        let made = tokio::task::spawn_blocking(move || tempfile::tempfile_in(folder)).await;
        let made = made.unwrap_or_else(|_| Err(io::Error::other("the thread that makes it broke")));
        let file = made.map_err(|source| unwritable(object, source))?;
        Ok(Draft { file: tokio::fs::File::from_std(file), written: 0, object: object.to_owned(), room, told })
    }
}

impl Draft {
    /// All that a reader gives.
    pub(crate) async fn fill(&mut self, mut reader: Reader) -> Result<(), Error> {
        while let Some(chunk) = reader.next().await {
            self.write(&chunk?.bytes).await?;
        }
        Ok(())
    }

    /// All that an answer holds, at most as much as there is room for.
    pub(crate) async fn fill_from(&mut self, mut frames: Box<dyn Frames>) -> Result<(), Error> {
        while let Some(frame) = frames.next().await? {
            let needed = self.written.saturating_add(frame.len() as u64);
            if needed > self.room.bytes() {
                let (needed, allowed) = (ByteSize::bytes(needed), ByteSize::bytes(self.room.bytes()));
                return Err(Error::NoRoom { object: self.object.clone(), needed, allowed });
            }
            self.write(&frame).await?;
        }
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let written = self.file.write_all(bytes).await;
        written.map_err(|source| unwritable(&self.object, source))?;
        self.written = self.written.saturating_add(bytes.len() as u64);
        if let Some(Told(told)) = &self.told {
            told(self.written, self.room.bytes());
        }
        Ok(())
    }

    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// The file as it is now; room that it doesn't take is given back.
    pub(crate) async fn finish(mut self) -> Result<Spooled, Error> {
        let flushed = self.file.flush().await;
        flushed.map_err(|source| unwritable(&self.object, source))?;
        let file: File = self.file.into_std().await;
        let room = self.room.split(self.written);
        Ok(Spooled { file: FileObject::of_open(file, &self.object)?, _room: room })
    }
}

/// A full disk passes, like a server that is busy.
fn unwritable(object: &str, source: io::Error) -> Error {
    let what = "its temporary file can't be written".to_owned();
    Error::Unavailable { object: object.to_owned(), what, source: Some(source.into()) }
}

/// A temporary file that is read like the object that it holds.
pub(crate) struct Spooled {
    file: FileObject,
    _room: Permit,
}

impl Fetch for Spooled {
    fn get<'a>(&'a self, identity: &'a Identity, range: Range<u64>) -> Pending<'a, Result<Box<dyn Frames>, Error>> {
        self.file.get(identity, range)
    }

    fn refresh(&self) -> bool {
        false
    }
}

impl Spooled {
    /// Its first bytes. Blocks.
    pub(crate) fn held(&self, size: u64) -> Result<Bytes, Error> {
        self.file.read(&(0..size))
    }
}
