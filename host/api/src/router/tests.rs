use std::time::Duration;

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use http_body_util::BodyExt;
use rushes_memory::{Budget, Measured};
use rushes_model::media::MediaFacts;
use rushes_model::pipeline::{Pipeline, Route};
use rushes_model::report::{Method, Report, ReportObject, VERSION};
use rushes_model::{ByteSize, Class, ETag, Failure, Identity, JobId, Reason, Signed, UploadedPart};
use rushes_queue::Queue;
use rushes_store::{Claim, ClaimRequest, Effect, Loaded as Pipelines, NewHost, Store};
use serde_json::{Value, json};
use tower::ServiceExt;

use super::*;
use crate::access::Access;
use crate::deps::{Health, Loaded, LoadedAnalyzer, Times};
use crate::objects::Objects;

/// The interface over a database of its own, and the database to arrange things in.
struct Host {
    router: Router,
    store: Store,
    _folder: tempfile::TempDir,
}

struct Answer {
    status: StatusCode,
    headers: axum::http::HeaderMap,
    text: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap()
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers[name].to_str().unwrap()
    }
}

impl Host {
    async fn start() -> Self {
        Self::start_with(Access::Loopback).await
    }

    async fn start_with(access: Access) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&format!("sqlite:{}", folder.path().join("rushes.db").display())).await.unwrap();
        let roomy = Measured { limit: ByteSize::mib(8_192), used: ByteSize::mib(100) };
        let budget = Budget::with_gauge(rushes_memory::Settings::default(), move || roomy);
        let (_, queue) = Queue::new(store.clone(), budget, rushes_queue::Settings::default());
        let route = |interview_type: Option<&str>| Route {
            bucket: "interviews".into(),
            key: "video/{interview_id}/{name}".into(),
            pipeline: "talks".into(),
            interview_type: interview_type.map(Into::into),
        };
        let pipeline = Pipeline { name: "talks".into(), ..Pipeline::default() };
        let loaded = Arc::new(Loaded {
            pipelines: [("talks".to_owned(), Arc::new(pipeline))].into(),
            routes: vec![route(Some("video"))],
            analyzers: [("faces".to_owned(), analyzer())].into(),
        });
        let deps = Deps {
            store: store.read().clone(),
            write: store.write().clone(),
            queue,
            access,
            version: "0.1.0",
            times: Times {
                stuck_after: Duration::from_secs(7_200),
                hosts_live_for: Duration::from_secs(60),
                utc_offset_s: 0,
            },
            loaded: Arc::new(move || Arc::clone(&loaded)),
            storage: Arc::new(Health::ok),
            objects: Arc::new(Bucket),
            buckets: None,
            metrics: Arc::new(|| "rushes_jobs 1\n".to_owned()),
            explain: |code| (code == Code::MediaTruncated).then_some("# The file ends too early\n"),
        };
        Self { router: router(deps), store, _folder: folder }
    }

    async fn send(&self, request: Request<Body>) -> Answer {
        let answer = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = answer.into_parts();
        let text = String::from_utf8(body.collect().await.unwrap().to_bytes().to_vec()).unwrap();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).body(Body::empty()).unwrap()).await
    }

    async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(posting(path, body)).await
    }

    async fn submit(&self) -> String {
        let created = self.post("/api/v1/jobs", &json!({ "bucket": "b", "key": "a.mp4", "pipeline": "talks" })).await;
        assert_eq!(created.status, StatusCode::ACCEPTED, "{}", created.text);
        created.json()["id"].as_str().unwrap().to_owned()
    }

    /// Finds the job's file and takes the job under a lease.
    async fn claim(&self, job: &str) -> Claim {
        let id: JobId = job.parse().unwrap();
        let identity = Identity {
            size: 7,
            etag: Some(ETag::new("\"e\"")),
            version: None,
            modified: None,
            place: "b/a.mp4".into(),
        };
        assert!(!self.store.write().mark_ready(id, &identity).await.unwrap().is_lost());
        let host = NewHost {
            id: rushes_model::HostId::new(),
            name: "other".into(),
            version: "0.1.0".into(),
            method: "streaming_s3".into(),
            slots: 4,
        };
        self.store.write().register_host(host.clone()).await.unwrap();
        let request = ClaimRequest {
            host: host.id,
            queues: vec!["default".into()],
            loaded: vec![Pipelines { pipeline: "talks".into(), memory: ByteSize::mib(1) }],
            slots: 1,
            free: ByteSize::mib(100),
            whole: ByteSize::mib(100),
            is_idle: true,
            lease: Duration::from_secs(60),
            timeout: Duration::from_secs(600),
        };
        self.store.write().claim(&request).await.unwrap().remove(0)
    }

    async fn complete(&self, job: &str) {
        let claim = self.claim(job).await;
        let effect = self.store.write().complete(&claim, &report(job)).await.unwrap();
        assert!(matches!(effect, Effect::Applied(_)));
    }
}

fn posting(path: &str, body: &Value) -> Request<Body> {
    let request = Request::post(path).header(header::CONTENT_TYPE, "application/json");
    request.body(Body::from(body.to_string())).unwrap()
}

fn report(job: &str) -> Report {
    Report {
        version: VERSION,
        job: Some(job.into()),
        interview_id: None,
        pipeline: "talks".into(),
        status: "3".into(),
        object: ReportObject { uri: "s3://b/<a>.mp4".into(), size: 7, etag: None },
        media: MediaFacts { container: "mp4".into(), duration_s: Some(1.0), audio: None, video: None },
        method: Method::Regular,
        bytes_read: 7,
        pictures_decoded: 0,
        damage: Vec::new(),
        analyzers: Default::default(),
        stages: Vec::new(),
    }
}

#[tokio::test]
async fn a_job_is_accepted_with_its_address_and_waits_for_its_file() {
    let host = Host::start().await;
    let body = json!({
        "bucket": "b", "key": "a.mp4", "pipeline": "talks", "interview_id": "42", "interview_type": "video",
        "metadata": { "yours": [1, 2] }, "priority": 2
    });
    let created = host.post("/api/v1/jobs", &body).await;
    assert_eq!(created.status, StatusCode::ACCEPTED);
    let job = created.json();
    assert_eq!(created.header(header::LOCATION), format!("/api/v1/jobs/{}", job["id"].as_str().unwrap()));
    assert_eq!((job["status"].as_str(), job["data_process"].as_str()), (Some("0"), Some("0")));
    assert_eq!(job["state"], "waiting_for_file");
    assert_eq!(
        (&job["interview_id"], &job["metadata"]["yours"][1], &job["priority"]),
        (&json!("42"), &json!(2), &json!(2))
    );
    let read = host.get(created.header(header::LOCATION)).await;
    assert_eq!(read.json(), job);
}

#[tokio::test]
async fn a_job_that_names_no_pipeline_takes_its_route() {
    let host = Host::start().await;
    let routed = host.post("/api/v1/jobs", &json!({ "bucket": "interviews", "key": "video/7/a.mp4" })).await.json();
    assert_eq!(
        (&routed["pipeline"], &routed["interview_id"], &routed["interview_type"]),
        (&json!("talks"), &json!("7"), &json!("video"))
    );
    let lost = host.post("/api/v1/jobs", &json!({ "bucket": "interviews", "key": "a.mp4" })).await;
    assert_eq!((lost.status, &lost.json()["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("pipeline.unknown")));
}

#[tokio::test]
async fn a_job_may_name_an_https_address_and_shows_no_signature_in_sentences() {
    let host = Host::start().await;
    let url = "https://Media.example.org/42/a.mp4?signature=hush#t=1";
    let job = host.post("/api/v1/jobs", &json!({ "url": url, "pipeline": "talks" })).await.json();
    assert_eq!((&job["bucket"], &job["key"]), (&json!("https://media.example.org"), &json!("42/a.mp4?signature=hush")));
    let why = job["why"].as_str().unwrap();
    assert!(why.contains("https://media.example.org/42/a.mp4") && !why.contains("hush"), "{why}");
}

#[tokio::test]
async fn an_unknown_pipeline_is_refused_unless_another_host_has_it() {
    let host = Host::start().await;
    let body = json!({ "bucket": "b", "key": "a.mp4", "pipeline": "walks" });
    let refused = host.post("/api/v1/jobs", &body).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(refused.header(header::CONTENT_TYPE), "application/problem+json");
    let problem = refused.json();
    assert_eq!((&problem["type"], &problem["help"]), (&json!("/errors/pipeline.unknown"), &json!("known are: talks")));

    let other = NewHost {
        id: rushes_model::HostId::new(),
        name: "other".into(),
        version: "0.1.0".into(),
        method: "streaming_s3".into(),
        slots: 1,
    };
    let figures = rushes_store::HostFigures {
        running: 0,
        recommended: 1,
        memory_used: ByteSize::mib(1),
        memory_limit: ByteSize::mib(2),
        memory_reserved: ByteSize::mib(0),
        throttle: "none".into(),
        pipelines: vec!["walks".into()],
        ..rushes_store::HostFigures::default()
    };
    host.store.write().register_host(other.clone()).await.unwrap();
    host.store.write().heartbeat_host(other.id, &figures).await.unwrap().applied().unwrap();
    assert_eq!(host.post("/api/v1/jobs", &body).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn the_same_key_creates_one_job_and_is_refused_for_another() {
    let host = Host::start().await;
    let send = |key: &str| {
        let mut request = posting("/api/v1/jobs", &json!({ "bucket": "b", "key": key, "pipeline": "talks" }));
        request.headers_mut().insert("idempotency-key", "once".parse().unwrap());
        host.send(request)
    };
    let (first, again) = (send("a.mp4").await.json(), send("a.mp4").await.json());
    assert_eq!(first["id"], again["id"]);
    let other = send("b.mp4").await;
    assert_eq!((other.status, &other.json()["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("request.key-reused")));
}

#[tokio::test]
async fn a_request_that_cannot_be_understood_is_a_problem_with_a_reason() {
    let host = Host::start().await;
    for (body, word) in [
        (json!({ "bucket": "b", "key": "a", "pipelin": "talks" }), "pipelin"),
        (json!({ "bucket": "", "key": "a", "pipeline": "talks" }), "bucket"),
        (json!({ "key": "a", "pipeline": "talks" }), "bucket"),
        (json!({ "bucket": "b", "key": "a", "url": "https://a.example/b", "pipeline": "talks" }), "either"),
        (json!({ "bucket": "https://a.example", "key": "b", "pipeline": "talks" }), "bucket"),
        (json!({ "url": "http://a.example/b", "pipeline": "talks" }), "https"),
        (json!({ "url": "https://me:secret@a.example/b", "pipeline": "talks" }), "password"),
        (json!({ "bucket": "b", "key": "a", "pipeline": "talks", "priority": 10 }), "priority"),
        (json!({ "bucket": "b", "key": "a", "pipeline": "talks", "metadata": "x".repeat(70_000) }), "metadata"),
        (json!([]), "JobRequest"),
    ] {
        let refused = host.post("/api/v1/jobs", &body).await;
        let problem = refused.json();
        assert!(refused.status.is_client_error(), "{body}");
        assert!(problem["detail"].as_str().unwrap().contains(word), "{problem}");
        assert_eq!(problem["code"], "request.invalid");
    }
    let huge = host.post("/api/v1/jobs", &json!({ "bucket": "b".repeat(2 << 20) })).await;
    assert_eq!(huge.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert_eq!(host.get("/api/v1/jobs?limit=0").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(host.get("/api/v1/jobs?cursor=x").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(host.get("/api/v1/jobs?colour=red").await.status, StatusCode::BAD_REQUEST);
    assert_eq!(host.get("/nowhere").await.json()["status"], 404);
}

#[tokio::test]
async fn a_report_is_there_once_its_job_is_completed() {
    let host = Host::start().await;
    let job = host.submit().await;
    let early = host.get(&format!("/api/v1/jobs/{job}/report")).await;
    assert_eq!((early.status, &early.json()["code"]), (StatusCode::NOT_FOUND, &json!("job.no-report")));
    host.complete(&job).await;
    let late = host.get(&format!("/api/v1/jobs/{job}/report")).await;
    assert_eq!(serde_json::from_str::<Report>(&late.text).unwrap(), report(&job));
    let read = host.get(&format!("/api/v1/jobs/{job}")).await.json();
    assert_eq!((&read["status"], &read["object"]["size"]), (&json!("3"), &json!(7)));
    assert_eq!(read["report"], format!("/api/v1/jobs/{job}/report"));
    let nobody = host.get(&format!("/api/v1/jobs/{}/report", JobId::new())).await;
    assert_eq!((nobody.status, &nobody.json()["code"]), (StatusCode::NOT_FOUND, &json!("job.not-found")));
    assert_eq!(host.get("/api/v1/jobs/my-job").await.json()["code"], "job.not-found");
}

#[tokio::test]
async fn a_verb_that_the_state_does_not_allow_is_a_conflict() {
    let host = Host::start().await;
    let job = host.submit().await;
    let cancelled = host.post(&format!("/api/v1/jobs/{job}/cancel"), &json!({})).await;
    assert_eq!((cancelled.status, &cancelled.json()["state"]), (StatusCode::ACCEPTED, &json!("cancelled")));
    assert_eq!(
        (&cancelled.json()["status"], &cancelled.json()["failure"]["code"]),
        (&json!("2"), &json!("job.cancelled"))
    );
    let again = host.post(&format!("/api/v1/jobs/{job}/cancel"), &json!({})).await;
    assert_eq!((again.status, &again.json()["code"]), (StatusCode::CONFLICT, &json!("job.wrong-state")));
    let retried = host.post(&format!("/api/v1/jobs/{job}/retry"), &json!({})).await;
    assert_eq!((retried.status, &retried.json()["state"]), (StatusCode::ACCEPTED, &json!("waiting_for_file")));
    assert_eq!(retried.json()["generation"], 1);
}

#[tokio::test]
async fn a_list_goes_on_where_its_page_ended() {
    let host = Host::start().await;
    let mut wanted = Vec::new();
    for _ in 0..5 {
        wanted.push(host.submit().await);
    }
    let mut seen = Vec::new();
    let mut path = "/api/v1/jobs?limit=2&status=0".to_owned();
    loop {
        let page = host.get(&path).await.json();
        seen.extend(page["jobs"].as_array().unwrap().iter().map(|job| job["id"].as_str().unwrap().to_owned()));
        let Some(next) = page["next"].as_str() else { break };
        path = format!("/api/v1/jobs?limit=2&status=0&cursor={next}");
    }
    wanted.sort();
    seen.sort();
    assert_eq!(seen, wanted);
    assert_eq!(host.get("/api/v1/jobs?status=3").await.json()["jobs"], json!([]));
}

#[tokio::test]
async fn the_queue_tells_its_figures_by_the_names_that_users_know() {
    let host = Host::start().await;
    let running = host.submit().await;
    let _claim = host.claim(&running).await;
    host.submit().await;
    let status = host.get("/api/v1/queue/status").await.json();
    let figures = [
        "total_jobs",
        "pending_jobs",
        "processing_jobs",
        "failed_jobs",
        "completed_jobs",
        "max_concurrent_jobs",
        "stuck_jobs",
    ];
    let figures = figures.map(|name| status[name].as_u64().unwrap());
    assert_eq!(figures, [2, 1, 1, 0, 0, 4, 0]);
    assert_eq!((&status["processing_method"], &status["throttle"]), (&json!("streaming_s3"), &json!("none")));
    assert!(status["active_jobs_count"].is_u64() && status["capacity"]["recommended_jobs"].is_u64());
    assert!(status["oldest_processing_seconds"].is_number());
}

#[tokio::test]
async fn health_tells_every_part_and_goes_down_with_the_database() {
    let host = Host::start().await;
    let well = host.get("/health/health").await;
    assert_eq!((well.status, &well.json()["status"]), (StatusCode::OK, &json!("ok")));
    for part in ["service", "memory", "database", "storage", "pipelines"] {
        assert_eq!(well.json()[part]["state"], "ok", "{part}");
    }
    assert_eq!(host.get("/health/ready").await.status, StatusCode::OK);
    host.store.close().await.unwrap();
    let ill = host.get("/health/health").await;
    assert_eq!((ill.status, &ill.json()["database"]["state"]), (StatusCode::SERVICE_UNAVAILABLE, &json!("down")));
    assert_eq!(host.get("/health/ready").await.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(host.get("/health/live").await.status, StatusCode::OK);
    assert_eq!(host.get("/api/v1/queue/status").await.json()["code"], "database.unavailable");
}

#[tokio::test]
async fn pages_show_jobs_and_reports_and_never_their_tags() {
    let host = Host::start().await;
    let body = json!({ "bucket": "b", "key": "<script>.mp4", "pipeline": "talks" });
    let job = host.post("/api/v1/jobs", &body).await.json()["id"].as_str().unwrap().to_owned();
    host.complete(&job).await;
    let index = host.get("/").await;
    assert_eq!((index.status, index.header(header::CONTENT_TYPE)), (StatusCode::OK, "text/html; charset=utf-8"));
    assert!(index.text.contains("b/&lt;script&gt;.mp4") && !index.text.contains("<script"), "{}", index.text);
    assert!(index.text.contains(&format!("/jobs/{job}")));
    let page = host.get(&format!("/jobs/{job}")).await;
    assert!(page.text.contains("s3://b/&lt;a&gt;.mp4"), "{}", page.text);
    assert!(page.header(header::CONTENT_SECURITY_POLICY).starts_with("default-src 'none'"));
    assert_eq!(host.get("/style.css").await.header(header::CONTENT_TYPE), "text/css; charset=utf-8");
}

#[tokio::test]
async fn another_sites_page_can_change_nothing() {
    let host = Host::start().await;
    let job = host.submit().await;
    let cancel = |origin: &'static str| {
        let request = Request::post(format!("/api/v1/jobs/{job}/cancel"));
        request.header(header::HOST, "127.0.0.1:9001").header(header::ORIGIN, origin).body(Body::empty()).unwrap()
    };
    assert_eq!(host.send(cancel("https://evil.example")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(host.send(cancel("null")).await.status, StatusCode::FORBIDDEN);
    assert_eq!(host.send(cancel("http://127.0.0.1:9001")).await.status, StatusCode::ACCEPTED);
}

#[tokio::test]
async fn an_errors_page_is_served_where_problems_point() {
    let host = Host::start().await;
    let page = host.get("/errors/media.truncated").await;
    assert_eq!((page.status, page.text.as_str()), (StatusCode::OK, "# The file ends too early\n"));
    assert_eq!(host.get("/errors/media.nonsense").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_description_is_served_as_it_is_printed() {
    let host = Host::start().await;
    let described = host.get("/openapi.json").await;
    let document = described.json();
    for path in ["/api/v1/jobs", "/api/v1/jobs/{id}/report", "/api/v1/queue/status", "/health/ready", "/metrics"] {
        assert!(document["paths"][path].is_object(), "{path}");
    }
    assert_eq!(described.text, crate::document().unwrap());
    assert!(document["components"]["schemas"]["JobRequest"]["properties"]["bucket"].is_object());
}
fn analyzer() -> LoadedAnalyzer {
    LoadedAnalyzer {
        version: "0.1.0".into(),
        summary: "finds faces".into(),
        digest: "sha256:00".into(),
        contract: "0.1.0".into(),
        origin: "bundled:faces".into(),
    }
}

/// A storage that does what it is asked.
struct Bucket;

impl Bucket {
    fn signed(part: i32) -> Signed {
        Signed { method: "PUT".into(), url: format!("http://s3/{part}"), headers: vec![] }
    }
}

impl Objects for Bucket {
    fn sign_put(&self, _: &str, _: &str, _: Duration) -> BoxFuture<'_, Result<Signed, Failure>> {
        ready(Ok(Self::signed(0))).boxed()
    }

    fn begin_parts(&self, _: &str, _: &str) -> BoxFuture<'_, Result<String, Failure>> {
        ready(Ok("u1".to_owned())).boxed()
    }

    fn sign_parts(
        &self,
        _: &str,
        _: &str,
        _: &str,
        count: i32,
        _: Duration,
    ) -> BoxFuture<'_, Result<Vec<Signed>, Failure>> {
        ready(Ok((1..=count).map(Self::signed).collect())).boxed()
    }

    fn complete_parts(
        &self,
        _: &str,
        _: &str,
        upload: &str,
        _: Vec<UploadedPart>,
    ) -> BoxFuture<'_, Result<(), Failure>> {
        let unknown = || Failure::new(Code::StorageMissing, Class::Permanent(Reason::Storage), "no such upload");
        ready(if upload == "u1" { Ok(()) } else { Err(unknown()) }).boxed()
    }

    fn abort_parts(&self, _: &str, _: &str, _: &str) -> BoxFuture<'_, Result<(), Failure>> {
        ready(Ok(())).boxed()
    }

    fn delete(&self, _: &str, _: &str) -> BoxFuture<'_, Result<(), Failure>> {
        ready(Ok(())).boxed()
    }
}

mod access;
mod interviews;
mod many;
mod storage;
mod stream;
mod webhooks;
