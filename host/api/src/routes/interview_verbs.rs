//! What is done to an interview as a whole.

use axum::body::Body;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rushes_store::{Error, Filter};
use serde_json::json;

use crate::access::Caller;
use crate::body::{Asked, Word};
use crate::paging::{self, Page};
use crate::problem::{Document, Problem};
use crate::receipt::{Deletion, ReceiptBody};
use crate::router::App;
use crate::routes::interviews::{InterviewWithJobs, with_jobs};

/// A page of reports ends with the one that takes it beyond so many bytes.
const MOST_BYTES: usize = 64 << 20;

/// Says that no more jobs will come. When all have ended, that completes the interview.
#[utoipa::path(post, path = "/api/v1/interviews/{id}/seal", tag = "interviews", security(("bearer" = ["jobs:write"])), params(("id" = String, Path, description = "The interview")),
    responses((status = 200, description = "Sealed", body = InterviewWithJobs), (status = 404, description = "No such interview", body = Document)))]
pub(crate) async fn seal(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
) -> Result<Json<InterviewWithJobs>, Problem> {
    let sealed = app.deps.queue.seal(&id).await?;
    app.record(&caller, "interview.seal", &id, None).await;
    Ok(Json(with_jobs(&app, sealed, None).await?))
}

/// Cancels all its jobs that haven't ended.
#[utoipa::path(post, path = "/api/v1/interviews/{id}/cancel", tag = "interviews", security(("bearer" = ["jobs:write"])), params(("id" = String, Path, description = "The interview")),
    responses((status = 202, description = "They will be", body = InterviewWithJobs), (status = 404, description = "No such interview", body = Document)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
) -> Result<(StatusCode, Json<InterviewWithJobs>), Problem> {
    let bulk = app.deps.queue.cancel_all(&jobs_of(&app, &id).await?).await?;
    let detail = json!({ "changed": bulk.changed.len() });
    app.record(&caller, "interview.cancel", &id, Some(detail)).await;
    accepted(&app, id).await
}

/// Tries all its jobs again that ended; the interview opens anew, and its end will be told again.
#[utoipa::path(post, path = "/api/v1/interviews/{id}/retry", tag = "interviews", security(("bearer" = ["jobs:write"])), params(("id" = String, Path, description = "The interview")),
    responses((status = 202, description = "They will be", body = InterviewWithJobs), (status = 404, description = "No such interview", body = Document)))]
pub(crate) async fn retry(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
) -> Result<(StatusCode, Json<InterviewWithJobs>), Problem> {
    let bulk = app.deps.queue.retry_all(&jobs_of(&app, &id).await?).await?;
    let detail = json!({ "changed": bulk.changed.len() });
    app.record(&caller, "interview.retry", &id, Some(detail)).await;
    accepted(&app, id).await
}

async fn jobs_of(app: &App, id: &str) -> Result<Filter, Problem> {
    let found = app.deps.store.find_interview(id).await?;
    found.ok_or_else(|| Error::UnknownInterview(id.to_owned()))?;
    Ok(Filter { interview_id: Some(id.to_owned()), ..Filter::default() })
}

async fn accepted(app: &App, id: String) -> Result<(StatusCode, Json<InterviewWithJobs>), Problem> {
    let found = app.deps.store.find_interview(&id).await?.ok_or(Error::UnknownInterview(id))?;
    Ok((StatusCode::ACCEPTED, Json(with_jobs(app, found, None).await?)))
}

/// Deletes an interview with everything that was derived from it; its recordings only when asked.
#[utoipa::path(delete, path = "/api/v1/interviews/{id}", tag = "interviews", security(("bearer" = ["jobs:write"])),
    params(Deletion, ("id" = String, Path, description = "The interview")),
    responses((status = 200, description = "What went", body = ReceiptBody), (status = 404, description = "No such interview", body = Document)))]
pub(crate) async fn delete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
    Asked(wanted): Asked<Deletion>,
) -> Result<Json<ReceiptBody>, Problem> {
    let receipt = app.deps.queue.delete_interview(&id).await?;
    let mut body = ReceiptBody::from(&receipt);
    if wanted.recordings {
        for place in &receipt.recordings {
            match app.deps.objects.delete(&place.bucket, &place.key).await {
                Ok(()) => body.deleted(place),
                Err(failure) => tracing::warn!(error = %failure, "a recording of a deleted interview is still there"),
            }
        }
    }
    // Its name is forgotten: the audit log has our id of it.
    let subject = receipt.interview.map_or_else(String::new, |ours| ours.to_string());
    app.record(&caller, "interview.delete", subject, Some(json!({ "recordings": wanted.recordings }))).await;
    Ok(Json(body))
}

/// The reports of its jobs, a page at a time.
#[utoipa::path(get, path = "/api/v1/interviews/{id}/reports", tag = "interviews", security(("bearer" = ["results:read"])),
    params(Page, ("id" = String, Path, description = "The interview")),
    responses((status = 200, description = "`reports`: each with its `job` and its `report`; `next`: `cursor` of the next page", content_type = "application/json", body = Object),
              (status = 404, description = "No such interview", body = Document)))]
pub(crate) async fn reports(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
    Asked(page): Asked<Page>,
) -> Result<Response, Problem> {
    let after = paging::cursor(page.cursor.as_deref(), |text| text.parse().ok())?;
    let limit = paging::limit(page.limit)?;
    let mut found = app.deps.store.reports_of(&id, after, 1).await?;
    app.record(&caller, "report.read-all", &id, None).await;
    // Reports are put together as the texts that they are: parsing megabytes to write them again would win nothing. They
    // are read one by one, since each may have 32 MiB.
    let mut text = "{\"reports\":[".to_owned();
    let mut last = None;
    let mut count = 0;
    while let Some(report) = found.pop() {
        let comma = if last.is_some() { "," } else { "" };
        text.push_str(&format!("{comma}{{\"job\":\"{}\",\"report\":{}}}", report.job, report.document));
        last = Some(report.job);
        count += 1;
        if count == limit || text.len() > MOST_BYTES {
            break;
        }
        found = app.deps.store.reports_of(&id, last, 1).await?;
    }
    let may_go_on = count == limit || text.len() > MOST_BYTES;
    let next = last.filter(|_| may_go_on).map_or_else(|| "null".to_owned(), |job| format!("\"{job}\""));
    text.push_str(&format!("],\"next\":{next}}}"));
    Ok(([(header::CONTENT_TYPE, "application/json")], Body::from(text)).into_response())
}
