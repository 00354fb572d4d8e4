//! How one object is read.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use rushes_model::ByteSize;

/// What a job gives its reader to live on. The defaults suit a job of its own on a host.
#[derive(Clone, Debug)]
pub struct Options {
    /// Most bytes that may be reserved: in flight, waiting, and with the consumer.
    pub readahead: ByteSize,
    /// Window of a large object that is fetched at a time; a bound beside `readahead`, whichever is smaller. It changes
    /// what is in memory, never the bytes.
    pub chunk: ByteSize,
    /// Most requests in flight for each stream.
    pub max_requests: u32,
    /// Bytes of one request; none = 1 to 8 MiB, growing with the window.
    pub part: Option<ByteSize>,
    /// Gaps between ranges that are read through: a request costs a round trip, in which a connection carries
    /// about so many bytes (50 ms at 10 MB/s).
    pub gap: ByteSize,
    /// Longest wait for an answer's first byte.
    pub first_byte_timeout: Duration,
    /// Longest wait for the next byte after it.
    pub stall_timeout: Duration,
    /// Bytes a second, taken over `min_rate_over`, below which a connection is given up.
    pub min_rate: ByteSize,
    /// See `min_rate`.
    pub min_rate_over: Duration,
    /// Tries of a part without 1 MiB of progress between them.
    pub max_tries: u32,
    /// Base of the pause between tries, doubled each time, chosen at random below that.
    pub backoff: Duration,
    /// While the consumer waits, an answer is asked for a second time when its first byte is later than this, and later
    /// than its kind is as a rule; none = never. A good answer's first byte
    /// takes S3 30 to 60 ms.
    pub hedge_after: Option<Duration>,
    /// Who is told how far it is, while an object is fetched whole.
    pub told: Option<Told>,
}

/// Takes bytes that are there, and bytes that there will be.
#[derive(Clone)]
pub struct Told(pub Arc<dyn Fn(u64, u64) + Send + Sync>);

impl fmt::Debug for Told {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Told")
    }
}

impl Default for Options {
    fn default() -> Self {
        Self {
            readahead: ByteSize::mib(64),
            chunk: ByteSize::mib(64),
            max_requests: 16,
            part: None,
            gap: ByteSize::kib(512),
            first_byte_timeout: Duration::from_secs(20),
            stall_timeout: Duration::from_secs(10),
            min_rate: ByteSize::kib(64),
            min_rate_over: Duration::from_secs(30),
            max_tries: 6,
            backoff: Duration::from_millis(100),
            hedge_after: Some(Duration::from_millis(150)),
            told: None,
        }
    }
}

impl Options {
    /// The bytes that may be reserved; never none.
    pub(crate) fn limit(&self) -> u64 {
        self.readahead.min(self.chunk).max(ByteSize::kib(64)).as_bytes()
    }
}
