//! The HTTP interface as others meet it: off loopback with a token, events that go on, uploads that pass us by.

use std::io::{BufRead, BufReader, Read};
use std::process::Stdio;
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{Killed, Rushes, eventually, root, sample};
use crate::serve::S3;

/// A host that others can reach.
struct Reachable {
    _process: Killed,
    address: String,
    token: String,
}

impl Reachable {
    fn start(rushes: &Rushes) -> Self {
        let made = rushes.run(&["token", "create", "app", "--scopes", "jobs:read,jobs:write,results:read", "--json"]);
        let token = made.json()["token"].as_str().expect("a token").to_owned();
        let pipelines = root().join("pipelines.toml");
        let mut command = rushes.command();
        command.args(["serve", "--pipelines", pipelines.to_str().unwrap()]);
        let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let address = loop {
            let Some(Ok(line)) = lines.next() else { panic!("the host ended") };
            if let Some(address) = line.strip_prefix("rushes serves on ") {
                break address.replace("0.0.0.0", "127.0.0.1");
            }
        };
        std::thread::spawn(move || lines.for_each(drop));
        Self { _process: Killed(child), address, token }
    }

    fn agent() -> ureq::Agent {
        ureq::Agent::config_builder().http_status_as_error(false).build().new_agent()
    }

    fn get(&self, path: &str) -> (u16, Value) {
        let request = Self::agent().get(format!("{}{path}", self.address));
        let mut answer = request.header("Authorization", format!("Bearer {}", self.token)).call().unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    fn post(&self, path: &str, body: &Value) -> (u16, Value) {
        let request = Self::agent().post(format!("{}{path}", self.address));
        let mut answer = request.header("Authorization", format!("Bearer {}", self.token)).send_json(body).unwrap();
        (answer.status().as_u16(), answer.body_mut().read_json().unwrap())
    }

    /// The whole stream of a job, after an event that was seen.
    fn follow(&self, job: &str, last: &str) -> String {
        let request = Self::agent().get(format!("{}/api/v1/jobs/{job}/events", self.address));
        let request = request.header("Authorization", format!("Bearer {}", self.token)).header("Last-Event-ID", last);
        let mut text = String::new();
        request.call().unwrap().body_mut().as_reader().read_to_string(&mut text).unwrap();
        text
    }
}

#[test]
fn a_host_that_others_reach_wants_a_token() {
    let s3 = S3::start();
    let rushes = s3.rushes().env("RUSHES_LISTEN", "0.0.0.0:0");
    let refused = rushes.run(&["serve"]);
    assert_eq!(refused.code, Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("rushes token create"), "{}", refused.stderr);

    let host = Reachable::start(&rushes);
    let nobody = Reachable::agent().get(format!("{}/api/v1/jobs", host.address)).call().unwrap();
    assert_eq!(
        (nobody.status().as_u16(), &nobody.headers()["www-authenticate"]),
        (401, &"Bearer realm=\"rushes\"".parse().unwrap())
    );
    let live = Reachable::agent().get(format!("{}/health/live", host.address)).call().unwrap();
    assert_eq!(live.status().as_u16(), 200);
    assert_eq!(host.get("/api/v1/jobs").0, 200);
    let (status, problem) = host.post("/api/v1/pipelines/demo/pause", &json!({}));
    assert_eq!((status, &problem["code"]), (403, &json!("token.scope-missing")));
}

#[test]
fn an_upload_goes_to_the_storage_and_its_job_tells_how_it_goes() {
    let s3 = S3::checking();
    let rushes = s3.rushes().env("RUSHES_LISTEN", "0.0.0.0:0").env("QUEUE_CHECK_INTERVAL", 600);
    let rushes = rushes.env("STORAGE_BUCKETS", "interviews");
    let host = Reachable::start(&rushes);
    let (file, _) = sample(7);
    let bytes = std::fs::read(file).unwrap();
    let place = |key: &str| json!({ "bucket": "interviews", "key": key });
    let job = |key: &str| json!({ "bucket": "interviews", "key": key, "pipeline": "demo" });
    let begun = json!({ "id": "42", "sealed": true, "jobs": [job("whole.mp4"), job("parts.mp4")] });
    let (status, interview) = host.post("/api/v1/interviews", &begun);
    assert_eq!(status, 201, "{interview:#}");

    let (status, upload) = host.post("/api/v1/interviews/42/uploads", &place("whole.mp4"));
    assert_eq!(status, 201, "{upload:#}");
    let mut put = Reachable::agent().put(upload["put"]["url"].as_str().unwrap()).send(&bytes[..]).unwrap();
    let (status, text) = (put.status().as_u16(), put.body_mut().read_to_string().unwrap());
    assert_eq!((status, text.as_str()), (200, ""), "{upload:#}");
    assert_eq!(host.post("/api/v1/interviews/42/uploads/complete", &place("whole.mp4")), (200, json!({ "woken": 1 })));

    let mut wanted = place("parts.mp4");
    (wanted["size"], wanted["multipart"]) = (json!(bytes.len()), json!(true));
    let (_, upload) = host.post("/api/v1/interviews/42/uploads", &wanted);
    let mut done = place("parts.mp4");
    done["upload_id"] = upload["upload_id"].clone();
    let part_size = usize::try_from(upload["part_size"].as_u64().unwrap()).unwrap();
    let parts = bytes.chunks(part_size).zip(upload["parts"].as_array().unwrap()).map(|(chunk, part)| {
        let put = Reachable::agent().put(part["url"].as_str().unwrap()).send(chunk).unwrap();
        json!({ "part_number": part["part_number"], "etag": put.headers()["etag"].to_str().unwrap() })
    });
    done["parts"] = parts.collect();
    assert_eq!(host.post("/api/v1/interviews/42/uploads/complete", &done), (200, json!({ "woken": 1 })));

    for job in interview["jobs"].as_array().unwrap() {
        let id = job["id"].as_str().unwrap();
        let all = host.follow(id, "0");
        assert!(all.contains("event: result") && all.contains("\"state\":\"completed\""), "{all}");
        let ids: Vec<&str> = all.lines().filter_map(|line| line.strip_prefix("id: ")).collect();
        assert!(ids.is_sorted_by_key(|id| id.parse::<i64>().unwrap()), "{ids:?}");
        let rest = host.follow(id, ids[ids.len() - 1]);
        assert!(rest.contains("event: result") && !rest.contains("event: progress"), "{rest}");
    }
    let reports = eventually("both reports are there", Duration::from_secs(10), || {
        let (_, reports) = host.get("/api/v1/interviews/42/reports");
        (reports["reports"].as_array()?.len() == 2).then_some(reports)
    });
    assert_eq!(reports["reports"][0]["report"]["status"], "3");
    assert_eq!(host.get("/api/v1/interviews/42").1["state"], "completed");
}
