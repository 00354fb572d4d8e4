//! The words that two rooms exchange: ids, times, sizes, states, failures, requests, blocks, frames and reports.
//!
//! Everything here is a plain value. There is no I/O, no async, no HTTP and no TOML; a room that needs one of those
//! builds it around these types. If only one room uses a type, it belongs to that room and not here.
//!
//! Begin with [`Failure`]: every error that a user meets ends as one, whichever room it came from. Then
//! [`media`] (what an analyzer asks for and is fed), [`report`] (what comes out) and [`job`] (the states between).

pub mod bytes;
pub mod clock;
pub mod failure;
pub mod ids;
pub mod job;
pub mod media;
pub mod object;
pub mod pipeline;
pub mod private;
pub mod progress;
pub mod report;
pub mod sabotage;
pub mod scope;
pub mod stop;
pub mod time;
pub mod upload;

pub use bytes::ByteSize;
pub use failure::{Class, Classify, Code, Failure, Reason};
pub use ids::{DeliveryId, EventId, HostId, InterviewId, JobId, LeaseId};
pub use object::{ETag, Identity, ObjectRef};
pub use progress::{LogLine, Progress};
pub use scope::Scope;
pub use stop::{Stop, StopSource, StopToken};
pub use time::{MediaTime, Span};
pub use upload::{Signed, UploadedPart};
