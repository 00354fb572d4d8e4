//! How a recording looks, and what is wrong with its pictures: an analyzer for Rushes.
//!
//! Start from [`Picture`], the session: it measures each sampled picture and how it differs from the one before, a [`Partial`]. The
//! [`Merge`]r holds every threshold and every state that spans time, so that a report doesn't depend on where a recording was cut.
//!
//! ```text
//!  luma planes ─► Picture ─► Partial: exposure, contrast, detail, difference of each
//!                               └─► Merge: cuts, black, freezes, bars ─► Summary, series, events
//! ```
//!
//! The README has methods, units and limits.

mod code;
mod describe;
mod measure;
mod merger;
mod params;
mod partial;
mod session;
mod summary;

pub use crate::merger::Merge;
pub use crate::params::{MergeParams, Params};
pub use crate::partial::{Change, Frame, Partial};
pub use crate::session::Picture;
pub use crate::summary::{Letterbox, Method, Spans, Summary};

rushes_sdk::export!(Picture);
