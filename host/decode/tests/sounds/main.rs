//! What comes out is what FFmpeg gives: as many samples, and the same to 1e-4; exactly, where coding loses nothing.
//!
//! The streams are encoded here by FFmpeg from made-up sound: tones that jump, clicks, noise, and channels that differ.

#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests stop a test where it goes wrong")]

mod coded;
mod lossless;
mod lossy;
mod opus;
