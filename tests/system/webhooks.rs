//! Webhooks: what the real program tells a real receiver, whatever happens between.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use crate::harness::{eventually, run, sample};
use crate::serve::{Host, S3};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A message as it came.
#[derive(Clone, Debug)]
struct Got {
    headers: BTreeMap<String, String>,
    body: String,
}

impl Got {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// By another implementation than the one that signed.
    fn assert_signed(&self) {
        let script = "import base64, hashlib, hmac, sys; \
                      key = base64.b64decode(sys.argv[1].removeprefix('whsec_')); \
                      text = f'{sys.argv[2]}.{sys.argv[3]}.{sys.argv[4]}'.encode(); \
                      print('v1,' + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode())";
        let [id, at, signature] =
            ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| self.headers[name].as_str());
        let expected = run(Command::new("python3").args(["-c", script, SECRET, id, at, &self.body]));
        assert_eq!(signature, expected.trim());
    }
}

/// A receiver that takes every message, or holds it without an answer.
struct Receiver {
    address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
    holds: Arc<AtomicBool>,
}

impl Receiver {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (got, holds): (Arc<Mutex<Vec<Got>>>, Arc<AtomicBool>) = Default::default();
        let (kept, held) = (Arc::clone(&got), Arc::clone(&holds));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (mut stream, kept, held) = (stream.unwrap(), Arc::clone(&kept), Arc::clone(&held));
                std::thread::spawn(move || {
                    let Some(message) = read(&mut stream) else { return };
                    kept.lock().unwrap().push(message);
                    while held.load(Ordering::Relaxed) {
                        std::thread::sleep(Duration::from_millis(20));
                    }
                    let _its_host_may_be_dead =
                        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
                });
            }
        });
        Self { address, got, holds }
    }

    fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }

    /// Waits for so many messages, and gives them back by type.
    fn gets(&self, count: usize) -> BTreeMap<String, Got> {
        let got = eventually(&format!("{count} messages"), Duration::from_secs(60), || {
            let got = self.got();
            (got.len() >= count).then_some(got)
        });
        got.into_iter().map(|got| (got.json()["type"].as_str().unwrap().to_owned(), got)).collect()
    }

    /// A `pipelines.toml` with this receiver.
    fn pipelines(&self, folder: &tempfile::TempDir) -> PathBuf {
        let path = folder.path().join("pipelines.toml");
        let text = format!(
            "version = 1\n[pipelines.sound.use.loudness]\n[webhooks.app]\nurl = \"http://{}/hooks\"\nsecret = \"{SECRET}\"\n\
             events = [\"interview.completed\", \"interview.failed\", \"job.failed\", \"job.cancelled\"]\n",
            self.address
        );
        std::fs::write(&path, text).unwrap();
        path
    }
}

fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    let mut piece = [0; 8_192];
    loop {
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&piece[..length]);
        let text = String::from_utf8_lossy(&bytes);
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let headers: BTreeMap<String, String> =
            head.lines().skip(1).filter_map(|line| line.split_once(": ")).map(|(k, v)| (k.into(), v.into())).collect();
        if body.len() >= headers.get("content-length")?.parse().unwrap() {
            return Some(Got { headers, body: body.to_owned() });
        }
    }
}

/// A file that no analyzer can read.
fn broken(s3: &S3, key: &str) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("bad.mp4");
    std::fs::write(&file, "this is no recording, whatever its name says").unwrap();
    s3.put(key, &file);
}

fn submit(host: &Host, key: &str, interview: &str, expected: u32) -> String {
    let body = json!({
        "bucket": "interviews", "key": key, "pipeline": "sound", "interview_id": interview, "interview_type": "video",
        "expected_jobs": expected, "metadata": { "mine": 7 },
    });
    let (status, job) = host.post("/api/v1/jobs", &body);
    assert_eq!(status, 202, "{job:#}");
    job["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_receiver_is_told_of_what_it_asked_for_once_and_signed() {
    let (s3, receiver, folder) = (S3::start(), Receiver::start(), tempfile::tempdir().unwrap());
    let rushes =
        s3.rushes().env("WEBHOOK_ALLOW_PRIVATE", "127.0.0.1").env("RUSHES_PUBLIC_URL", "https://rushes.example");
    let host = Host::start_with(&rushes, &receiver.pipelines(&folder), &[]);
    s3.put("video/9/good.mp4", &sample(2).0);
    broken(&s3, "video/9/bad.mp4");
    let good = submit(&host, "video/9/good.mp4", "9", 2);
    let bad = submit(&host, "video/9/bad.mp4", "9", 2);
    host.ends_as(&good, "completed");
    host.ends_as(&bad, "failed");
    let told = receiver.gets(2);
    assert_eq!(told.keys().collect::<Vec<_>>(), ["interview.completed", "job.failed"]);
    for (event, got) in &told {
        got.assert_signed();
        let body = got.json();
        assert_eq!((&body["type"], &body["specversion"]), (&json!(event), &json!("1.0")));
        assert_eq!(body["id"], got.headers["webhook-id"]);
        assert!(got.body.len() < 20_000);
    }
    let failed = told["job.failed"].json()["data"].clone();
    assert_eq!((&failed["job"], &failed["interview_id"]), (&json!(bad), &json!("9")));
    assert_eq!((&failed["interview_type"], &failed["metadata"]), (&json!("video"), &json!({ "mine": 7 })));
    assert!(failed["error_message"].is_string(), "{failed:#}");
    assert_eq!(failed["links"]["job"], json!(format!("https://rushes.example/api/v1/jobs/{bad}")));
    let ended = told["interview.completed"].json()["data"].clone();
    assert_eq!((&ended["completed_jobs"], &ended["failed_jobs"]), (&json!(1), &json!(1)));
    // Nothing else is on its way: what was delivered says so.
    let (_, page) = host.get("/api/v1/webhooks/app/deliveries");
    let states: Vec<&Value> = page["deliveries"].as_array().unwrap().iter().map(|one| &one["state"]).collect();
    assert_eq!(states, ["delivered", "delivered"], "{page:#}");
    assert_eq!(receiver.got().len(), 2);
    let (status, _) = host.post("/api/v1/webhooks/app/test", &json!({}));
    assert_eq!(status, 202);
    assert!(receiver.gets(3).contains_key("webhook.test"));
}

#[test]
fn a_receiver_on_this_machine_gets_nothing_unless_it_was_named() {
    let (s3, receiver, folder) = (S3::start(), Receiver::start(), tempfile::tempdir().unwrap());
    let rushes = s3.rushes();
    let host = Host::start_with(&rushes, &receiver.pipelines(&folder), &[]);
    let cancelled = submit(&host, "video/8/none.mp4", "8", 1);
    assert_eq!(host.post(&format!("/api/v1/jobs/{cancelled}/cancel"), &json!({})).0, 202);
    let delivery = eventually("a try", Duration::from_secs(20), || {
        let (_, page) = host.get("/api/v1/webhooks/app/deliveries?state=pending");
        let first = page["deliveries"].as_array().unwrap().first().cloned();
        first.filter(|delivery| delivery["last_error"].is_string())
    });
    assert!(delivery["last_error"].as_str().unwrap().contains("WEBHOOK_ALLOW_PRIVATE"), "{delivery:#}");
    assert!(receiver.got().is_empty());
}

/// Killed between the POST and the note of its answer: the lease of the delivery runs out, and another process sends it.
#[test]
fn after_a_kill_between_post_and_note_the_message_comes_again_with_its_id() {
    let (s3, receiver, folder) = (S3::start(), Receiver::start(), tempfile::tempdir().unwrap());
    let rushes = s3.rushes().env("WEBHOOK_ALLOW_PRIVATE", "127.0.0.0/8");
    let pipelines = receiver.pipelines(&folder);
    let mut host = Host::start_with(&rushes, &pipelines, &[]);
    receiver.holds.store(true, Ordering::Relaxed);
    let job = submit(&host, "video/7/none.mp4", "7", 2);
    assert_eq!(host.post(&format!("/api/v1/jobs/{job}/cancel"), &json!({})).0, 202);
    let first = receiver.gets(1).remove("job.cancelled").unwrap();
    host.process.0.kill().unwrap();
    host.process.0.wait().unwrap();
    receiver.holds.store(false, Ordering::Relaxed);
    let host = Host::start_with(&rushes, &pipelines, &[]);
    let again = receiver.gets(2).remove("job.cancelled").unwrap();
    assert_eq!((&again.headers["webhook-id"], &again.body), (&first.headers["webhook-id"], &first.body));
    again.assert_signed();
    let delivered = eventually("it is noted", Duration::from_secs(10), || {
        let (_, page) = host.get("/api/v1/webhooks/app/deliveries?state=delivered");
        page["deliveries"].as_array().unwrap().first().cloned()
    });
    assert_eq!(delivered["attempt"], 2, "{delivered:#}");
    assert_eq!(receiver.got().len(), 2);
}
