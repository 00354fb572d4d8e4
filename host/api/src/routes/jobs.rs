//! Jobs: posted, listed, looked at, retried, cancelled, deleted.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rushes_store::{Created, Error};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body::{Asked, Body, Named};
use crate::idempotency;
use crate::job::JobBody;
use crate::problem::{Document, Problem};
use crate::receipt::ReceiptBody;
use crate::router::App;
use crate::routes::filter::Listed;
use crate::routes::request::{JobRequest, check_pipeline};
use crate::{cursor, paging};

/// A page of jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct JobPage {
    /// Newest first.
    pub(super) jobs: Vec<JobBody>,
    /// `cursor` of the next page; none at the end.
    pub(super) next: Option<String>,
}

/// Creates a job. It waits until its object exists.
#[utoipa::path(post, path = "/api/v1/jobs", tag = "jobs", security(("bearer" = ["jobs:write"])), request_body = JobRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same request, it creates nothing new for 24 hours")),
    responses((status = 202, description = "Accepted; `Location` is its address. `Idempotency-Replayed: true` where the request came before", body = JobBody),
              (status = 409, description = "The same request is being answered at this moment", body = Document),
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
    if !is_replayed {
        app.record(&caller, "job.create", job.id, None).await;
    }
    let address = format!("/api/v1/jobs/{}", job.id);
    let answer = (StatusCode::ACCEPTED, [(header::LOCATION, address)], Json(JobBody::from(&job)));
    Ok(idempotency::marked(answer.into_response(), is_replayed))
}

/// Jobs, newest first.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "jobs", security(("bearer" = ["jobs:read"])), params(Listed),
    responses((status = 200, description = "A page", body = JobPage)))]
pub(crate) async fn list(State(app): State<App>, Asked(asked): Asked<Listed>) -> Result<Json<JobPage>, Problem> {
    let after = paging::cursor(asked.cursor.as_deref(), cursor::read)?;
    let limit = paging::limit(asked.limit)?;
    let page = app.deps.store.list(&asked.filter(&app.deps.times)?, after, limit).await?;
    Ok(Json(JobPage { jobs: page.jobs.iter().map(JobBody::from).collect(), next: page.next.map(cursor::written) }))
}

/// A job as it stands. With `If-None-Match` only if it changed.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "jobs", security(("bearer" = ["jobs:read"])),
    params(("id" = String, Path, description = "The job"), ("If-None-Match" = Option<String>, Header, description = "`ETag` of the last answer")),
    responses((status = 200, description = "The job; `ETag` is this standing's", body = JobBody), (status = 304, description = "It stands as it stood"),
              (status = 404, description = "No such job", body = Document)))]
pub(crate) async fn get(State(app): State<App>, headers: HeaderMap, Named(id): Named) -> Result<Response, Problem> {
    let job = app.deps.store.find_job(id).await?.ok_or(Error::UnknownJob(id))?;
    // A ready job waits for a host: what keeps all of them from it is theirs to say.
    let why = app.deps.store.why(&job, app.deps.times.hosts_live_for).await?;
    let body = serde_json::to_vec(&JobBody::from(&job).because(why)).unwrap_or_default();
    let etag = format!("\"{:.32}\"", idempotency::hash(&body));
    let known = headers.get(header::IF_NONE_MATCH).and_then(|known| known.to_str().ok()).unwrap_or_default();
    let is_known = known.split(',').any(|one| one.trim().trim_start_matches("W/") == etag || one.trim() == "*");
    if is_known {
        return Ok((StatusCode::NOT_MODIFIED, [(header::ETAG, etag)]).into_response());
    }
    let kind = "application/json".to_owned();
    Ok(([(header::ETAG, etag), (header::CONTENT_TYPE, kind)], body).into_response())
}

/// Tries a job now: again if it ended, sooner if it waits. Segments that were finished aren't done again.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/retry", tag = "jobs", security(("bearer" = ["jobs:write"])), params(("id" = String, Path, description = "The job")),
    responses((status = 202, description = "It will be", body = JobBody), (status = 404, description = "No such job", body = Document),
              (status = 409, description = "It is ready or at work already", body = Document)))]
pub(crate) async fn retry(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Named(id): Named,
) -> Result<(StatusCode, Json<JobBody>), Problem> {
    let job = app.deps.queue.retry(id).await?;
    app.record(&caller, "job.retry", id, None).await;
    Ok((StatusCode::ACCEPTED, Json(JobBody::from(&job))))
}

/// Cancels a job. One that is at work stops within moments.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "jobs", security(("bearer" = ["jobs:write"])), params(("id" = String, Path, description = "The job")),
    responses((status = 202, description = "It will be", body = JobBody), (status = 404, description = "No such job", body = Document),
              (status = 409, description = "It ended already", body = Document)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Named(id): Named,
) -> Result<(StatusCode, Json<JobBody>), Problem> {
    let job = app.deps.queue.cancel(id).await?;
    app.record(&caller, "job.cancel", id, None).await;
    Ok((StatusCode::ACCEPTED, Json(JobBody::from(&job))))
}

/// Deletes a job that ended, with all that was derived from it; never the recording.
#[utoipa::path(delete, path = "/api/v1/jobs/{id}", tag = "jobs", security(("bearer" = ["jobs:write"])), params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "What went", body = ReceiptBody), (status = 404, description = "No such job", body = Document),
              (status = 409, description = "It hasn't ended: cancel it first", body = Document)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Named(id): Named,
) -> Result<Json<ReceiptBody>, Problem> {
    let receipt = app.deps.queue.delete_job(id).await?;
    app.record(&caller, "job.delete", id, None).await;
    Ok(Json(ReceiptBody::from(&receipt)))
}
