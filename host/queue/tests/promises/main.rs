//! What the queue promises, with a scripted run, a scripted bucket, and a real database.
#![expect(clippy::unwrap_used, reason = "test helpers; clippy exempts test functions alone")]

mod clocks;
mod ends;
mod files;
mod host;
mod leases;
mod modes;
mod slots;
