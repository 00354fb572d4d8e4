//! Small reads of an object, counted, with what was read last at hand.

use bytes::Bytes;

use crate::error::Error;
use crate::limits;
use crate::reader::Reader;

/// How much more is read than asked for: it costs less than the round trip that it may save.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ahead {
    /// Where an index is expected. 256 KiB hold the `moov` of four minutes (1.1 kB for each second, measured), and are
    /// read from S3 in about the time that a second request would wait.
    Index,
    /// Where boxes are walked over: a `moof` has 600 to 1,500 bytes (measured).
    Header,
}

impl Ahead {
    const fn bytes(self) -> u64 {
        match self {
            Self::Index => 256 << 10,
            Self::Header => 4 << 10,
        }
    }
}

/// Boxes nearer than this behind those of the last request are most likely followed by more: a request of
/// [`Ahead::Index`] then spares at least three.
const NEAR: u64 = 64 << 10;

/// The object as seen by an index reader.
pub(crate) struct Window<'a> {
    reader: &'a dyn Reader,
    size: u64,
    requests: u32,
    /// How many there may be.
    allowed: u32,
    begin: u64,
    held: Bytes,
}

impl<'a> Window<'a> {
    pub(crate) fn new(reader: &'a dyn Reader) -> Self {
        Self {
            reader,
            size: reader.identity().size,
            requests: 0,
            allowed: limits::REQUESTS_BEFORE_INDEX,
            begin: 0,
            held: Bytes::new(),
        }
    }

    /// Bytes of the object in all.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    /// The index proper was found: what follows may come in many pieces.
    pub(crate) const fn expect_fragments(&mut self) {
        self.allowed = limits::REQUESTS;
    }

    /// Bytes `offset..offset + length`, fewer at the end of the object alone. The caller has bounded `length`.
    pub(crate) fn read(&mut self, offset: u64, length: u64, ahead: Ahead) -> Result<Bytes, Error> {
        let length = length.min(self.size.saturating_sub(offset));
        if length == 0 {
            return Ok(Bytes::new());
        }
        if let Some(bytes) = self.held_at(offset, length) {
            return Ok(bytes);
        }
        self.requests = self.requests.saturating_add(1);
        if self.requests > self.allowed {
            return Err(Error::limits("the index", "pieces without end", format!("{} reads", self.allowed)));
        }
        let end = self.begin.saturating_add(u64::try_from(self.held.len()).unwrap_or(u64::MAX));
        let is_near = self.requests > 1 && offset >= self.begin && offset.saturating_sub(end) <= NEAR;
        let ahead = if is_near { Ahead::Index } else { ahead };
        let wanted = length.max(ahead.bytes()).min(self.size.saturating_sub(offset));
        let wanted = usize::try_from(wanted).map_err(|_| Error::too_large("index", wanted, limits::INDEX))?;
        self.held = self.reader.read_at(offset, wanted)?;
        self.begin = offset;
        Ok(self.held_at(offset, length).unwrap_or_else(|| self.held.clone()))
    }

    /// What is held from an offset on.
    pub(crate) fn held_from(&self, offset: u64) -> Bytes {
        let from = offset.checked_sub(self.begin).and_then(|from| usize::try_from(from).ok());
        from.filter(|from| *from < self.held.len()).map(|from| self.held.slice(from..)).unwrap_or_default()
    }

    fn held_at(&self, offset: u64, length: u64) -> Option<Bytes> {
        let from = usize::try_from(offset.checked_sub(self.begin)?).ok()?;
        let to = from.checked_add(usize::try_from(length).ok()?)?;
        (to <= self.held.len()).then(|| self.held.slice(from..to))
    }
}
