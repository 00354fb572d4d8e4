//! The same for many jobs.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rushes_store::{Bulk, Created, Idempotency};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body::Body;
use crate::idempotency;
use crate::job::JobBody;
use crate::problem::{Document, Problem};
use crate::router::App;
use crate::routes::filter::Which;
use crate::routes::request::{JobRequest, check_pipeline};

/// Jobs of one request.
const MOST_JOBS: usize = 500;

/// Jobs to be created, all or none.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BatchRequest {
    /// 1 to 500.
    #[schema(min_items = 1, max_items = 500)]
    jobs: Vec<JobRequest>,
}

/// Jobs that were created.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BatchBody {
    /// In the order of the request.
    jobs: Vec<JobBody>,
}

/// Which jobs are meant.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct BulkRequest {
    /// Which jobs. `{}` means all of them.
    filter: Which,
}

/// How many it was.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct BulkBody {
    /// Jobs that changed.
    changed: usize,
    /// Jobs that matched, and whose state doesn't allow it.
    refused: u64,
}

/// Creates up to 500 jobs in one transaction: all of them or none.
#[utoipa::path(post, path = "/api/v1/jobs/batch", tag = "jobs", security(("bearer" = ["jobs:write"])), request_body = BatchRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same request, it creates nothing new for 24 hours")),
    responses((status = 202, description = "Accepted", body = BatchBody),
              (status = 422, description = "A job can't be created, or the key was used for another request: none was", body = Document)))]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body { value: request, bytes }: Body<BatchRequest>,
) -> Result<Response, Problem> {
    if !(1..=MOST_JOBS).contains(&request.jobs.len()) {
        return Err(Problem::wrong("/jobs", format!("a batch has 1 to {MOST_JOBS} jobs")));
    }
    let once = idempotency::of(&caller, "batch", &headers, &bytes)?;
    let loaded = (app.deps.loaded)();
    let mut new = Vec::with_capacity(request.jobs.len());
    for (index, one) in request.jobs.into_iter().enumerate() {
        let at = format!("/jobs/{index}");
        let job =
            one.into_job(&loaded, once.as_ref().map(|once| nth(once, index))).map_err(|wrong| wrong.under(&at))?;
        check_pipeline(&job.pipeline, &loaded, &app.deps).await.map_err(|wrong| wrong.under(&at))?;
        new.push(job);
    }
    let created = app.deps.queue.submit_all(new).await?;
    let is_replayed = created.iter().all(|one| matches!(one, Created::Replayed(_)));
    let jobs: Vec<_> = created.into_iter().map(Created::into_job).collect();
    if !is_replayed {
        app.record(&caller, "job.create-batch", jobs.len(), None).await;
    }
    let answer = (StatusCode::ACCEPTED, Json(BatchBody { jobs: jobs.iter().map(JobBody::from).collect() }));
    Ok(idempotency::marked(answer.into_response(), is_replayed))
}

/// One key stands for the whole batch: each of its jobs is known by it and its place.
fn nth(once: &Idempotency, index: usize) -> Idempotency {
    Idempotency { key: format!("{}/{index}", once.key), ..once.clone() }
}

/// Tries all jobs now that match.
#[utoipa::path(post, path = "/api/v1/jobs/retry", tag = "jobs", security(("bearer" = ["jobs:write"])), request_body = BulkRequest,
    responses((status = 202, description = "They will be", body = BulkBody)))]
pub(crate) async fn retry(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Body { value: request, .. }: Body<BulkRequest>,
) -> Result<(StatusCode, Json<BulkBody>), Problem> {
    let bulk = app.deps.queue.retry_all(&request.filter.filter(&app.deps.times)?).await?;
    Ok(answer(&app, &caller, "job.retry-all", &bulk).await)
}

/// Cancels all jobs that match.
#[utoipa::path(post, path = "/api/v1/jobs/cancel", tag = "jobs", security(("bearer" = ["jobs:write"])), request_body = BulkRequest,
    responses((status = 202, description = "They will be", body = BulkBody)))]
pub(crate) async fn cancel(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Body { value: request, .. }: Body<BulkRequest>,
) -> Result<(StatusCode, Json<BulkBody>), Problem> {
    let bulk = app.deps.queue.cancel_all(&request.filter.filter(&app.deps.times)?).await?;
    Ok(answer(&app, &caller, "job.cancel-all", &bulk).await)
}

async fn answer(app: &App, caller: &Caller, verb: &str, bulk: &Bulk) -> (StatusCode, Json<BulkBody>) {
    let changed = bulk.changed.len();
    app.record(caller, verb, changed, Some(json!({ "refused": bulk.refused }))).await;
    (StatusCode::ACCEPTED, Json(BulkBody { changed, refused: bulk.refused }))
}
