//! Settings and `pipelines.toml`: read once at start, checked as a whole, passed down as values.
//!
//! Nobody else reads the environment, and nobody else knows TOML. All errors come at once: a setting's with its name,
//! value and what is allowed; a file's with line, column, key and a suggestion. What leaves this room can't be wrong any
//! more: [`Settings`] and [`Pipelines`] have no other constructors.
//!
//! ```text
//! environment ─┐
//!              ├─► Settings::load ─► Settings
//! [host] ──────┘
//! Document::parse ─► check(&dyn Analyzers) ─► Pipelines { Arc<Pipeline>, Route, Webhook }
//! ```
//!
//! Begin with [`Document`]. The door [`Analyzers`] is how this room learns what a component says of itself, without
//! knowing what a component is. It must not know any other room: no database, no S3, no wasm.

mod document;
mod duration;
mod error;
pub mod pipelines;
mod problem;
pub mod settings;
mod suggest;
mod table;

pub use document::{Document, HostTable};
pub use error::Error;
pub use pipelines::{Analyzers, Pipelines};
pub use problem::{Problem, Problems, Severity};
pub use settings::Settings;
