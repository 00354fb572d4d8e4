//! What happened to a job: its attempts, and what its runs said.

use axum::Json;
use axum::extract::State;
use rushes_model::JobId;
use rushes_store::{Attempt, Error, JobEvent};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::body::{Asked, Named};
use crate::job::FailureBody;
use crate::moment;
use crate::paging::{self, Page};
use crate::problem::{Document, Problem};
use crate::router::App;

/// A job's attempts.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Attempts {
    /// Oldest first.
    attempts: Vec<AttemptBody>,
}

/// One try at a job, under one lease.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AttemptBody {
    /// Its number; one that wasn't charged shares it with the next.
    attempt: u32,
    /// The host.
    host: String,
    started_at: Option<String>,
    finished_at: Option<String>,
    /// completed, retry_later, failed, file_gone, handed_back, cancelled, lease_expired; none while it is at work.
    outcome: Option<String>,
    /// Why.
    failure: Option<FailureBody>,
}

impl From<&Attempt> for AttemptBody {
    fn from(attempt: &Attempt) -> Self {
        Self {
            attempt: attempt.attempt,
            host: attempt.host.to_string(),
            started_at: moment::written(attempt.started_at_ms),
            finished_at: attempt.finished_at_ms.and_then(moment::written),
            outcome: attempt.outcome.map(str::to_owned),
            failure: attempt.failure.as_ref().map(|failure| FailureBody::of(failure, None)),
        }
    }
}

/// A page of a job's log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Log {
    /// Oldest first.
    lines: Vec<Line>,
    /// `cursor` of the next page; none at the end, for now.
    next: Option<String>,
}

/// A line of a job's log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Line {
    /// Rising.
    seq: i64,
    at: Option<String>,
    /// log, damage, …
    kind: String,
    /// For `log`: analyzer, level, message.
    detail: Value,
}

impl From<JobEvent> for Line {
    fn from(event: JobEvent) -> Self {
        Self { seq: event.seq, at: moment::written(event.at_ms), kind: event.kind, detail: event.detail }
    }
}

/// A job's attempts.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/attempts", tag = "jobs", security(("bearer" = ["jobs:read"])), params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The attempts", body = Attempts), (status = 404, description = "No such job", body = Document)))]
pub(crate) async fn attempts(State(app): State<App>, Named(id): Named) -> Result<Json<Attempts>, Problem> {
    check_job(&app, id).await?;
    let attempts = app.deps.store.attempts(id).await?;
    Ok(Json(Attempts { attempts: attempts.iter().map(AttemptBody::from).collect() }))
}

/// A job's log: what its analyzers said, and what the host met in the recording.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/log", tag = "jobs", security(("bearer" = ["jobs:read"])), params(Page, ("id" = String, Path, description = "The job")),
    responses((status = 200, description = "A page", body = Log), (status = 404, description = "No such job", body = Document)))]
pub(crate) async fn log(
    State(app): State<App>,
    Named(id): Named,
    Asked(page): Asked<Page>,
) -> Result<Json<Log>, Problem> {
    let after = paging::cursor(page.cursor.as_deref(), |text| text.parse().ok())?.unwrap_or(0);
    let limit = paging::limit(page.limit)?;
    check_job(&app, id).await?;
    let events = app.deps.store.events_after(id, after, limit).await?;
    let is_full = events.len() as u64 == limit;
    let next = events.last().filter(|_| is_full).map(|last| last.seq.to_string());
    let lines = events.into_iter().filter(|event| event.kind != "progress").map(Line::from).collect();
    Ok(Json(Log { lines, next }))
}

async fn check_job(app: &App, id: JobId) -> Result<(), Problem> {
    app.deps.store.find_job(id).await?.map(drop).ok_or_else(|| Error::UnknownJob(id).into())
}
