//! An object as identity and ranges: bytes of one version, in order, in bounded memory, each answer checked.
//!
//! A recording lies in S3, at an https address or in a file. This room opens it once, remembers which version that was, and from then on
//! hands out bytes of that version alone: by offset for indexes ([`Object::read_at`]) and as an ordered stream that is
//! read ahead ([`Object::stream`]). It must not know media formats; to it a recording is a length and an entity tag.
//!
//! Begin with [`Storage`], which a process has one of, and [`Object`].
//!
//! ```text
//!            plan          schedule: permits in order          part: one piece,           reader: in order,
//!  ranges ─► runs ─pieces► bytes (Budget), requests (Lane) ──► tries, resume, hedge ────► trimmed to the ranges
//!                               ▲ window, part size (Pace) ◄─── throttled ──┘   starved ───┘
//!                                                               Fetch: one request (S3, https, file), head checked
//! ```
//!
//! What holds, whatever the server does:
//! - Bytes of two versions are never mixed: `If-Match` is sent, and status, `Content-Range`, length, entity tag and
//!   size of every answer are compared, because servers exist that ignore `If-Match` or `Range`.
//! - A piece is begun only when its bytes are reserved and is then drained at full speed, so no socket waits half-read
//!   and memory stays within the read-ahead. The piece that the consumer waits for may always begin.
//! - What broke off goes on at the byte after the last one handed on.
//! - Everything ends when the [`Reader`] is dropped; its bytes are given back when the last slice of them is.

#![warn(clippy::indexing_slicing, clippy::cast_possible_truncation)]

mod answer;
mod blocks;
mod budget;
mod config;
mod error;
mod examine;
mod fetch;
mod file;
mod https;
mod object;
mod options;
mod pace;
mod part;
mod plan;
mod reader;
mod requests;
mod s3;
mod schedule;
mod spool;
mod stats;
mod storage;
mod trust;

pub use config::{Credentials, StorageConfig, Whole};
pub use error::Error;
pub use examine::{Answered, Connected};
pub use object::Object;
pub use options::{Options, Told};
pub use reader::{Chunk, Reader};
pub use stats::Stats;
pub use storage::Storage;
