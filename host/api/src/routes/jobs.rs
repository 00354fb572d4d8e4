//! Jobs: posted, listed, looked at, retried, cancelled.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rushes_model::Code;
use rushes_model::job::Status;
use rushes_store::{Created, Error, Filter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body::{Asked, Body, Named};
use crate::cursor;
use crate::deps::{Deps, Loaded};
use crate::idempotency;
use crate::job::JobBody;
use crate::problem::{Document, Problem};
use crate::router::App;
use crate::routes::request::JobRequest;

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobPage {
    /// Newest first.
    jobs: Vec<JobBody>,
    /// `cursor` of the next page; none at the end.
    next: Option<String>,
}

/// Which jobs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    status: Option<Status>,
    interview_id: Option<String>,
    pipeline: Option<String>,
    limit: Option<u64>,
    cursor: Option<String>,
}

/// Creates a job. It waits until its object exists.
#[utoipa::path(post, path = "/api/v1/jobs", tag = "jobs", security(("bearer" = ["jobs:write"])), request_body = JobRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same request, it creates nothing new for 24 hours")),
    responses((status = 202, description = "Accepted; `Location` is its address", body = JobBody),
              (status = 400, description = "The request can't be understood", body = Document),
              (status = 422, description = "No such pipeline, or the key was used for another request", body = Document)))]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body { value: request, bytes }: Body<JobRequest>,
) -> Result<Response, Problem> {
    let loaded = (app.deps.loaded)();
    let new = request.into_job(&loaded, idempotency::of(&caller, "jobs", &headers, &bytes)?)?;
    check_pipeline(&new.pipeline, &loaded, &app.deps).await?;
    let created = app.deps.queue.submit(new).await?;
    let is_replayed = matches!(created, Created::Replayed(_));
    let job = created.into_job();
    let address = format!("/api/v1/jobs/{}", job.id);
    let answer = (StatusCode::ACCEPTED, [(header::LOCATION, address)], Json(JobBody::from(&job)));
    Ok(idempotency::marked(answer.into_response(), is_replayed))
}

/// Jobs, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", security(("bearer" = ["jobs:read"])),
    params(("status" = Option<String>, Query, description = "\"0\" pending, \"1\" processing, \"2\" failed or cancelled, \"3\" completed"),
           ("interview_id" = Option<String>, Query, description = "Of this interview"),
           ("pipeline" = Option<String>, Query, description = "Of this pipeline"),
           ("limit" = Option<u64>, Query, description = "How many, 1 to 200; 50 without it"),
           ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "A page", body = JobPage),
              (status = 400, description = "A parameter can't be understood", body = Document)))]
pub(crate) async fn list(State(app): State<App>, Asked(wanted): Asked<Wanted>) -> Result<Json<JobPage>, Problem> {
    let after = match &wanted.cursor {
        Some(text) => Some(cursor::read(text).ok_or_else(|| Problem::bad_request("`cursor` is none of ours"))?),
        None => None,
    };
    let limit = wanted.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::bad_request("`limit` must be 1 to 200"));
    }
    let filter = Filter {
        status: wanted.status,
        interview_id: wanted.interview_id,
        pipeline: wanted.pipeline,
        ..Filter::default()
    };
    let page = app.deps.store.list(&filter, after, limit).await?;
    Ok(Json(JobPage { jobs: page.jobs.iter().map(JobBody::from).collect(), next: page.next.map(cursor::written) }))
}

/// A job as it stands.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", security(("bearer" = ["jobs:read"])), params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The job", body = JobBody), (status = 404, description = "No such job", body = Document)))]
pub(crate) async fn get(State(app): State<App>, Named(id): Named) -> Result<Json<JobBody>, Problem> {
    let job = app.deps.store.find_job(id).await?.ok_or(Error::UnknownJob(id))?;
    Ok(Json(JobBody::from(&job)))
}

/// Tries a job now: again if it ended, sooner if it waits. Segments that were finished aren't done again.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "jobs", security(("bearer" = ["jobs:write"])), params(("id" = String, Path, description = "The job")),
    responses((status = 202, description = "It will be", body = JobBody), (status = 404, description = "No such job", body = Document),
              (status = 409, description = "It is ready or at work already", body = Document)))]
pub(crate) async fn retry(State(app): State<App>, Named(id): Named) -> Result<(StatusCode, Json<JobBody>), Problem> {
    let job = app.deps.queue.retry(id).await?;
    Ok((StatusCode::ACCEPTED, Json(JobBody::from(&job))))
}

/// Cancels a job. One that is at work stops within moments.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "jobs", security(("bearer" = ["jobs:write"])), params(("id" = String, Path, description = "The job")),
    responses((status = 202, description = "It will be", body = JobBody), (status = 404, description = "No such job", body = Document),
              (status = 409, description = "It ended already", body = Document)))]
pub(crate) async fn cancel(State(app): State<App>, Named(id): Named) -> Result<(StatusCode, Json<JobBody>), Problem> {
    let job = app.deps.queue.cancel(id).await?;
    Ok((StatusCode::ACCEPTED, Json(JobBody::from(&job))))
}

/// A pipeline is known if this host or another live one has it.
async fn check_pipeline(name: &str, loaded: &Loaded, deps: &Deps) -> Result<(), Problem> {
    if loaded.pipelines.contains_key(name) {
        return Ok(());
    }
    let hosts = deps.store.live_hosts(deps.times.hosts_live_for).await?;
    if hosts.iter().any(|host| host.figures.pipelines.iter().any(|known| known == name)) {
        return Ok(());
    }
    let known: Vec<&str> = loaded.pipelines.keys().map(String::as_str).collect();
    let problem =
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::PipelineUnknown, format!("no pipeline `{name}`"));
    Err(problem.with_help(format!("known are: {}", known.join(", "))))
}
