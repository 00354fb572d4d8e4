//! Every setting of a host, from one table.
//!
//! A row of `settings/keys.rs` gives a setting its name, type, default, range and sentence. Parsing, errors, `--help` and
//! `docs/configuration.md` come out of it, so that they can't disagree.

mod docs;
mod keys;
mod load;
mod rule;
mod value;

pub use docs::{help, markdown};
pub use keys::{KEYS, Settings};
pub use load::{Origin, Refusal, Refusals, Shown};
pub use rule::{Key, Rule, TimeUnit};
pub use value::{Billing, ChunkSize, LogFormat, UtcOffset};
