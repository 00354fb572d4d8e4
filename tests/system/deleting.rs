//! Deleting an interview: what is left of it afterwards, looked for in all rows of all tables.

use std::process::Command;
use std::time::Duration;

use serde_json::{Value, json};

use crate::bad_input::wav;
use crate::harness::{Rushes, eventually, run};
use crate::postgres::Database;
use crate::serve::{Host, S3};

const NAME: &str = "unmistakable-4711";

/// An interview of two jobs, one of which fails, asked for with a key, and a webhook that nobody answers.
fn begin(s3: &S3, host: &Host) -> Vec<String> {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    ["good.wav", "bad.wav"]
        .map(|name| {
            let key = format!("audio/{NAME}/{name}");
            let body = json!({
                "bucket": "interviews", "key": key, "pipeline": "sound", "interview_id": NAME, "interview_type": "audio",
                "expected_jobs": 2, "metadata": { "about": NAME },
            });
            let request = agent.post(format!("{}/api/v1/jobs", host.address)).header("Idempotency-Key", format!("{NAME}-{name}"));
            let mut answer = request.send_json(&body).unwrap();
            let job: Value = answer.body_mut().read_json().unwrap();
            let file = if name == "good.wav" { wav() } else { crate::harness::root().join("README.md") };
            s3.put(&key, &file);
            let id = job["id"].as_str().unwrap_or_else(|| panic!("{job:#}")).to_owned();
            host.ends_as(&id, if name == "good.wav" { "completed" } else { "failed" });
            id
        })
        .to_vec()
}

fn delete(host: &Host, query: &str) -> Value {
    let agent = ureq::Agent::config_builder().http_status_as_error(false).build().new_agent();
    let mut answer = agent.delete(format!("{}/api/v1/interviews/{NAME}{query}", host.address)).call().unwrap();
    assert_eq!(answer.status(), 200);
    answer.body_mut().read_json().unwrap()
}

fn is_there(s3: &S3, name: &str) -> bool {
    ureq::get(format!("{}/interviews/audio/{NAME}/{name}", s3.server().endpoint())).call().is_ok()
}

/// Names of what a text names: an id as it is, without its dashes (as a blob is written), or the interview's name.
fn named(dump: &str, ids: &[String]) -> Vec<String> {
    let dump = dump.to_lowercase();
    let ids = ids.iter().flat_map(|id| [id.clone(), id.replace('-', "")]);
    // A blob's text is written as hex.
    let hex: String = NAME.bytes().map(|byte| format!("{byte:02x}")).collect();
    ids.chain([NAME.to_owned(), hex]).filter(|name| dump.contains(name)).collect()
}

fn deletes_all_of_it(s3: &S3, rushes: &Rushes, dump: impl Fn() -> String) {
    let folder = tempfile::tempdir().unwrap();
    let pipelines = folder.path().join("pipelines.toml");
    let text = "version = 1\n[pipelines.sound.use.loudness]\n[webhooks.app]\nurl = \"https://nobody.invalid/hooks\"\n\
                secret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\nevents = [\"interview.completed\", \"job.failed\"]\n";
    std::fs::write(&pipelines, text).unwrap();
    let host = Host::start_with(rushes, &pipelines, &[]);
    for (query, stays) in [("", true), ("?recordings=true", false)] {
        let jobs = begin(s3, &host);
        let ids: Vec<String> = jobs.clone();
        // Both events are in the outbox.
        eventually("its events", Duration::from_secs(20), || {
            let (_, page) = host.get("/api/v1/webhooks/app/deliveries");
            (page["deliveries"].as_array().unwrap().len() == 2).then_some(())
        });
        assert!(named(&dump(), &ids).len() >= 3, "the dump shows what is to be looked for");
        let receipt = delete(&host, query);
        assert_eq!((&receipt["jobs"], &receipt["reports"]), (&json!(2), &json!(1)), "{receipt:#}");
        assert_eq!(named(&dump(), &ids), Vec::<String>::new(), "{receipt:#}");
        assert_eq!((is_there(s3, "good.wav"), is_there(s3, "bad.wav")), (stays, stays), "{receipt:#}");
        for job in &jobs {
            assert_eq!(host.get(&format!("/api/v1/jobs/{job}")).0, 404);
        }
    }
    // Nor does a late write bring it back.
    drop(host);
    assert!(!dump().contains(NAME));
}

#[test]
fn after_an_interview_is_deleted_no_row_of_sqlite_names_it() {
    let s3 = S3::start();
    let rushes = s3.rushes();
    let file = rushes.data.path().join("rushes.db");
    let script = "import sqlite3, sys\nfor line in sqlite3.connect(sys.argv[1]).iterdump(): print(line)";
    deletes_all_of_it(&s3, &rushes, || run(Command::new("python3").args(["-c", script]).arg(&file)));
}

#[test]
fn after_an_interview_is_deleted_no_row_of_postgresql_names_it() {
    let Some(database) = Database::fresh() else { return };
    let s3 = S3::start();
    let rushes = s3.rushes().env("DATABASE_URL", database.url());
    deletes_all_of_it(&s3, &rushes, || database.dump(&[]));
}
