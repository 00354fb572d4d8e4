//! Whether pictures are the bits that others decode: own encodes of each kind, made and decoded by FFmpeg.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop a test where it goes wrong")]

mod annex_b;
mod encodes;
mod oracle;
mod promises;
mod promises_h264;
mod recording;
mod streams;
