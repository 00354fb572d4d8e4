//! What the outbox promises to receivers that misbehave: over real sockets, on a real database.
#![expect(clippy::unwrap_used, reason = "test helpers; clippy exempts test functions alone")]

mod host;
mod misbehaving;
mod receiver;
mod secrets;
