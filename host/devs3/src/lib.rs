//! A small S3 server over a folder, for demo, tests and benches, that misbehaves on request.
//!
//! A bucket is a folder, an object a file with the key's path: files that are dropped in are objects, too. Signatures,
//! XML and checksums are those of `s3s`; what that leaves open is here: entity tags that are kept and not computed for
//! each request, preconditions after RFC 9110, ranges read in 256 KiB steps, bodies that are never in memory whole.
//! It uses nothing of ours, so that what it proves about the reader isn't the reader's own opinion.
//!
//! Begin with [`Server`]. What went over the wire is in [`Running::requests`], what goes wrong in [`Faults`].
//!
//! ```text
//!  socket ─► front: log, faults, latency ─► s3s: signature, XML ─► objects, uploads, listing ─► folder
//!         ◄─ shape: slow, cut, reset, more ◄───────────────────────────────────────────────────┘
//! ```
//!
//! Not here: versions, access rules, events, virtual hosts. Keys with `.`, `..` or nothing between two slashes are
//! refused, and a key can't be both an object and the folder of others.

mod clock;
mod conditions;
mod error;
mod faults;
mod folder;
mod front;
mod listing;
mod log;
mod objects;
mod server;
mod shape;
mod tags;
mod uploads;

pub use error::Error;
pub use faults::{Action, Faults, When};
pub use log::{Op, Request};
pub use server::{Config, Credentials, Running, Server};
