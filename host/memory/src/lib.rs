//! Memory as a budget: jobs reserve what they may need before they begin, and it says how many more fit.
//!
//! ```text
//!   limit = min(container, MEMORY_LIMIT_MB, machine) ── × threshold ──► whole
//!   free  = whole − max(measured use, sum of reservations)
//! ```
//! A threshold on measured use alone isn't enough: jobs that were just begun haven't used anything yet, and a host that
//! started them all is killed a minute later. So both count. Begin with [`Budget::new`]; [`Budget::reserve`] gives a
//! [`Reservation`], which gives itself back when it is dropped.
//!
//! It must not know what a job is.

mod budget;
mod error;
mod measure;
mod stalls;
mod throttle;

pub use budget::{Budget, Figures, Pressure, Reservation, Settings};
pub use error::Error;
pub use measure::Measured;
