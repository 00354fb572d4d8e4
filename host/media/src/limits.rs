//! What a file may claim. Each number is checked before anything is allocated or looped over because of it.

use rushes_model::ByteSize;

/// A `moov` holds about 1.1 kB for each second of video and audio (measured on FFmpeg's files): 64 MiB are 16 hours.
pub(crate) const INDEX: ByteSize = ByteSize::mib(64);

/// Phones write 2 to 5 tracks, cinema masters about 30.
pub(crate) const TRACKS: usize = 128;

/// Rows of all tracks together, 13 to 25 bytes each: 52 to 100 MiB, which is 9 hours of 60 pictures and 47 AAC packets each second.
/// A constant-size table can claim 4 G samples in 20 bytes, so the size of its box doesn't bound it.
pub(crate) const PACKETS: usize = 4 << 20;

/// A packet above this is no packet: an uncompressed 8K picture has 50 MB.
pub(crate) const PACKET: ByteSize = ByteSize::mib(64);

/// Longer side of a picture, in pixels; twice 8K.
pub(crate) const SIDE: u32 = 16_384;

/// Pixels of a picture: 8192 x 4320, the largest of H.264's level 6.2 (ITU-T H.264, table A-1), rounded up.
pub(crate) const PIXELS: u64 = 36_000_000;

/// WAVE has 65,535; more than 255 is known from broken headers only.
pub(crate) const CHANNELS: u32 = 255;

/// Samples each second; twice of what DXD converters give.
pub(crate) const SAMPLE_RATE: u32 = 768_000;

/// Ten days. Times come from 64-bit fields; one wrong bit makes centuries, and a segment for each minute of them.
pub(crate) const DURATION_US: i64 = 10 * 24 * 3_600 * 1_000_000;

/// Boxes or chunks beside each other on the top level; ten days in fragments of one second have 1.7 million.
pub(crate) const TOP_LEVEL: u32 = 2 << 20;

/// Requests until `moov` or `data` is found; cameras write fewer than ten boxes before it.
pub(crate) const REQUESTS_BEFORE_INDEX: u32 = 64;

/// Requests for an index in fragments: 18 hours of fragments of one second.
pub(crate) const REQUESTS: u32 = 65_536;

/// Objects without an index are scanned as a whole before anything else where they are small: then all is known at once,
/// and their bytes are held. An hour of an MP3.
pub(crate) const SCANNED_AT_ONCE: u64 = 16 << 20;
