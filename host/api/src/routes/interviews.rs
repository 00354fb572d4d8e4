//! Interviews: begun with their jobs, listed, looked at.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rushes_store::{Error, Filter, Interview, InterviewCursor, NewInterview, NewInterviewWithJobs};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body::{Asked, Body, Word};
use crate::job::JobBody;
use crate::paging::{self, Page};
use crate::problem::{Document, Problem};
use crate::router::App;
use crate::routes::request::{JobRequest, check_length, check_pipeline};
use crate::{cursor, idempotency, moment};

/// Jobs of one request.
const MOST_JOBS: usize = 500;
/// Longest name.
const MOST_NAME: usize = 255;

/// An interview to be begun.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct InterviewRequest {
    /// The caller's own name for it.
    #[schema(example = "42", min_length = 1, max_length = 255)]
    id: String,
    /// Of which type it is.
    #[schema(example = "video", min_length = 1, max_length = 255)]
    interview_type: Option<String>,
    /// How many jobs it will have: with the last of them it is sealed.
    #[schema(minimum = 1)]
    expected_jobs: Option<u32>,
    /// Jobs that are known already, at most 500. They belong to this interview, whatever they say.
    #[serde(default)]
    #[schema(max_items = 500)]
    jobs: Vec<JobRequest>,
    /// No more jobs will come.
    #[serde(default)]
    sealed: bool,
}

/// An interview as it stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterviewBody {
    /// The caller's own name for it.
    id: String,
    interview_type: Option<String>,
    /// open, processing, completed, failed.
    #[schema(example = "processing")]
    state: String,
    /// No more jobs are expected.
    sealed: bool,
    expected_jobs: Option<u32>,
    total_jobs: u32,
    /// That haven't ended.
    open_jobs: u32,
    /// That failed or were cancelled.
    failed_jobs: u32,
    /// How often it opened again.
    generation: u32,
    created_at: Option<String>,
    completed_at: Option<String>,
    /// Where its reports are.
    reports: String,
}

impl From<&Interview> for InterviewBody {
    fn from(one: &Interview) -> Self {
        Self {
            id: one.external_id.clone(),
            interview_type: one.interview_type.clone(),
            state: one.state.as_str().to_owned(),
            sealed: one.sealed,
            expected_jobs: one.expected_jobs,
            total_jobs: one.total_jobs,
            open_jobs: one.open_jobs,
            failed_jobs: one.failed_jobs,
            generation: one.generation,
            created_at: moment::written(one.created_at_ms),
            completed_at: one.completed_at_ms.and_then(moment::written),
            reports: format!("{}/reports", address(&one.external_id)),
        }
    }
}

/// An interview with its jobs.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterviewWithJobs {
    #[serde(flatten)]
    interview: InterviewBody,
    /// Newest first; each names its report once there is one.
    jobs: Vec<JobBody>,
    /// `cursor` of the next page of jobs; none at the end.
    next: Option<String>,
}

/// A page of interviews.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct InterviewPage {
    /// Newest first.
    interviews: Vec<InterviewBody>,
    /// `cursor` of the next page; none at the end.
    next: Option<String>,
}

/// Begins an interview, with its jobs and sealed if you like, in one transaction.
#[utoipa::path(post, path = "/api/v1/interviews", tag = "interviews", security(("bearer" = ["jobs:write"])), request_body = InterviewRequest,
    params(("Idempotency-Key" = Option<String>, Header, description = "Sent again with the same request, it creates nothing new for 24 hours")),
    responses((status = 201, description = "Begun; `Location` is its address", body = InterviewWithJobs),
              (status = 409, description = "There is one of that name", body = Document)))]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    headers: HeaderMap,
    Body { value: request, bytes }: Body<InterviewRequest>,
) -> Result<Response, Problem> {
    let once = idempotency::of(&caller, "interviews", &headers, &bytes)?;
    let new = NewInterviewWithJobs { idempotency: once, ..wanted(&app, request).await? };
    let begun = app.deps.queue.begin_interview(&new).await?;
    let name = begun.interview.external_id.clone();
    if !begun.is_replayed {
        app.record(&caller, "interview.create", &name, None).await;
    }
    let answer = (
        StatusCode::CREATED,
        [(header::LOCATION, address(&name))],
        Json(with_jobs(&app, begun.interview, None).await?),
    );
    Ok(idempotency::marked(answer.into_response(), begun.is_replayed))
}

async fn wanted(app: &App, request: InterviewRequest) -> Result<NewInterviewWithJobs, Problem> {
    check_length("id", &request.id, MOST_NAME)?;
    request.interview_type.as_ref().map_or(Ok(()), |name| check_length("interview_type", name, MOST_NAME))?;
    if request.expected_jobs == Some(0) {
        return Err(Problem::wrong("/expected_jobs", "`expected_jobs` must be at least 1"));
    }
    if request.jobs.len() > MOST_JOBS {
        return Err(Problem::wrong("/jobs", format!("at most {MOST_JOBS} jobs a request")));
    }
    let loaded = (app.deps.loaded)();
    let mut jobs = Vec::with_capacity(request.jobs.len());
    for (index, one) in request.jobs.into_iter().enumerate() {
        let at = format!("/jobs/{index}");
        let one = one.of_type(request.interview_type.as_deref());
        let job = one.into_job(&loaded, None).map_err(|wrong| wrong.under(&at))?;
        check_pipeline(&job.pipeline, &loaded, &app.deps).await.map_err(|wrong| wrong.under(&at))?;
        jobs.push(job);
    }
    let InterviewRequest { id, interview_type, expected_jobs, sealed, .. } = request;
    let interview = NewInterview { id, interview_type, expected_jobs };
    Ok(NewInterviewWithJobs { interview, jobs, sealed, idempotency: None })
}

/// Interviews, newest first.
#[utoipa::path(get, path = "/api/v1/interviews", tag = "interviews", security(("bearer" = ["jobs:read"])), params(Page),
    responses((status = 200, description = "A page", body = InterviewPage)))]
pub(crate) async fn list(State(app): State<App>, Asked(page): Asked<Page>) -> Result<Json<InterviewPage>, Problem> {
    let read = |text: &str| {
        let (created_at, id) = text.split_once('.')?;
        Some(InterviewCursor { created_at_ms: created_at.parse().ok()?, id: id.parse().ok()? })
    };
    let after = paging::cursor(page.cursor.as_deref(), read)?;
    let found = app.deps.store.interviews(after, paging::limit(page.limit)?).await?;
    let next = found.next.map(|cursor| format!("{}.{}", cursor.created_at_ms, cursor.id));
    Ok(Json(InterviewPage { interviews: found.interviews.iter().map(InterviewBody::from).collect(), next }))
}

/// An interview with a page of its jobs.
#[utoipa::path(get, path = "/api/v1/interviews/{id}", tag = "interviews", security(("bearer" = ["jobs:read"])),
    params(Page, ("id" = String, Path, description = "The interview")),
    responses((status = 200, description = "The interview", body = InterviewWithJobs), (status = 404, description = "No such interview", body = Document)))]
pub(crate) async fn get(
    State(app): State<App>,
    Word(id): Word,
    Asked(page): Asked<Page>,
) -> Result<Json<InterviewWithJobs>, Problem> {
    let found = app.deps.store.find_interview(&id).await?;
    let found = found.ok_or(Error::UnknownInterview(id))?;
    Ok(Json(with_jobs(&app, found, Some(page)).await?))
}

/// With a page of its jobs; the first without a wish.
pub(super) async fn with_jobs(app: &App, one: Interview, page: Option<Page>) -> Result<InterviewWithJobs, Problem> {
    let (limit, after) = match &page {
        Some(page) => (paging::limit(page.limit)?, paging::cursor(page.cursor.as_deref(), cursor::read)?),
        None => (paging::limit(None)?, None),
    };
    let filter = Filter { interview_id: Some(one.external_id.clone()), ..Filter::default() };
    let found = app.deps.store.list(&filter, after, limit).await?;
    Ok(InterviewWithJobs {
        interview: InterviewBody::from(&one),
        jobs: found.jobs.iter().map(JobBody::from).collect(),
        next: found.next.map(cursor::written),
    })
}

/// Where an interview is. Its name is the caller's, so every byte that means something in a path is written as `%xx`.
pub(super) fn address(id: &str) -> String {
    let mut path = "/api/v1/interviews/".to_owned();
    for byte in id.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => path.push(char::from(byte)),
            other => path.push_str(&format!("%{other:02X}")),
        }
    }
    path
}
