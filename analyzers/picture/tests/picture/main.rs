//! What the analyzer promises, on pictures whose faults are known.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop a test where it goes wrong")]

mod film;
mod media;
mod promises;
mod run;
