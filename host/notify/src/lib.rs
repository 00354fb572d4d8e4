//! Tells endpoints of events: takes deliveries from the outbox, signs each as Standard Webhooks 1.0.0 says, posts it, and
//! writes what became of it.
//!
//! ```text
//!   store: a commit rings ─► Deliverer: claim ─► body ─► Sender: sign, check address, POST ─► settle
//!                               ▲ at most 8, 2 an endpoint                │
//!                               └────────── schedule: again after … ◄─────┘ Taken, Refused, Gone
//! ```
//! A message has the same id at every try, so that a receiver can drop what it had before: at least once, with one effect.
//! Redirects aren't followed, since a signed body belongs to nobody else, and an address in a private network is refused
//! unless somebody named it. Jobs never wait for any of this. Begin with [`Deliverer`]. It must not know what an analyzer
//! is, nor when an event happens.

mod body;
mod deliverer;
mod error;
mod figures;
mod guard;
mod moment;
mod schedule;
mod sender;
mod signature;

pub use deliverer::{Deliverer, Settings};
pub use error::Error;
pub use schedule::Schedule;
pub use sender::{Answer, Message, Sender, Sending, Tried};
pub use signature::{Secret, sign};
