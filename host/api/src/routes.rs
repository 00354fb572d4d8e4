//! What is answered, by subject.

pub(crate) mod audit;
pub(crate) mod batch;
pub(crate) mod errors;
pub(crate) mod events;
pub(crate) mod filter;
pub(crate) mod health;
pub(crate) mod hosts;
pub(crate) mod interview_verbs;
pub(crate) mod interviews;
pub(crate) mod jobs;
pub(crate) mod journal;
pub(crate) mod metrics;
pub(crate) mod pipelines;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod request;
pub(crate) mod s3;
pub(crate) mod uploads;
pub(crate) mod webhooks;
