//! How loud a recording is, and what is wrong with its sound: an analyzer for Rushes.
//!
//! Start from [`Loudness`], the session: it turns samples into measurements over time, a [`Partial`]. [`Merge`] makes the report of them; it
//! holds every threshold and every state that spans time, so that a report doesn't depend on where a recording was cut.
//!
//! ```text
//!  blocks ─► Loudness ─► Partial: energy each 100 ms, level each 20 ms, peak each second, clipped runs, sums
//!                           └─► Merge: gating, range, silence, noise ─► Summary, series, events
//! ```
//!
//! Loudness and range are those of EBU R 128 (Tech 3341, Tech 3342) after ITU-R BS.1770-5. The README has methods, units and limits.

mod code;
mod describe;
mod merger;
mod params;
mod partial;
mod session;
mod summary;

pub use crate::merger::Merge;
pub use crate::params::MergeParams;
pub use crate::partial::{ClippedSlot, Partial, Second, Stretch, Totals};
pub use crate::session::Loudness;
pub use crate::summary::{Method, Summary, Targets};

rushes_sdk::export!(Loudness);
