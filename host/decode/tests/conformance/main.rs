//! Whether pictures are the bits that others decode: own encodes of each kind, made and decoded by FFmpeg.

#![expect(clippy::unwrap_used, reason = "helpers of tests stop a test where it goes wrong")]

mod encodes;
mod oracle;
mod promises;
mod recording;
