//! A file that counts what is read of it.

use std::collections::VecDeque;
use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use rushes_media::{ByteStream, Chunk, Error, Index, ReadError, Reader};
use rushes_model::{Class, Classify, Code, ETag, Failure, Identity, Reason};

/// The bytes, and how they were read.
#[derive(Clone)]
pub(crate) struct Counted {
    bytes: Arc<Source>,
    identity: Identity,
    requests: Arc<AtomicU64>,
    read: Arc<AtomicU64>,
}

enum Source {
    Memory(Bytes),
    File(File),
    /// A beginning, and the same bytes over and over.
    Endless {
        head: Vec<u8>,
        pattern: Vec<u8>,
    },
}

impl Counted {
    pub(crate) fn bytes(bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let size = bytes.len() as u64;
        Self::new(Source::Memory(bytes), size)
    }

    pub(crate) fn file(path: &Path) -> Self {
        let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let size = file.metadata().expect("an open file has a length").len();
        Self::new(Source::File(file), size)
    }

    pub(crate) fn endless(head: Vec<u8>, pattern: &[u8], size: u64) -> Self {
        Self::new(Source::Endless { head, pattern: pattern.to_vec() }, size)
    }

    fn new(bytes: Source, size: u64) -> Self {
        let etag = Some(ETag::new("\"test\""));
        let identity = Identity { size, etag, version: None, modified: None, place: "test".to_owned() };
        Self { bytes: Arc::new(bytes), identity, requests: Arc::default(), read: Arc::default() }
    }

    pub(crate) fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.read.load(Ordering::Relaxed)
    }
}

impl Reader for Counted {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, ReadError> {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.piece(offset, length)
    }

    fn stream(&self, ranges: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError> {
        self.requests.fetch_add(ranges.len() as u64, Ordering::Relaxed);
        Ok(Box::new(Streamed { file: self.clone(), ranges: ranges.into() }))
    }
}

/// A stream in pieces of 64 KiB.
struct Streamed {
    file: Counted,
    ranges: VecDeque<Range<u64>>,
}

impl ByteStream for Streamed {
    fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        let Some(range) = self.ranges.front_mut() else { return Ok(None) };
        let (offset, end) = (range.start, range.end.min(range.start + (64 << 10)));
        range.start = end;
        if range.is_empty() {
            self.ranges.pop_front();
        }
        let bytes = self.file.piece(offset, usize::try_from(end - offset).expect("64 KiB at most"))?;
        Ok(Some(Chunk { offset, bytes }))
    }
}

impl Counted {
    fn piece(&self, offset: u64, length: usize) -> Result<Bytes, ReadError> {
        let length = length.min(usize::try_from(self.identity.size.saturating_sub(offset)).unwrap_or(usize::MAX));
        self.read.fetch_add(length as u64, Ordering::Relaxed);
        match &*self.bytes {
            Source::Memory(bytes) => Ok(bytes.slice(offset as usize..offset as usize + length)),
            Source::Endless { head, pattern } => {
                let mut bytes = head.get(usize::try_from(offset).unwrap_or(usize::MAX)..).unwrap_or_default().to_vec();
                bytes.truncate(length);
                let phase = (offset.saturating_sub(head.len() as u64) % pattern.len() as u64) as usize;
                let whole = [&pattern[phase..], &pattern[..phase]].concat();
                let left = length - bytes.len();
                bytes.reserve_exact(left);
                (0..left / whole.len()).for_each(|_| bytes.extend_from_slice(&whole));
                bytes.extend_from_slice(&whole[..left % whole.len()]);
                Ok(bytes.into())
            }
            Source::File(file) => {
                let mut bytes = vec![0; length];
                file.read_exact_at(&mut bytes, offset).map(|()| bytes.into()).map_err(|error| {
                    let class = Class::Permanent(Reason::Storage);
                    ReadError(Failure::new(Code::StorageUnavailable, class, error.to_string()))
                })
            }
        }
    }
}

/// The index of some bytes.
pub(crate) fn open(bytes: impl Into<Bytes>) -> Result<Index, Error> {
    rushes_media::open(&Counted::bytes(bytes))
}

/// The index of a sound file.
pub(crate) fn index(bytes: impl Into<Bytes>) -> Index {
    open(bytes).unwrap_or_else(|error| panic!("{error}"))
}

/// Why some bytes can't be read: code and words.
pub(crate) fn refusal(bytes: impl Into<Bytes>) -> (Code, String) {
    match open(bytes) {
        Ok(index) => panic!("read without complaint: {index:?}"),
        Err(error) => {
            assert!(error.help().is_some(), "`{error}` doesn't say what to do");
            (error.code(), error.to_string())
        }
    }
}
