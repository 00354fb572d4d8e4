//! Tells endpoints of events: signs a message as Standard Webhooks 1.0.0 says, posts it, and says when to try again.
//!
//! ```text
//! Message ─► sign(secret, id, timestamp, body) ─► POST ─► Answer: Taken, Refused { again after … }, Gone
//! ```
//! A message has the same id at every try, so that a receiver can drop what it had before: at least once, with one effect.
//! Redirects aren't followed, since a signed body belongs to nobody else; nothing of an answer is kept but its status and
//! first characters. Begin with [`Sender`]. It must not know what an analyzer is, nor when an event happens.

mod error;
mod schedule;
mod sender;
mod signature;

pub use error::Error;
pub use schedule::delay_after;
pub use sender::{Answer, Message, Sender};
pub use signature::{Secret, sign};
