//! The database: jobs, interviews, what was found, and what is to be told; each change of a job's state is one function.
//!
//! Begin with [`Store::open`]. [`Read`] answers questions (for the API), [`Write`] changes the world (for the queue and
//! for runs), and [`Heart`] renews leases on a connection of its own, so that a busy writer can't cost a lease.
//!
//! ```text
//!            create                mark_ready              claim                    complete
//!   caller ─────────► waiting ────────────────► ready ──────────────► processing ───────────► completed + event
//!                        ▲                        ▲                    │  │  renew
//!                        └─────── fail (gone) ────┴── hand_back, fail ─┘  └── rescue_expired, cancel, retry …
//! ```
//! Whoever holds a [`Claim`] may write for its job, and nobody else: every statement names the lease in its WHERE clause
//! and answers [`Effect::Lost`] where it is no longer the job's. Which change is allowed is told by
//! [`rushes_model::job::next`]; a test walks every state and event through both.
//!
//! Times are milliseconds since 1970 by the database's clock: hosts' clocks may be wrong. On SQLite all writers of a
//! process share one connection (many would starve each other) and every transaction begins as IMMEDIATE. On PostgreSQL
//! hosts tell each other of new work by [`Write::hint`]; a hint may be lost, so everybody also looks from time to time.
//!
//! It must not know HTTP, S3 or wasm, nor decide when something is done: that is the queue's.

mod audit;
mod begin;
mod bell;
mod bulk;
mod cancel;
mod claim;
mod counts;
mod create;
mod database;
mod delete;
mod deliveries;
mod dialect;
mod effect;
mod ending;
mod endpoints;
mod entity;
mod error;
mod examine;
mod expiry;
mod heart;
mod hints;
mod hosts;
mod interview_list;
mod interviews;
mod job;
mod journal;
mod listing;
mod migration;
mod outbox;
mod partials;
mod pauses;
mod plain;
mod readiness;
mod reports;
mod retention;
mod retry;
mod stats;
mod tally;
mod tokens;
mod transaction;
mod turns;
mod waiting;

pub use audit::{AuditLine, AuditPage, Audited};
pub use begin::{Begun, NewInterviewWithJobs};
pub use bell::Bell;
pub use bulk::Bulk;
pub use claim::{Claim, ClaimRequest, Loaded};
pub use counts::Counts;
pub use create::{Created, Idempotency, NewInterview, NewJob};
pub use database::{Read, Store, Write};
pub use delete::{Place, Receipt};
pub use deliveries::{
    Delivery, DeliveryClaim, DeliveryFilter, DeliveryPage, DeliveryRequest, DeliveryState, Due as DueDeliveries,
    OutboxFigures, Told, Try, Wanting,
};
pub use effect::Effect;
pub use ending::RetryPolicy;
pub use endpoints::{Known, Receiver, SEEN_EVERY};
pub use error::Error;
pub use examine::Examined;
pub use expiry::Rescue;
pub use heart::{Heart, Renewed};
pub use hints::Listener;
pub use hosts::{Host, HostFigures, NewHost, Wish};
pub use interview_list::{InterviewCursor, InterviewPage, StoredReport};
pub use interviews::{Interview, InterviewState};
pub use job::{Attempt, Job};
pub use journal::{Entry, JobEvent, Journaled};
pub use listing::{Cursor, Filter, Page};
pub use outbox::{Announced, Endpoint};
pub use readiness::Due;
pub use retention::{Pruned, Retention};
pub use stats::Stats;
pub use tokens::{NewToken, Secret, Token};

/// What every function here returns.
pub type Result<T> = std::result::Result<T, Error>;
