//! Analyzers as sandboxed components: loading, limits, sessions, mergers.
//!
//! ```text
//!  bytes ─► Engine::load ─► Component ─┬─► Session::open ─► push … push ─► finish ─► Outcome (partial, carry)
//!          checks, compiles,  digest,  │      one for each segment, on its own thread
//!          asks what it is   descriptor└─► Merger::open ──► add … add ───► finish ─► Findings
//! ```
//!
//! Start from [`Engine`]. A host has one; it compiles components, keeps their code on disk, and lends out cores: every
//! call into a component holds a permit for one. A [`Session`] or [`Merger`] is one instance with its own memory. Calls
//! block on the caller's thread, which should have a stack of 4 MiB and be none of an async runtime's.
//!
//! A component reaches nothing but what it is pushed, a log, and files that were granted to it. Time stands still in it,
//! chance is seeded, and so the same component makes the same of the same media on any host. What it may use up is
//! bounded: fuel by the media time pushed so far, memory, the time of a call, stack, handles, the size of what it
//! returns and logs. Whatever ends it, an [`Error`] says in which call, at what media time, and what to do.
//!
//! Decoders can live behind the same walls: [`Sandboxed`] makes them of a component that holds all of `decode`.
//!
//! This room alone names wasmtime. It must not know S3, databases or pipelines, nor why it is told to stop.

#![warn(clippy::indexing_slicing, clippy::cast_possible_truncation)]

mod bind;
mod cache;
mod call;
mod component;
mod cores;
mod decoders;
mod describe;
mod digest;
mod engine;
mod error;
mod findings;
mod frames;
mod imports;
pub mod limits;
mod log;
mod merger;
mod sandbox;
mod session;
mod state;
mod wasi;

pub use call::Call;
pub use component::Component;
pub use decoders::{DecoderLimits, Sandboxed};
pub use digest::Digest;
pub use engine::{ENGINE, Engine, EngineConfig};
pub use error::{Error, Result};
pub use log::{Level, Line};
pub use merger::Merger;
pub use sandbox::Usage;
pub use session::Session;
pub use state::Assets;
