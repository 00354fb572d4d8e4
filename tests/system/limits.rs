//! What an operator may set, and what the commands that operators know say about it.

use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::harness::{Rushes, eventually, root, run};
use crate::network::Network;
use crate::same::recording;
use crate::serve::{Host, S3};

#[test]
fn with_two_slots_never_more_than_two_jobs_run() {
    let s3 = S3::start();
    let rushes = s3.rushes().env("MAX_CONCURRENT_JOBS", 2).env("MEMORY_THRESHOLD_PERCENT", 95);
    let keys: Vec<String> = (0..6).map(|number| format!("audio/{number}/a.wav")).collect();
    for key in &keys {
        s3.put(key, &crate::bad_input::wav());
    }
    // Long enough that both are seen at work, however seldom one can look. Uploads would take as long.
    s3.server().faults().set_latency(Duration::from_millis(1_000));
    let host = Host::start(&rushes);
    let jobs: Vec<String> = keys.iter().map(|key| host.submit(key, "interview_audio")).collect();
    let mut most = 0;
    eventually("all jobs ended", Duration::from_secs(60), || {
        let (_, queue) = host.get("/api/v1/queue/status");
        let running = queue["processing_jobs"].as_u64().unwrap();
        assert!(running <= 2 && queue["max_concurrent_jobs"] == 2, "{queue:#}");
        most = most.max(running);
        (queue["completed_jobs"] == jobs.len()).then_some(())
    });
    assert_eq!(most, 2, "both slots were used");
}

/// One job fits; while it runs the process alone is above its threshold, so the second waits.
#[test]
fn above_its_threshold_a_host_takes_nothing_and_says_memory_constrained() {
    let s3 = S3::start();
    let folder = tempfile::tempdir().unwrap();
    let pipelines = folder.path().join("pipelines.toml");
    std::fs::write(&pipelines, "version = 1\n[limits]\nmemory = \"16 MiB\"\n[pipelines.small.use.loudness]\n").unwrap();
    let rushes =
        s3.rushes().env("MAX_CONCURRENT_JOBS", 4).env("STREAMING_READAHEAD_MB", 2).env("STREAMING_MAX_REQUESTS", 1);
    let with = |limit: u64, percent: u64| {
        let rushes = s3.rushes().env("MEMORY_LIMIT_MB", limit).env("MEMORY_THRESHOLD_PERCENT", percent);
        let host = Host::start_with(&rushes, &pipelines, &[]);
        (rushes, host)
    };
    // Far less than a process takes: no job is begun at all, and one that waits says why.
    let (_data, host) = with(128, 10);
    s3.put("audio/1/a.mp4", &recording());
    let never = host.submit("audio/1/a.mp4", "small");
    eventually("it says why", Duration::from_secs(20), || {
        let (_, job) = host.get(&format!("/api/v1/jobs/{never}"));
        assert!(["waiting_for_file", "ready"].contains(&job["state"].as_str().unwrap()), "{job:#}");
        job["why"].as_str().unwrap().contains("needs more memory than any running host may use").then_some(())
    });
    let (_, queue) = host.get("/api/v1/queue/status");
    assert_eq!((&queue["throttle"], queue["processing_jobs"].as_u64()), (&"memory_constrained".into(), Some(0)));
    assert_eq!(host.get("/health/health").1["memory"]["state"], "degraded");
    drop(host);

    // Room for one: 16 + 2 + 24 + 96 MiB of 153. The others wait, and nothing fails.
    let rushes = rushes.env("MEMORY_LIMIT_MB", 180).env("MEMORY_THRESHOLD_PERCENT", 85);
    let host = Host::start_with(&rushes, &pipelines, &[]);
    let jobs: Vec<String> = (0..3)
        .map(|number| {
            let key = format!("audio/3{number}/a.wav");
            s3.put(&key, &crate::bad_input::wav());
            host.submit(&key, "small")
        })
        .collect();
    eventually("all jobs ended, one after the other", Duration::from_secs(60), || {
        let (_, queue) = host.get("/api/v1/queue/status");
        assert!(queue["processing_jobs"].as_u64().unwrap() <= 1, "{queue:#}");
        (queue["completed_jobs"] == jobs.len()).then_some(())
    });
}

/// Name, an example of what isn't allowed, and what is, of each setting in the page that is made from the table.
fn refused_values() -> Vec<(String, String, String)> {
    let text = std::fs::read_to_string(root().join("docs/configuration.md")).unwrap();
    let rows = text.lines().filter(|line| line.starts_with("| `"));
    let mut refused = Vec::new();
    for row in rows {
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").map(str::trim).collect();
        let name = cells[0].trim_start_matches('`').split('`').next().unwrap().to_owned();
        let allowed = cells[2].replace('`', "");
        let mut add = |value: String| refused.push((name.clone(), value, allowed.clone()));
        let limits = allowed.split_once(" from ").map(|(_, rest)| rest);
        if let Some(limits) = limits {
            let numbers: Vec<u64> =
                limits.split(|c: char| !c.is_ascii_digit()).filter_map(|number| number.parse().ok()).take(2).collect();
            add((numbers[1] + 1).to_string());
            if numbers[0] > 0 {
                add((numbers[0] - 1).to_string());
            }
            add("-1".into());
            add("many".into());
        } else if allowed.starts_with("any text") {
            // RUSHES_DATA may be anything; of RUSHES_LOG see below.
        } else if allowed.starts_with("names with commas") {
            add(",".into());
        } else {
            add("per haps".into());
        }
    }
    refused.push(("RUSHES_LOG".into(), "queue=loud".into(), "a level".into()));
    refused
}

#[test]
fn every_setting_that_makes_no_sense_stops_the_start_with_name_value_and_range() {
    let refused = refused_values();
    let names: std::collections::BTreeSet<&str> = refused.iter().map(|(name, ..)| name.as_str()).collect();
    assert!(names.len() >= 30, "{names:?}");
    let mut wrong = Vec::new();
    for (name, value, allowed) in &refused {
        let began = Instant::now();
        let rushes = Rushes::new().env("RUSHES_LISTEN", "127.0.0.1:0").env(name, value);
        let pipelines = root().join("pipelines.toml");
        let mut command = rushes.command();
        let mut child = command
            .args(["serve", "--pipelines"])
            .arg(pipelines)
            .stdout(std::process::Stdio::null())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let status = loop {
            if let Some(status) = child.try_wait().unwrap() {
                break Some(status);
            }
            if began.elapsed() > Duration::from_secs(10) {
                child.kill().unwrap();
                child.wait().unwrap();
                break None;
            }
            std::thread::sleep(Duration::from_millis(5));
        };
        let mut said = String::new();
        std::io::Read::read_to_string(child.stderr.as_mut().unwrap(), &mut said).unwrap();
        // An address may hold a password: that it is set is all that is said.
        let shown = if name == "DATABASE_URL" { "(set)" } else { value };
        let is_said = said.contains(&format!("{name} is `{shown}`")) && said.contains(allowed.as_str());
        if !is_said || status.and_then(|status| status.code()).is_none_or(|code| code == 0) {
            wrong.push(format!("{name}={value} ({status:?}): {said}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The commands of the troubleshooting that operators know, letter by letter, on the port that a host has by itself.
#[test]
fn the_commands_of_the_troubleshooting_answer_as_they_did() {
    let Some(network) = Network::with(1) else { return };
    let rushes = Rushes::new().env("MAX_CONCURRENT_JOBS", 2).by(&network.inside(0));
    let host = Host::start(&rushes);
    assert_eq!(host.address, "http://127.0.0.1:9001");
    let curl = |path: &str| -> Value {
        let asked = network.inside(0);
        let mut command = Command::new(asked[0]);
        let said = run(command.args(&asked[1..]).args(["curl", "-s", &format!("http://localhost:9001{path}")]));
        serde_json::from_str(&said).unwrap_or_else(|error| panic!("{error}: {said}"))
    };
    let health = eventually("its first figures", Duration::from_secs(20), || {
        let health = curl("/health/health");
        health["host"].is_object().then_some(health)
    });
    for figure in ["memory_used_bytes", "memory_limit_bytes", "memory_reserved_bytes"] {
        assert!(health["host"][figure].is_u64(), "{figure}: {health:#}");
    }
    assert!(health["host"]["memory_used_bytes"].as_u64() > Some(1 << 20), "{health:#}");
    assert_eq!(health["memory"]["state"], "ok", "{health:#}");
    let queue = curl("/api/v1/queue/status");
    assert_eq!((queue["max_concurrent_jobs"].as_u64(), queue["active_jobs_count"].as_u64()), (Some(2), Some(0)));
    let stats = curl("/api/v1/queue/stats");
    assert!(stats["memory_usage"].as_str().is_some_and(|usage| usage.ends_with('%')), "{stats:#}");
}
