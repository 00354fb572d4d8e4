//! An object that was opened: one version of it, and its bytes.

use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::{Bytes, BytesMut};
use rushes_model::Identity;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::blocks::{BLOCK, Blocks};
use crate::error::Error;
use crate::part::Source;
use crate::reader::Reader;
use crate::stats::Stats;

/// Reads beyond this are streamed and not kept.
const LARGE: u64 = 8 * BLOCK;

/// One version of an object. Cheap to clone; clones share read-ahead, cache and counts.
#[derive(Clone)]
pub struct Object(Arc<Inner>);

struct Inner {
    source: Arc<Source>,
    /// The bytes that came with opening it, from 0 on.
    held: Bytes,
    blocks: Mutex<Blocks>,
    runtime: Handle,
}

impl std::fmt::Debug for Object {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_tuple("Object").field(self.identity()).finish()
    }
}

impl Object {
    pub(crate) fn new(source: Source, held: Bytes, runtime: Handle) -> Self {
        Self(Arc::new(Inner { source: Arc::new(source), held, blocks: Mutex::default(), runtime }))
    }

    /// Which version this is; every byte handed out is of this one.
    pub fn identity(&self) -> &Identity {
        &self.0.source.identity
    }

    /// What reading it has cost so far.
    pub fn stats(&self) -> Stats {
        self.0.source.fetched.unwrap_or_else(|| self.0.source.counters.snapshot())
    }

    /// Bytes reserved right now: in flight, waiting, and with consumers.
    pub fn reserved(&self) -> u64 {
        self.0.source.budget.used()
    }

    /// All bytes of some ranges, in the order given, read ahead within the object's budget. Ranges may overlap and go
    /// back; what lies beyond the end is left out. Can be called outside the runtime.
    pub fn stream(&self, ranges: Vec<Range<u64>>) -> Reader {
        Reader::new(Arc::clone(&self.0.source), self.0.held.clone(), ranges, &self.0.runtime)
    }

    /// Bytes of a range, fewer only at the end of the object. Meant for indexes: small reads come in blocks of 256 KiB
    /// that are kept for a while (8 MiB). The caller bounds the range; so much is allocated.
    ///
    /// # Errors
    /// As [`Reader::next`].
    pub async fn read_at(&self, range: Range<u64>) -> Result<Bytes, Error> {
        let range = range.start..range.end.min(self.identity().size);
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        if range.end <= self.0.held.len() as u64 {
            return Ok(cut(&self.0.held, 0, &range));
        }
        if range.end - range.start > LARGE {
            return self.read_large(range).await;
        }
        self.read_blocks(range).await
    }

    async fn read_large(&self, range: Range<u64>) -> Result<Bytes, Error> {
        let length = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        let mut whole = BytesMut::with_capacity(length);
        let mut reader = self.stream(vec![range]);
        while let Some(chunk) = reader.next().await {
            whole.extend_from_slice(&chunk?.bytes);
        }
        Ok(whole.freeze())
    }

    async fn read_blocks(&self, range: Range<u64>) -> Result<Bytes, Error> {
        let first = range.start / BLOCK;
        let last = (range.end - 1) / BLOCK;
        let kept: Vec<Option<Bytes>> = (first..=last).map(|index| self.block(index)).collect();
        let mut whole = BytesMut::new();
        let mut index = first;
        while index <= last {
            let missing = kept.iter().skip(offset(index - first)).take_while(|block| block.is_none()).count() as u64;
            if missing == 0 {
                if let Some(Some(block)) = kept.get(offset(index - first)) {
                    if first == last {
                        return Ok(cut(block, index * BLOCK, &range));
                    }
                    whole.extend_from_slice(&cut(block, index * BLOCK, &range));
                }
                index += 1;
            } else {
                let fetched = self.fetch_blocks(index, index + missing).await?;
                whole.extend_from_slice(&cut(&fetched, index * BLOCK, &range));
                index += missing;
            }
        }
        Ok(whole.freeze())
    }

    fn block(&self, index: u64) -> Option<Bytes> {
        self.0.blocks.lock().unwrap_or_else(PoisonError::into_inner).get(index)
    }

    /// Fetches neighbouring blocks in one request and keeps them.
    async fn fetch_blocks(&self, first: u64, end: u64) -> Result<Bytes, Error> {
        let source = &self.0.source;
        let span = first * BLOCK..(end * BLOCK).min(source.identity.size);
        let mut fetched = BytesMut::with_capacity(offset(span.end - span.start));
        let _request = source.lane.acquire().await;
        let (_, is_starving) = watch::channel(true);
        source.download(span.clone(), is_starving, |frame| fetched.extend_from_slice(&frame)).await?;
        let fetched = fetched.freeze();
        let mut blocks = self.0.blocks.lock().unwrap_or_else(PoisonError::into_inner);
        for index in first..end {
            // A copy of its own, so that a block that is kept doesn't keep its neighbours.
            let block = cut(&fetched, span.start, &(index * BLOCK..(index + 1) * BLOCK));
            blocks.put(index, Bytes::copy_from_slice(&block));
        }
        Ok(fetched)
    }
}

/// The part of `range` that lies in bytes which begin at `start`.
fn cut(bytes: &Bytes, start: u64, range: &Range<u64>) -> Bytes {
    let from = offset(range.start.saturating_sub(start)).min(bytes.len());
    let to = offset(range.end.saturating_sub(start)).min(bytes.len());
    bytes.slice(from..to.max(from))
}

fn offset(bytes: u64) -> usize {
    usize::try_from(bytes).unwrap_or(usize::MAX)
}
