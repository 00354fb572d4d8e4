//! The HTTP interface: jobs are posted, looked at, retried and cancelled here; reports are read; figures and health are told.
//!
//! It asks the database through [`rushes_store::Read`] and changes jobs through [`rushes_queue::Handle`] alone, so that
//! it needs to know neither SQL nor what a component is. Errors are RFC 9457 problem documents whose `type` is the page
//! of the error's code.
//!
//! ```text
//! request ─► trace (id, log) ─► guard (origin) ─► access (token, rate, scope) ─► route ─┬─► queue::Handle   submit, retry, cancel …
//!                                                                                       ├─► store::Read     jobs, reports, counts
//!                                                                                       └─► Deps::loaded    which pipelines and routes there are
//! ```
//! Begin with [`router`] and [`Deps`].

mod access;
mod body;
mod cursor;
mod delivery;
mod deps;
mod figures;
mod guard;
mod idempotency;
mod job;
mod moment;
mod objects;
mod openapi;
mod page;
mod paging;
mod problem;
mod receipt;
mod record;
mod router;
mod routes;
mod serve;
mod stats;
mod trace;

pub use access::Access;
pub use axum::Router;
pub use deps::{Deps, Health, HealthState, Loaded, LoadedAnalyzer, Times};
pub use objects::Objects;
pub use openapi::document;
pub use router::{probes, router};
pub use serve::serve;
