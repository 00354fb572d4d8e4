//! Uploads: signed here, made straight to the storage.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use rushes_model::{Code, Signed, UploadedPart};
use rushes_store::Error;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body::{Body, Word};
use crate::problem::{Document, Problem};
use crate::router::App;
use crate::routes::interviews::address;
use crate::routes::request::check_length;

const MIB: u64 = 1 << 20;
/// Larger objects are uploaded in parts, unless the caller wants otherwise; S3 takes 5 GiB in one request.
const LARGE: u64 = 64 * MIB;
const LARGEST_SINGLE: u64 = 5 << 30;
/// S3's largest object, and its smallest part but for the last.
const LARGEST: u64 = 5 << 40;
const SMALLEST_PART: u64 = 16 * MIB;
/// S3 takes 10,000; the answer has an address of half a KiB for each. No fewer, or the parts of its largest object would
/// be larger than S3 takes.
const MOST_PARTS: u64 = 1_100;
/// How long addresses are good.
const LASTS_S: u64 = 3_600;
const LONGEST_S: u64 = 7 * 24 * 3_600;

/// An object to be uploaded.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct UploadRequest {
    /// One of STORAGE_BUCKETS; without that setting, one of the routes' buckets.
    #[schema(example = "interviews", min_length = 1, max_length = 255)]
    bucket: String,
    #[schema(example = "video/42/first.mp4", min_length = 1, max_length = 1024)]
    key: String,
    /// Bytes. Decides whether it goes in parts, and in how many.
    #[schema(example = 104857600, minimum = 1)]
    size: Option<u64>,
    /// How long the addresses are good, 60 to 604,800; an hour without it.
    #[schema(minimum = 60, maximum = 604800)]
    expires_in_s: Option<u64>,
    /// In parts or not, whatever its size; needs `size`.
    multipart: Option<bool>,
}

/// How it is uploaded.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UploadBody {
    bucket: String,
    key: String,
    /// Where a single one is put.
    put: Option<SignedBody>,
    /// Names an upload in parts.
    upload_id: Option<String>,
    /// Bytes of each part but the last.
    part_size: Option<u64>,
    /// Where each part is put, in order.
    parts: Vec<SignedBody>,
    expires_in_s: u64,
    /// Post here when it is done: the job that waits for it looks at once.
    complete: String,
}

/// A request that may be sent until it expires.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct SignedBody {
    /// Of a part, from 1.
    part_number: Option<i32>,
    method: String,
    url: String,
    /// That must be sent with it.
    headers: Vec<HeaderBody>,
}

/// A header.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HeaderBody {
    name: String,
    value: String,
}

/// An upload that is done, or given up.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct DoneRequest {
    #[schema(example = "interviews", min_length = 1, max_length = 255)]
    bucket: String,
    #[schema(example = "video/42/first.mp4", min_length = 1, max_length = 1024)]
    key: String,
    /// Of an upload in parts.
    #[schema(min_length = 1, max_length = 1024)]
    upload_id: Option<String>,
    /// What the storage answered for each part.
    #[serde(default)]
    parts: Vec<PartRequest>,
}

/// A part that was put.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct PartRequest {
    /// From 1.
    #[schema(minimum = 1, maximum = 10000)]
    part_number: i32,
    /// The `ETag` of its answer.
    #[schema(min_length = 1, max_length = 255)]
    etag: String,
}

/// What came of it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DoneBody {
    /// Jobs that waited for the object and look at once.
    woken: u64,
}

/// Gives addresses at which a recording can be put without passing through this host.
#[utoipa::path(post, path = "/api/v1/interviews/{id}/uploads", tag = "interviews", security(("bearer" = ["jobs:write"])), request_body = UploadRequest,
    params(("id" = String, Path, description = "The interview")),
    responses((status = 201, description = "Put it there, then post to `complete`", body = UploadBody), (status = 404, description = "No such interview", body = Document),
              (status = 502, description = "The storage refuses it", body = Document)))]
pub(crate) async fn create(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
    Body { value: request, .. }: Body<UploadRequest>,
) -> Result<Response, Problem> {
    check_place(&app, &id, &request.bucket, &request.key).await?;
    let lasts_s = request.expires_in_s.unwrap_or(LASTS_S);
    if !(60..=LONGEST_S).contains(&lasts_s) {
        return Err(Problem::wrong("/expires_in_s", format!("`expires_in_s` must be 60 to {LONGEST_S}")));
    }
    let lasts = Duration::from_secs(lasts_s);
    let (bucket, key) = (request.bucket.as_str(), request.key.as_str());
    let mut body = UploadBody {
        bucket: request.bucket.clone(),
        key: request.key.clone(),
        put: None,
        upload_id: None,
        part_size: None,
        parts: Vec::new(),
        expires_in_s: lasts_s,
        complete: format!("{}/uploads/complete", address(&id)),
    };
    match part_size(&request)? {
        None => {
            body.put =
                Some(signed(None, app.deps.objects.sign_put(bucket, key, lasts).await.map_err(Problem::of_failure)?))
        }
        Some((size, count)) => {
            let upload = app.deps.objects.begin_parts(bucket, key).await.map_err(Problem::of_failure)?;
            let all =
                app.deps.objects.sign_parts(bucket, key, &upload, count, lasts).await.map_err(Problem::of_failure)?;
            body.parts = (1..).zip(all).map(|(number, one)| signed(Some(number), one)).collect();
            (body.upload_id, body.part_size) = (Some(upload), Some(size));
        }
    }
    app.record(&caller, "upload.create", &id, Some(json!({ "bucket": bucket, "key": key }))).await;
    Ok((StatusCode::CREATED, Json(body)).into_response())
}

/// Says that an upload is done: its parts are put together, and the job that waits for it looks at once.
#[utoipa::path(post, path = "/api/v1/interviews/{id}/uploads/complete", tag = "interviews", security(("bearer" = ["jobs:write"])), request_body = DoneRequest,
    params(("id" = String, Path, description = "The interview")),
    responses((status = 200, description = "Done", body = DoneBody), (status = 404, description = "No such interview or upload", body = Document),
              (status = 502, description = "The storage refuses it", body = Document)))]
pub(crate) async fn complete(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
    Body { value: request, .. }: Body<DoneRequest>,
) -> Result<Json<DoneBody>, Problem> {
    check_place(&app, &id, &request.bucket, &request.key).await?;
    if let Some(upload) = &request.upload_id {
        let parts = parts_of(&request)?;
        app.deps
            .objects
            .complete_parts(&request.bucket, &request.key, upload, parts)
            .await
            .map_err(Problem::of_failure)?;
    }
    let woken = app.deps.queue.arrived(&request.bucket, &request.key).await?;
    app.record(&caller, "upload.complete", &id, None).await;
    Ok(Json(DoneBody { woken }))
}

/// Gives an upload in parts up: what was put of it goes.
#[utoipa::path(post, path = "/api/v1/interviews/{id}/uploads/abort", tag = "interviews", security(("bearer" = ["jobs:write"])), request_body = DoneRequest,
    params(("id" = String, Path, description = "The interview")),
    responses((status = 204, description = "It is given up"), (status = 404, description = "No such interview or upload", body = Document),
              (status = 502, description = "The storage refuses it", body = Document)))]
pub(crate) async fn abort(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
    Body { value: request, .. }: Body<DoneRequest>,
) -> Result<StatusCode, Problem> {
    check_place(&app, &id, &request.bucket, &request.key).await?;
    let Some(upload) = &request.upload_id else { return Err(Problem::wrong("/upload_id", "`upload_id` is missing")) };
    check_length("upload_id", upload, 1_024)?;
    app.deps.objects.abort_parts(&request.bucket, &request.key, upload).await.map_err(Problem::of_failure)?;
    app.record(&caller, "upload.abort", &id, None).await;
    Ok(StatusCode::NO_CONTENT)
}

async fn check_place(app: &App, id: &str, bucket: &str, key: &str) -> Result<(), Problem> {
    check_length("bucket", bucket, 255)?;
    check_length("key", key, 1_024)?;
    let found = app.deps.store.find_interview(id).await?;
    found.ok_or_else(|| Error::UnknownInterview(id.to_owned()))?;
    let loaded = (app.deps.loaded)();
    let is_allowed = match &app.deps.buckets {
        Some(named) => named.iter().any(|one| one == bucket),
        None => loaded.routes.iter().any(|route| route.bucket == bucket),
    };
    if is_allowed {
        return Ok(());
    }
    let problem = Problem::wrong("/bucket", format!("nothing may be uploaded to `{bucket}`")).of(Code::StorageDenied);
    Err(problem.with_help("name it in STORAGE_BUCKETS, or in a route of pipelines.toml"))
}

/// Size and number of parts; none where it goes as a whole.
fn part_size(request: &UploadRequest) -> Result<Option<(u64, i32)>, Problem> {
    let size = match (request.size, request.multipart) {
        (None, Some(true)) => return Err(Problem::wrong("/size", "an upload in parts needs `size`")),
        (None, _) => return Ok(None),
        (Some(size), _) if !(1..=LARGEST).contains(&size) => {
            return Err(Problem::wrong("/size", format!("`size` must be 1 to {LARGEST}")));
        }
        (Some(size), Some(false)) if size > LARGEST_SINGLE => {
            return Err(Problem::wrong("/multipart", "an object of more than 5 GiB is uploaded in parts"));
        }
        (Some(_), Some(false)) => return Ok(None),
        (Some(size), None) if size <= LARGE => return Ok(None),
        (Some(size), _) => size,
    };
    let part = std::cmp::max(SMALLEST_PART, size.div_ceil(MOST_PARTS).next_multiple_of(MIB));
    let count = i32::try_from(size.div_ceil(part)).map_err(|_| Problem::wrong("/size", "too large"))?;
    Ok(Some((part, count)))
}

fn parts_of(request: &DoneRequest) -> Result<Vec<UploadedPart>, Problem> {
    let upload = request.upload_id.as_deref().unwrap_or_default();
    check_length("upload_id", upload, 1_024)?;
    if !(1..=10_000).contains(&request.parts.len()) {
        return Err(Problem::wrong("/parts", "`parts` must have 1 to 10,000 entries"));
    }
    for (index, part) in request.parts.iter().enumerate() {
        let at = format!("/parts/{index}");
        if !(1..=10_000).contains(&part.part_number) {
            return Err(Problem::wrong("/part_number", "must be 1 to 10,000").under(&at));
        }
        check_length("etag", &part.etag, 255).map_err(|wrong| wrong.under(&at))?;
    }
    let part = |part: &PartRequest| UploadedPart { number: part.part_number, etag: part.etag.clone() };
    Ok(request.parts.iter().map(part).collect())
}

fn signed(part_number: Option<i32>, one: Signed) -> SignedBody {
    let headers = one.headers.into_iter().map(|(name, value)| HeaderBody { name, value }).collect();
    SignedBody { part_number, method: one.method, url: one.url, headers }
}
