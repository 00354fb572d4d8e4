//! The queue: which job is run when, here, and what becomes of it. How a job is analysed it doesn't know.
//!
//! ```text
//!   Handle: submit, retry, cancel, pause … ──► store ◄──────────── upkeep: rescue, seal, figures
//!                        │ wakes                ▲ ▲
//!                        ▼                      │ └── heart: a thread of its own renews all leases, hears cancels
//!   readiness: is the file there? ─► claims: free slot and memory? ─► attempt: Work::run(ports) ─► how it ended
//! ```
//! Begin with [`Queue::new`]: it gives a part that runs, and a cheap [`Handle`] for everybody who wants something of it.
//! What it needs from others it asks through two doors: [`Work`] runs a claim, [`Storage`] says whether an object is
//! there. A run is handed [`Ports`], made from its claim: whatever it writes through them is fenced by the lease, and
//! it doesn't have to know of leases at all.
//!
//! A run that has to stop is *told* so, with the reason, through a [`StopToken`](rushes_model::StopToken); the attempt
//! waits until it has ended, and only then gives its memory back. A host that can't renew its leases tells its runs to
//! stop before another host may take them.

mod admission;
mod attempt;
mod circuit;
mod claims;
mod error;
mod handle;
mod heart;
mod hints;
mod jitter;
mod journal;
mod mode;
mod ports;
mod pressure;
mod queue;
mod readiness;
mod running;
mod settings;
mod settle;
mod shared;
mod storage;
pub mod tasks;
mod upkeep;
mod work;

pub use error::Error;
pub use handle::{Handle, Status, Throttle};
pub use mode::Mode;
pub use ports::Ports;
pub use queue::Queue;
pub use rushes_store::{Claim, Loaded};
pub use settings::Settings;
pub use storage::{Probe, Storage};
pub use work::Work;
