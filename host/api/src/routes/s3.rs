//! Events of storage: an object arrived.
//!
//! Jobs that wait for it look at once; where none does and a route fits, one is created. The same event may come often:
//! an object's version makes one job.

mod message;

use axum::extract::{Request, State};
use axum::{Extension, Json};
use rushes_model::JobId;
use rushes_model::pipeline::Route;
use rushes_store::{Created, Idempotency};
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body;
use crate::deps::Loaded;
use crate::idempotency;
use crate::problem::Problem;
use crate::router::App;
use crate::routes::request::{JobRequest, check_length, check_pipeline};

use message::{Arrival, Message};

/// What came of an event.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(crate) struct Heard {
    /// Objects that the event told of.
    objects: usize,
    /// Jobs that waited for one of them and look at once.
    woken: u64,
    /// Jobs that were created, because a route fits.
    created: Vec<String>,
    /// Things that the event told of and that mean nothing here, deletions for instance.
    ignored: usize,
    /// What an operator must do, where it was no event yet.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

/// Tells of objects that arrived: an S3 notification, as AWS sends it itself, through EventBridge or SNS, or as MinIO does.
#[utoipa::path(post, path = "/api/v1/events/s3", tag = "events", security(("bearer" = ["jobs:write"])),
    request_body(content((Object = "application/json"), (String = "text/plain")), description = "The notification; SNS sends its JSON as text/plain"),
    responses((status = 200, description = "Heard", body = Heard)))]
pub(crate) async fn receive(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    request: Request,
) -> Result<Json<Heard>, Problem> {
    let bytes = body::read(request, &app).await?;
    let (arrivals, ignored) = match message::read(&body::parse(&bytes)?)? {
        Message::Objects { arrivals, ignored } => (arrivals, ignored),
        Message::Test => return Ok(Json(Heard { ignored: 1, ..Heard::default() })),
        Message::Confirm { help } => return Ok(Json(Heard { help: Some(help), ..Heard::default() })),
    };
    for (index, arrival) in arrivals.iter().enumerate() {
        let at = format!("/Records/{index}");
        check_length("bucket", &arrival.bucket, 255).map_err(|wrong| wrong.under(&at))?;
        check_length("key", &arrival.key, 1_024).map_err(|wrong| wrong.under(&at))?;
    }
    let loaded = (app.deps.loaded)();
    let mut heard = Heard { objects: arrivals.len(), ignored, ..Heard::default() };
    for arrival in &arrivals {
        heard.woken += app.deps.queue.arrived(&arrival.bucket, &arrival.key).await?;
        if let Some(job) = route(&app, &loaded, arrival).await? {
            app.record(&caller, "job.create", job, None).await;
            heard.created.push(job.to_string());
        }
    }
    Ok(Json(heard))
}

/// Creates a job where a route fits and there is none for this version of the object.
async fn route(app: &App, loaded: &Loaded, arrival: &Arrival) -> Result<Option<JobId>, Problem> {
    let Arrival { bucket, key, etag, sequencer } = arrival;
    let Some((route, _)) = Route::choose(&loaded.routes, bucket, key, None) else { return Ok(None) };
    if app.deps.store.has_job_for(bucket, key, &route.pipeline, etag.as_deref()).await? {
        return Ok(None);
    }
    check_pipeline(&route.pipeline, loaded, &app.deps).await?;
    let version = etag.as_ref().or(sequencer.as_ref()).map_or("", String::as_str);
    let fingerprint = idempotency::hash(format!("{bucket}\0{key}\0{version}").as_bytes());
    // A version is one request, whoever tells of it.
    let once = Idempotency { scope: "events/s3".to_owned(), key: fingerprint.clone(), fingerprint };
    let new = JobRequest::of(bucket, key).into_job(loaded, Some(once))?;
    match app.deps.queue.submit(new).await? {
        Created::New(job) => Ok(Some(job.id)),
        Created::Replayed(_) => Ok(None),
    }
}
