//! An object of `source` behind the door of `media`: threads that decode wait here for bytes that a runtime fetches.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use rushes_media::{ByteStream, Chunk, ReadError, Reader};
use rushes_model::stop::{StopToken, StopWatch};
use rushes_model::{Failure, Identity};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;
use tracing::trace_span;

/// Blocks the calling thread on the given runtime, and never longer than the job goes on.
pub(crate) struct Reading {
    object: rushes_source::Object,
    handle: Handle,
    stop: StopToken,
    cancelled: CancellationToken,
    waited: Waited,
    _watch: StopWatch,
}

impl Reading {
    pub(crate) fn new(object: rushes_source::Object, handle: Handle, stop: &StopToken) -> Self {
        let cancelled = CancellationToken::new();
        let cancel = cancelled.clone();
        let watch = stop.on_stop(move |_| cancel.cancel());
        Self { object, handle, stop: stop.clone(), cancelled, waited: Waited::default(), _watch: watch }
    }

    /// How long decoders have waited for streams so far.
    pub(crate) fn waited(&self) -> Duration {
        self.waited.total()
    }

    /// Waits for bytes or the job's end.
    fn wait<T>(&self, work: impl Future<Output = Result<T, rushes_source::Error>>) -> Result<T, ReadError> {
        wait(&self.handle, &self.cancelled, &self.stop, work)
    }
}

fn wait<T>(
    handle: &Handle,
    cancelled: &CancellationToken,
    stop: &StopToken,
    work: impl Future<Output = Result<T, rushes_source::Error>>,
) -> Result<T, ReadError> {
    handle.block_on(async {
        tokio::select! {
            // Both may be dropped at any await: a dropped read gives its permits back.
            done = work => done.map_err(|error| ReadError::from(Failure::of(&error))),
            () = cancelled.cancelled() => {
                let why = stop.reason().unwrap_or(rushes_model::stop::Stop::Cancelled);
                Err(ReadError::from(Failure::of(&why)))
            }
        }
    })
}

impl Reader for Reading {
    fn identity(&self) -> &Identity {
        self.object.identity()
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, ReadError> {
        let end = offset.saturating_add(u64::try_from(length).unwrap_or(u64::MAX)).min(self.identity().size);
        if offset >= end {
            return Ok(Bytes::new());
        }
        let _span = trace_span!(target: "rushes::time", "read index", offset, bytes = length).entered();
        self.wait(self.object.read_at(offset..end))
    }

    fn stream(&self, ranges: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError> {
        let _inside = self.handle.enter(); // the reader spawns its parts
        Ok(Box::new(Streaming {
            reader: self.object.stream(ranges),
            handle: self.handle.clone(),
            cancelled: self.cancelled.clone(),
            stop: self.stop.clone(),
            waited: self.waited.clone(),
        }))
    }
}

/// Time that a decoder waited for bytes; shared so that it can be read after the stream went into a box.
#[derive(Clone, Debug, Default)]
struct Waited(Arc<std::sync::atomic::AtomicU64>);

impl Waited {
    fn add(&self, time: Duration) {
        let micros = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.0.fetch_add(micros, std::sync::atomic::Ordering::Relaxed);
    }

    fn total(&self) -> Duration {
        Duration::from_micros(self.0.load(std::sync::atomic::Ordering::Relaxed))
    }
}

/// An ordered stream that counts how long its consumer waited.
struct Streaming {
    reader: rushes_source::Reader,
    handle: Handle,
    cancelled: CancellationToken,
    stop: StopToken,
    waited: Waited,
}

impl ByteStream for Streaming {
    fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        let _span = trace_span!(target: "rushes::time", "wait for bytes").entered();
        let began = Instant::now();
        let reader = &mut self.reader;
        let next = wait(&self.handle, &self.cancelled, &self.stop, async { reader.next().await.transpose() });
        self.waited.add(began.elapsed());
        Ok(next?.map(|chunk| Chunk { offset: chunk.offset, bytes: chunk.bytes }))
    }
}
