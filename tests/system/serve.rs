//! The service: jobs over HTTP, objects in a real S3 server, a database that outlives `kill -9`.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use rushes_devs3::{Config, Credentials, Op, Running, Server};
use serde_json::{Value, json};

use crate::harness::{Killed, Rushes, eventually, root, sample};
use crate::same::{assert_same, findings, recording};

/// A development S3 server on a runtime of its own.
pub(crate) struct S3 {
    runtime: tokio::runtime::Runtime,
    server: Option<Running>,
    folder: tempfile::TempDir,
}

impl S3 {
    pub(crate) fn start() -> Self {
        Self::with(None)
    }

    /// One that checks signatures.
    pub(crate) fn checking() -> Self {
        Self::with(Some(Credentials { key: "any".into(), secret: "any".into() }))
    }

    fn with(credentials: Option<Credentials>) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("interviews")).unwrap();
        let config = Config { credentials, ..Config::new(folder.path()) };
        let server = runtime.block_on(Server::start(config)).unwrap();
        Self { runtime, server: Some(server), folder }
    }

    pub(crate) fn server(&self) -> &Running {
        self.server.as_ref().unwrap()
    }

    /// Puts a file there as a whole, as an upload does.
    pub(crate) fn put(&self, key: &str, file: &Path) {
        let address = format!("{}/interviews/{key}", self.server().endpoint());
        ureq::put(&address).send(std::fs::File::open(file).unwrap()).unwrap();
    }

    /// Puts a large file there, as a whole and without a copy.
    pub(crate) fn link(&self, key: &str, file: &Path) {
        let object = self.folder.path().join("interviews").join(key);
        std::fs::create_dir_all(object.parent().unwrap()).unwrap();
        if std::fs::hard_link(file, &object).is_err() {
            // Another file system.
            std::fs::copy(file, &object).unwrap();
        }
    }

    /// A program whose S3 is this one.
    pub(crate) fn rushes(&self) -> Rushes {
        Rushes::new()
            .env("AWS_ENDPOINT_URL_S3", self.server().endpoint())
            .env("AWS_ACCESS_KEY_ID", "any")
            .env("AWS_SECRET_ACCESS_KEY", "any")
            .env("AWS_REGION", "us-east-1")
            .env("RUSHES_LISTEN", "127.0.0.1:0")
            .env("QUEUE_CHECK_INTERVAL", 1)
            .env("LEASE_SECONDS", 6)
    }

    /// Bytes of a key that were asked for so far.
    fn ranges(&self, key: &str) -> Vec<std::ops::Range<u64>> {
        let all = self.server().requests().into_iter().filter(|request| request.op == Op::Get && request.key == key);
        all.filter_map(|request| request.range).collect()
    }
}

impl Drop for S3 {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
        assert!(self.folder.path().exists());
    }
}

/// A host that serves, and its address.
pub(crate) struct Host {
    pub(crate) process: Killed,
    pub(crate) address: String,
}

impl Host {
    pub(crate) fn start(rushes: &Rushes) -> Self {
        Self::start_as(rushes, &[])
    }

    pub(crate) fn start_as(rushes: &Rushes, arguments: &[&str]) -> Self {
        Self::start_with(rushes, &root().join("pipelines.toml"), arguments)
    }

    pub(crate) fn start_with(rushes: &Rushes, pipelines: &Path, arguments: &[&str]) -> Self {
        let mut command = rushes.command();
        command.args(["serve", "--pipelines", pipelines.to_str().unwrap()]).args(arguments);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let mut heard = Vec::new();
        let address = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the host ended: {heard:#?}") };
            if let Some(address) = line.strip_prefix("rushes serves on ") {
                break address.to_owned();
            }
            heard.push(line);
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { process: Killed(child), address }
    }

    pub(crate) fn get(&self, path: &str) -> (u16, Value) {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut answer = agent.get(format!("{}{path}", self.address)).call().unwrap();
        let status = answer.status().as_u16();
        let text = answer.body_mut().read_to_string().unwrap();
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
        let mut answer = agent.post(format!("{}{path}", self.address)).send_json(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    /// Posts a job that must be accepted, and gives back its id.
    pub(crate) fn submit(&self, key: &str, pipeline: &str) -> String {
        let body = json!({ "bucket": "interviews", "key": key, "pipeline": pipeline, "interview_id": "42", "metadata": { "mine": 1 } });
        let (status, job) = self.post("/api/v1/jobs", &body);
        assert_eq!(status, 202, "{job:#}");
        assert_eq!(job["metadata"]["mine"], 1);
        job["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn ends_as(&self, id: &str, state: &str) -> Value {
        eventually(&format!("job {id} is {state}"), Duration::from_secs(120), || {
            let (_, job) = self.get(&format!("/api/v1/jobs/{id}"));
            let now = job["state"].as_str().unwrap().to_owned();
            assert!(now == state || !["completed", "failed", "cancelled"].contains(&now.as_str()), "{job:#}");
            (now == state).then_some(job)
        })
    }
}

#[test]
fn a_job_waits_for_its_object_and_then_has_a_report() {
    let s3 = S3::start();
    let rushes = s3.rushes();
    let host = Host::start(&rushes);
    let id = host.submit("video/42/first.mp4", "demo");
    let (_, job) = host.get(&format!("/api/v1/jobs/{id}"));
    assert_eq!(
        (&job["state"], &job["status"], &job["data_process"]),
        (&json!("waiting_for_file"), &json!("0"), &json!("0"))
    );
    assert_eq!(host.get(&format!("/api/v1/jobs/{id}/report")).0, 404, "no report yet");
    let (file, _) = sample(2);
    s3.put("video/42/first.mp4", &file);
    let job = host.ends_as(&id, "completed");
    assert_eq!((&job["status"], &job["data_process"]), (&json!("3"), &json!("1")));
    let (status, report) = host.get(&format!("/api/v1/jobs/{id}/report"));
    assert_eq!(status, 200);
    assert_eq!(report["job"], json!(id));
    assert_eq!(report["interview_id"], "42");
    let pipelines = root().join("pipelines.toml");
    let alone =
        Rushes::new().analyze(&file, &["--pipelines", pipelines.to_str().unwrap(), "--pipeline", "demo"]).json();
    let part = |report: &Value| {
        let mut part = report["analyzers"].clone();
        for (_, one) in part.as_object_mut().unwrap() {
            one["provenance"].as_object_mut().unwrap().remove("cpu_s");
        }
        serde_json::to_string_pretty(&part).unwrap()
    };
    assert_same("served and alone", &part(&report), &part(&alone));
}

#[test]
fn status_and_health_have_the_fields_that_users_know() {
    let s3 = S3::start();
    let rushes = s3.rushes();
    let host = Host::start(&rushes);
    let (status, queue) = host.get("/api/v1/queue/status");
    assert_eq!(status, 200);
    for field in [
        "total_jobs",
        "pending_jobs",
        "processing_jobs",
        "failed_jobs",
        "completed_jobs",
        "active_jobs_count",
        "max_concurrent_jobs",
    ] {
        assert!(queue[field].is_u64(), "{field}: {queue:#}");
    }
    assert_eq!(queue["processing_method"], "streaming_s3");
    for path in ["/health/health", "/health/ready", "/health/live", "/openapi.json", "/"] {
        assert_eq!(host.get(path).0, 200, "{path}");
    }
    let (status, problem) = host.post("/api/v1/jobs", &json!({ "bucket": "b", "key": "k", "pipeline": "none" }));
    assert_eq!(status, 422);
    assert!(problem["type"].as_str().unwrap().ends_with("pipeline.unknown"), "{problem:#}");
}

/// Killed with -9 after a segment was finished: another process goes on, and nothing finished is fetched again.
#[test]
fn after_a_kill_finished_segments_are_neither_fetched_nor_decoded_again() {
    let s3 = S3::start();
    let rushes = s3
        .rushes()
        .env("CHUNKED_FILE_SIZE_THRESHOLD_MB", 0)
        .env("STREAMING_READAHEAD_MB", 2)
        .env("RETRY_DELAY_SECONDS", 0);
    let file = recording();
    s3.put("video/1/long.mp4", &file);
    // Slow enough that the kill finds it at work.
    let size = std::fs::metadata(&file).unwrap().len();
    s3.server().faults().set_bytes_per_second(Some(size / 12));
    let mut host = Host::start(&rushes);
    let id = host.submit("video/1/long.mp4", "interview_video");
    eventually("a segment is finished", Duration::from_secs(90), || {
        let (_, job) = host.get(&format!("/api/v1/jobs/{id}"));
        assert_ne!(job["state"], "completed", "it was too quick to be killed");
        (job["progress"].as_f64().unwrap() > 0.55).then_some(())
    });
    host.process.0.kill().unwrap();
    host.process.0.wait().unwrap();
    s3.server().clear_requests();
    s3.server().faults().set_bytes_per_second(None);
    let host = Host::start(&rushes);
    host.ends_as(&id, "completed");
    let (_, report) = host.get(&format!("/api/v1/jobs/{id}/report"));
    let reused = report["analyzers"]["picture"]["provenance"]["segments_reused"].as_u64().unwrap();
    assert!(reused >= 1, "{reused} segments were used again");
    assert!(report["pictures_decoded"].as_u64().unwrap() < 2_600, "decoded {}", report["pictures_decoded"]);
    // The first megabyte is read to open the object; of the rest of the first segment nothing.
    let opened = 1 << 20;
    let first_segment = size * 55 / 150 - opened;
    let again: Vec<_> = s3
        .ranges("video/1/long.mp4")
        .into_iter()
        .filter(|range| range.start >= opened && range.start < first_segment)
        .collect();
    assert!(again.is_empty(), "fetched again: {again:?} of {size}");
    let expected = Rushes::new().analyze(&file, &[]).json();
    let part = |report: &Value| {
        findings(&json!({ "analyzers": { "loudness": report["analyzers"]["loudness"] }, "damage": report["damage"] }))
    };
    assert_same("killed and resumed", &part(&report), &part(&expected));
}

/// An ETag that changes: refused, and tried again with the new object.
#[test]
fn an_object_that_changes_while_it_is_read_is_never_mixed() {
    let s3 = S3::start();
    let rushes = s3.rushes().env("STREAMING_READAHEAD_MB", 2).env("RETRY_DELAY_SECONDS", 0);
    let file = recording();
    s3.put("video/2/a.mp4", &file);
    let size = std::fs::metadata(&file).unwrap().len();
    s3.server().faults().set_bytes_per_second(Some(size / 6));
    let host = Host::start(&rushes);
    let id = host.submit("video/2/a.mp4", "interview_audio");
    eventually("it is being read", Duration::from_secs(60), || (s3.ranges("video/2/a.mp4").len() > 2).then_some(()));
    let (other, _) = sample(3);
    s3.put("video/2/a.mp4", &other);
    s3.server().faults().set_bytes_per_second(None);
    host.ends_as(&id, "completed");
    let (_, report) = host.get(&format!("/api/v1/jobs/{id}/report"));
    assert_eq!(report["object"]["size"].as_u64().unwrap(), std::fs::metadata(&other).unwrap().len());
}

#[test]
fn a_recording_that_cannot_be_read_fails_with_its_code_and_can_be_retried() {
    let s3 = S3::start();
    let rushes = s3.rushes();
    let host = Host::start(&rushes);
    let folder = tempfile::tempdir().unwrap();
    let bad = folder.path().join("bad.mp4");
    std::fs::write(&bad, "this is not a video at all, whatever its name says").unwrap();
    s3.put("video/3/a.mp4", &bad);
    let id = host.submit("video/3/a.mp4", "demo");
    let job = host.ends_as(&id, "failed");
    assert_eq!(job["failure"]["code"], "media.unknown-format", "{job:#}");
    assert!(job["failure"]["help"].is_string());
    let (good, _) = sample(2);
    s3.put("video/3/a.mp4", &good);
    let (status, job) = host.post(&format!("/api/v1/jobs/{id}/retry"), &json!({}));
    assert_eq!(status, 202, "{job:#}");
    host.ends_as(&id, "completed");
}

#[test]
fn six_jobs_at_once_find_what_one_finds() {
    let s3 = S3::start();
    let rushes = s3.rushes().env("MAX_CONCURRENT_JOBS", 6).env("MEMORY_THRESHOLD_PERCENT", 95);
    let host = Host::start(&rushes);
    let file = recording();
    let ids: Vec<_> = (0..6)
        .map(|number| {
            let key = format!("audio/6/{number}.mp4");
            s3.put(&key, &file);
            host.submit(&key, "interview_video")
        })
        .collect();
    let mut all = ids.iter().map(|id| {
        host.ends_as(id, "completed");
        let (_, mut report) = host.get(&format!("/api/v1/jobs/{id}/report"));
        report.as_object_mut().unwrap().remove("object");
        findings(&report)
    });
    let first = all.next().unwrap();
    for other in all {
        assert_same("one of six", &other, &first);
    }
}

#[test]
fn a_key_that_is_not_there_is_said_to_be_missing_and_one_that_is_there_is_analysed() {
    let s3 = S3::start();
    let rushes = s3.rushes();
    let missing = rushes.run(&["analyze", "s3://interviews/video/none.mp4"]);
    assert_eq!(missing.code, Some(1));
    assert!(
        missing.stderr.contains("error[storage.not-found]") && missing.stderr.contains("help: "),
        "{}",
        missing.stderr
    );
    let (file, _) = sample(2);
    s3.put("video/here.mp4", &file);
    let there = rushes.run(&["analyze", "s3://interviews/video/here.mp4", "--json"]).json();
    assert_eq!(there["object"]["uri"], "s3://interviews/video/here.mp4");
    assert!(there["bytes_read"].as_u64() <= there["object"]["size"].as_u64(), "read twice: {}", there["bytes_read"]);
}

/// Small recordings have no checkpoints, yet what was finished is kept and used.
#[test]
fn a_retry_by_hand_decodes_nothing_again() {
    let s3 = S3::start();
    let rushes = s3.rushes();
    let host = Host::start(&rushes);
    let (file, _) = sample(2);
    s3.put("video/7/a.mp4", &file);
    let id = host.submit("video/7/a.mp4", "demo");
    host.ends_as(&id, "completed");
    let (_, first) = host.get(&format!("/api/v1/jobs/{id}/report"));
    assert_eq!(host.post(&format!("/api/v1/jobs/{id}/retry"), &json!({})).0, 202);
    // Until then the first report stays.
    host.ends_as(&id, "completed");
    let (_, second) = host.get(&format!("/api/v1/jobs/{id}/report"));
    assert_eq!((&second["method"], &second["pictures_decoded"]), (&json!("regular"), &json!(0)));
    assert_same("again", &findings(&second), &findings(&first));
}
