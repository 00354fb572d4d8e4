//! What is answered, by subject.

pub(crate) mod errors;
pub(crate) mod health;
pub(crate) mod jobs;
pub(crate) mod metrics;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod request;
