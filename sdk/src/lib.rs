//! Write an analyzer for Rushes: a struct, a merger, `export!(Mine)`.
//!
//! Start from [`Analyzer`]. What it is fed begins with [`AudioBlock`], what it gives back with [`Report`]; the rules of the contract
//! (order, lead-in, limits) are in `docs/contract.md`, a whole analyzer in `sdk/README.md`.
//!
//! ```text
//!  recording ─► segments ─► Analyzer: new, push_*…, finish ─► partials ─► Merger: new, add…, finish ─► Report
//! ```
//!
//! The same code runs natively in `cargo test`, through [`Harness`], and as a sandboxed component, built for `wasm32-wasip2`.
//! Nothing here knows of the host: an analyzer sees media, parameters and granted files, and nothing else.

mod analyzer;
pub mod assets;
mod described;
mod descriptor;
mod error;
mod export;
#[cfg(not(target_arch = "wasm32"))]
mod harness;
pub mod log;
mod media;
mod partial;
mod report;
mod session;

/// Generated from `wit/`; `tests/bindings.rs` says how.
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
#[rustfmt::skip]
#[expect(unreachable_pub, unsafe_code, unused_qualifications, reason = "generated")]
pub mod bindings;

pub use schemars;
pub use serde;
pub use serde_json;

pub use crate::analyzer::{Analyzer, Merger};
pub use crate::descriptor::{
    AudioRequest, Descriptor, Feed, Input, NoParams, PixelFormat, Sampling, Segmentation, VideoRequest,
};
pub use crate::error::{Error, Result};
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub use crate::export::guest as __guest;
#[cfg(not(target_arch = "wasm32"))]
pub use crate::harness::{Harness, Picture, Run};
pub use crate::media::{AudioBlock, AudioFormat, ByteBlock, Cue, Gap, MergeSetup, Setup, Span, VideoFrame, Word};
pub use crate::report::{Event, Outcome, Point, Report, Series, Timing, Track, Unmeasured};

#[doc(hidden)]
pub fn __analyzer<A: Analyzer>() {}

#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
