//! The tables as rows. One file a table; the columns are explained in `migration`, which made them.
#![expect(unreachable_pub, reason = "sea-orm's derives need `pub` items; the module is private")]

pub(crate) mod api_token;
pub(crate) mod attempt;
pub(crate) mod audit;
pub(crate) mod delivery;
pub(crate) mod event;
pub(crate) mod host;
pub(crate) mod idempotency_key;
pub(crate) mod interview;
pub(crate) mod job;
pub(crate) mod job_event;
pub(crate) mod partial;
pub(crate) mod partial_use;
pub(crate) mod paused_pipeline;
pub(crate) mod report;
pub(crate) mod tally;
pub(crate) mod webhook_endpoint;
