//! One job: a plan decides everything, the flow executes it, the mergers make the report.
//!
//! ```text
//!  object ─► Reading ─► media::feed ─► Fan ─► channel ─► session thread ─► partial ─► Partials
//!                      (one decode)    └────► channel ─► session thread ─► partial ─► Partials
//!                                                                                       │
//!  report ◄───────────────────────────── merge, analyzer by analyzer ◄──────────────────┘
//! ```
//!
//! [`analyze`] is the one function to start from. It blocks: call it on a thread of its own, never on a runtime's
//! worker. Bytes are fetched by the runtime whose handle it is given; decoding happens on the calling thread; each
//! analyzer has a thread of its own, fed through a channel that counts bytes. A slow analyzer so holds back its own
//! job's decoder, and that its own job's fetch, and nobody else.
//!
//! It must not know HTTP, SQL or leases: partials and progress go through [`Partials`] and [`Journal`], which the
//! caller makes from its claim, and a [`StopToken`](rushes_model::stop::StopToken) says when to end and why.

mod analyze;
mod channel;
mod error;
mod fan;
mod flow;
mod journal;
mod key;
mod merge;
mod order;
mod partials;
mod plan;
mod reading;
mod session;
mod shown;
mod todo;

pub use analyze::{Analyzer, Finished, Job, Ports, analyze};
pub use error::Error;
pub use journal::Journal;
pub use key::canonical;
pub use partials::{InMemory, Key, Partials};
