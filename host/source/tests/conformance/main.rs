//! The promises of this room, kept over files and over S3, and with an S3 that misbehaves.
//!
//! Each byte of a test object is a function of its offset, so that a byte that is missing, doubled or misplaced shows.

#![expect(clippy::single_range_in_vec_init, reason = "one range is a list of ranges here")]
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "these are tests; clippy exempts only the test functions themselves"
)]

mod content;
mod denied;
mod faults;
mod https;
mod overheard;
mod reading;
mod secure;
mod sharing;
mod whole;
mod world;
