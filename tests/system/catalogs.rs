//! Two hosts with different catalogs on one database, as there are while a deploy goes on.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::json;

use crate::bad_input::wav;
use crate::harness::{Rushes, eventually};
use crate::postgres::Database;
use crate::serve::{Host, S3};

/// A catalog in which `both` is quiet below this level, with more beside it.
fn catalog(folder: &Path, name: &str, silence_below_dbfs: i32, more: &str) -> PathBuf {
    let path = folder.join(name);
    let text = format!(
        "version = 1\n[pipelines.both.use.loudness]\nparams = {{ silence_below_dbfs = {silence_below_dbfs} }}\n{more}"
    );
    std::fs::write(&path, text).unwrap();
    path
}

fn start(s3: &S3, database: &Database, catalog: &Path) -> (Rushes, Host) {
    let rushes = s3.rushes().env("DATABASE_URL", database.url()).env("HOSTNAME", catalog.display());
    let host = Host::start_with(&rushes, catalog, &[]);
    (rushes, host)
}

#[test]
fn a_deploy_with_two_catalogs_fails_no_job() {
    let Some(database) = Database::fresh() else { return };
    let (s3, folder) = (S3::start(), tempfile::tempdir().unwrap());
    let old = catalog(folder.path(), "old.toml", -50, "[pipelines.only_old.use.loudness]\n");
    let new = catalog(folder.path(), "new.toml", -40, "");
    let ((_old_data, old_host), (_new_data, new_host)) = (start(&s3, &database, &old), start(&s3, &database, &new));
    let knows =
        |host: &Host| host.post("/api/v1/jobs", &json!({ "bucket": "interviews", "key": "k", "pipeline": "none" }));
    for host in [&old_host, &new_host] {
        let (status, problem) = knows(host);
        assert_eq!(status, 422, "{problem:#}");
        assert!(problem["type"].as_str().unwrap().ends_with("pipeline.unknown"), "{problem:#}");
    }

    // Each host is asked for each pipeline that any of them has.
    let mut jobs = Vec::new();
    for number in 0..8 {
        let key = format!("audio/{number}/a.wav");
        s3.put(&key, &wav());
        let asked = if number % 2 == 0 { &old_host } else { &new_host };
        let pipeline = if number < 4 { "only_old" } else { "both" };
        jobs.push((asked.submit(&key, pipeline), pipeline));
    }
    for (job, pipeline) in &jobs {
        let ended = old_host.ends_as(job, "completed");
        assert_eq!(ended["attempt"], 1, "{ended:#}");
        let by = database
            .rows(&format!("SELECT name FROM job_attempts JOIN hosts ON hosts.id = host_id WHERE job_id = '{job}'"));
        let (_, report) = new_host.get(&format!("/api/v1/jobs/{job}/report"));
        let params = &report["analyzers"]["loudness"]["provenance"]["params"];
        match *pipeline {
            "only_old" => assert_eq!(by, [old.display().to_string()], "no other host knows it"),
            _ => {
                let of_its_host = if by == [old.display().to_string()] { -50 } else { -40 };
                assert_eq!(params["silence_below_dbfs"].as_f64(), Some(f64::from(of_its_host)), "{by:?}: {params}");
            }
        }
    }

    // The old catalog goes, and a job of it is still there: it waits and says for what.
    let waits = new_host.submit("audio/9/a.wav", "only_old");
    drop(old_host);
    s3.put("audio/9/a.wav", &wav());
    eventually("it says what it waits for", Duration::from_secs(30), || {
        let (_, job) = new_host.get(&format!("/api/v1/jobs/{waits}"));
        assert_ne!(job["state"], "failed", "{job:#}");
        job["why"].as_str().unwrap().contains("no running host has loaded the pipeline `only_old`").then_some(())
    });
    let (status, problem) =
        new_host.post("/api/v1/jobs", &json!({ "bucket": "interviews", "key": "k", "pipeline": "only_old" }));
    assert_eq!(status, 422, "no host knows it any more: {problem:#}");
    let (_back_data, back) = start(&s3, &database, &old);
    back.ends_as(&waits, "completed");
    assert_eq!(database.number("SELECT count(*) FROM jobs WHERE status <> 3"), 0);
}
