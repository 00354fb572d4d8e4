//! Reports.

use axum::Extension;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rushes_model::Code;
use rushes_store::Error;

use crate::access::Caller;
use crate::body::Named;
use crate::problem::{Document, Problem};
use crate::router::App;

/// A job's report, as it was stored.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/report", tag = "jobs", security(("bearer" = ["results:read"])),
    params(("id" = String, Path, description = "The job")),
    responses((status = 200, description = "The report; its schema's version is in it", content_type = "application/json", body = Object),
              (status = 404, description = "No such job, or no report yet", body = Document)))]
pub(crate) async fn get(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Named(id): Named,
) -> Result<Response, Problem> {
    if let Some(report) = app.deps.store.find_report(id).await? {
        app.record(&caller, "report.read", id, None).await;
        return Ok(([(header::CONTENT_TYPE, "application/json")], report).into_response());
    }
    let job = app.deps.store.find_job(id).await?.ok_or(Error::UnknownJob(id))?;
    let detail = format!("job {id} has no report: it is {}, {}", job.state, job.why());
    Err(Problem::new(StatusCode::NOT_FOUND, Code::JobNoReport, detail))
}
