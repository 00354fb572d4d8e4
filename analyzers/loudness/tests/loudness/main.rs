//! What the analyzer promises, on signals whose values are known.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop a test where it goes wrong")]

mod cases;
mod ebu;
mod media;
mod promises;
mod run;
