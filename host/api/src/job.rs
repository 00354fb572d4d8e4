//! A job as callers see it.

use rushes_model::{Failure, Identity};
use rushes_store as store;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::moment;

/// A job as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobBody {
    /// A UUID.
    id: String,
    /// "0" pending, "1" processing, "2" failed or cancelled, "3" completed.
    #[schema(example = "1")]
    status: &'static str,
    /// "0" the file isn't there yet, "1" it is.
    data_process: String,
    /// waiting_for_file, ready, retry_wait, processing, completed, failed, cancelled.
    #[schema(example = "processing")]
    state: &'static str,
    /// Why it isn't further, or how it ended, in a sentence.
    why: String,
    /// 0 to 1.
    progress: f64,
    /// The pipeline's name.
    pipeline: String,
    /// Where its object is.
    bucket: String,
    /// Where its object is.
    key: String,
    /// What was found there.
    object: Option<ObjectBody>,
    /// The caller's own name of the interview.
    interview_id: Option<String>,
    /// The interview's type.
    interview_type: Option<String>,
    /// As given.
    metadata: Option<Value>,
    /// Which hosts may take it.
    queue: String,
    /// 0 (high) to 9.
    priority: u8,
    /// Attempts charged, the running one among them.
    attempt: u32,
    /// Retries by hand.
    generation: u32,
    /// The host at work on it.
    host: Option<String>,
    /// Why the last attempt failed.
    failure: Option<FailureBody>,
    created_at: Option<String>,
    started_at: Option<String>,
    finished_at: Option<String>,
    /// When it may run again, while it waits for that.
    retry_at: Option<String>,
    /// Where its report is, once there is one.
    report: Option<String>,
}

/// The object of a job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ObjectBody {
    /// Bytes.
    size: u64,
    etag: Option<String>,
    version: Option<String>,
}

/// Why an attempt failed.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct FailureBody {
    /// Has a page.
    #[schema(example = "media.truncated")]
    code: String,
    /// Address of that page.
    #[serde(rename = "type")]
    page: String,
    /// error, timeout, poison, cancelled, file_timeout, unsupported, limit; once the job failed for good.
    kind: Option<String>,
    /// The error and its causes in a line.
    message: String,
    /// The same, outermost first.
    chain: Vec<String>,
    /// What to do.
    help: Option<String>,
    /// Whether trying again can help.
    transient: bool,
}

impl From<&store::Job> for JobBody {
    fn from(job: &store::Job) -> Self {
        let kind = job.failure_kind.and_then(|kind| as_word(&kind));
        let waits = job.state == rushes_model::job::State::RetryWait;
        let completed = job.state == rushes_model::job::State::Completed;
        Self {
            id: job.id.to_string(),
            status: job.status.as_str(),
            data_process: as_word(&job.data_process).unwrap_or_default(),
            state: job.state.as_str(),
            why: job.why(),
            progress: job.progress,
            pipeline: job.pipeline.clone(),
            bucket: job.bucket.clone(),
            key: job.key.clone(),
            object: job.identity.as_ref().map(ObjectBody::from),
            interview_id: job.interview_id.clone(),
            interview_type: job.interview_type.clone(),
            metadata: job.metadata.clone(),
            queue: job.queue.clone(),
            priority: job.priority,
            attempt: job.attempt,
            generation: job.generation,
            host: job.host.map(|host| host.to_string()),
            failure: job.failure.as_ref().map(|failure| FailureBody::of(failure, kind)),
            created_at: moment::written(job.created_at_ms),
            started_at: job.started_at_ms.and_then(moment::written),
            finished_at: job.finished_at_ms.and_then(moment::written),
            retry_at: waits.then(|| moment::written(job.run_at_ms)).flatten(),
            report: completed.then(|| format!("/api/v1/jobs/{}/report", job.id)),
        }
    }
}

impl JobBody {
    /// With a better reason than the job itself knows.
    pub(crate) fn because(mut self, why: String) -> Self {
        self.why = why;
        self
    }
}

impl From<&Identity> for ObjectBody {
    fn from(identity: &Identity) -> Self {
        Self {
            size: identity.size,
            etag: identity.etag.as_ref().map(ToString::to_string),
            version: identity.version.clone(),
        }
    }
}

impl FailureBody {
    pub(crate) fn of(failure: &Failure, kind: Option<String>) -> Self {
        Self {
            code: failure.code.to_string(),
            page: format!("/errors/{}", failure.code),
            kind,
            message: failure.to_string(),
            chain: failure.chain.clone(),
            help: failure.help.clone(),
            transient: failure.is_transient(),
        }
    }
}

/// A unit variant's name on the wire.
fn as_word(value: &impl Serialize) -> Option<String> {
    match serde_json::to_value(value) {
        Ok(Value::String(word)) => Some(word),
        _ => None,
    }
}
