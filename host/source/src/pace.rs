//! How fast to go: pure state machines on a clock that is passed in.
//!
//! [`Window`] says how many requests of which size; [`Lateness`] when an answer is so late that it is asked for twice;
//! [`Stall`] when a connection is given up; [`Backoff`] how long to pause before the next try.

mod backoff;
mod lateness;
mod stall;
mod window;

pub(crate) use backoff::Backoff;
pub(crate) use lateness::Lateness;
pub(crate) use stall::Stall;
pub(crate) use window::Window;
