//! The bytes of a recording from front to back, for demuxers.

use bytes::Bytes;

use super::Held;
use crate::error::Error;
use crate::limits;
use crate::reader::{ByteStream, Reader};

/// Beyond so many bytes a new request costs less than reading over them.
const WORTH_JUMPING: u64 = 4 << 20;

/// First packets of all tracks lie within so much as a rule.
const FIRST_REACH: u64 = 1 << 20;

/// Where a scan is; outlives the borrow of the reader.
pub(super) struct Place {
    stream: Option<Box<dyn ByteStream>>,
    /// Where the stream ends.
    until: u64,
    /// How far ahead a stream may reach: little while it isn't known whether the rest will be read.
    reach: u64,
    /// Read and not consumed.
    ahead: Bytes,
    /// Offset of the next byte.
    at: u64,
    size: u64,
    held: Held,
}

impl Place {
    /// `ahead` are bytes from `at` on that were read already.
    pub(super) fn new(at: u64, size: u64, ahead: Bytes) -> Self {
        let mut held = Held::default();
        // A copy, because the reader's own bytes are its budget.
        let ahead = Bytes::copy_from_slice(&ahead);
        if !ahead.is_empty() {
            held.keep(at, ahead.clone());
        }
        let reach = if size <= limits::SCANNED_AT_ONCE { u64::MAX } else { FIRST_REACH };
        Self { stream: None, until: 0, reach, ahead, at, size, held }
    }

    pub(super) const fn at(&self) -> u64 {
        self.at
    }

    pub(super) const fn size(&self) -> u64 {
        self.size
    }

    pub(super) const fn held(&self) -> &Held {
        &self.held
    }

    /// All of the recording will be read.
    pub(super) fn reach_for_all(&mut self) {
        self.reach = u64::MAX;
    }

    /// Lets the stream go; it begins anew with the next byte that is wanted.
    pub(super) fn pause(&mut self) {
        self.stream = None;
    }

    /// Goes on elsewhere.
    pub(super) fn go_to(&mut self, at: u64) {
        let here = u64::try_from(self.ahead.len()).unwrap_or(u64::MAX);
        match at.checked_sub(self.at).filter(|step| *step <= here).and_then(|step| usize::try_from(step).ok()) {
            Some(step) => drop(self.ahead.split_to(step)),
            None => {
                self.ahead = Bytes::new();
                self.stream = None;
            }
        }
        self.at = at;
    }
}

/// What a demuxer reads from.
pub(crate) struct Input<'a> {
    place: &'a mut Place,
    reader: &'a dyn Reader,
}

impl<'a> Input<'a> {
    pub(super) fn new(place: &'a mut Place, reader: &'a dyn Reader) -> Self {
        Self { place, reader }
    }

    /// Offset of the next byte in the object.
    pub(crate) const fn at(&self) -> u64 {
        self.place.at
    }

    /// Bytes of the object in all.
    pub(crate) const fn size(&self) -> u64 {
        self.place.size
    }

    /// The next bytes without consuming them, fewer at the end of the object alone. The caller has bounded `length`.
    pub(crate) fn peek(&mut self, length: usize) -> Result<&[u8], Error> {
        while self.place.ahead.len() < length && self.more()? {}
        let there = length.min(self.place.ahead.len());
        Ok(self.place.ahead.get(..there).unwrap_or_default())
    }

    /// The next bytes, fewer at the end of the object alone. The caller has bounded `length`.
    pub(crate) fn take(&mut self, length: usize) -> Result<Bytes, Error> {
        let there = self.peek(length)?.len();
        self.place.at = self.place.at.saturating_add(there as u64);
        Ok(self.place.ahead.split_to(there))
    }

    /// Steps over bytes; past the end it stays at the end.
    pub(crate) fn skip(&mut self, length: u64) -> Result<(), Error> {
        let target = self.place.at.saturating_add(length).min(self.place.size);
        let unread = target.saturating_sub(self.place.at).saturating_sub(self.place.ahead.len() as u64);
        if unread > WORTH_JUMPING {
            self.place.go_to(target);
            return Ok(());
        }
        while self.place.at < target {
            if self.place.ahead.is_empty() && !self.more()? {
                self.place.at = target;
                break;
            }
            let step = usize::try_from(target - self.place.at).unwrap_or(usize::MAX).min(self.place.ahead.len());
            drop(self.place.ahead.split_to(step));
            self.place.at = self.place.at.saturating_add(step as u64);
        }
        Ok(())
    }

    /// Reads a chunk more; false at the end.
    fn more(&mut self) -> Result<bool, Error> {
        let next = self.place.at.saturating_add(self.place.ahead.len() as u64);
        if next >= self.place.size {
            return Ok(false);
        }
        if next >= self.place.until {
            self.place.stream = None;
        }
        let stream = match &mut self.place.stream {
            Some(stream) => stream,
            None => {
                self.place.until = next.saturating_add(self.place.reach).min(self.place.size);
                self.place.stream.insert(self.reader.stream(std::iter::once(next..self.place.until).collect())?)
            }
        };
        let Some(chunk) = stream.next()? else { return Err(Error::Short { at: next }) };
        // A copy, because the reader's own bytes are its budget.
        let bytes = Bytes::copy_from_slice(&chunk.bytes);
        self.place.held.keep(chunk.offset, bytes.clone());
        self.place.ahead = match self.place.ahead.is_empty() {
            true => bytes,
            false => [self.place.ahead.as_ref(), bytes.as_ref()].concat().into(),
        };
        Ok(true)
    }
}
