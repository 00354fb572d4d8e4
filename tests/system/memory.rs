//! A host that may use little memory, large recordings, and more slots than fit.
//!
//! The recordings here are shorter than the ones that were measured: RUSHES_TEST_SECONDS=330 makes them 1 GB each.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::json;

use crate::harness::{eventually, number_from, run, scratch};
use crate::serve::{Host, S3};

const LIMIT_MIB: u64 = 1024;
const THRESHOLD_PERCENT: u64 = 85;
const JOBS: usize = 8;

/// Small pictures, little sound, and 3 MB a second of a track that nobody asks for: large, and quickly decoded.
fn large() -> PathBuf {
    let seconds = number_from("RUSHES_TEST_SECONDS", 30);
    let path = scratch().join(format!("large-{seconds}.mov"));
    if !path.exists() {
        let part = scratch().join(format!("large-{seconds}.part.mov"));
        let pictures = format!("testsrc2=s=320x180:r=10:d={seconds}");
        let tone = format!("aevalsrc='0.3*sin(2*PI*220*t)*lt(mod(t,7),5)':s=48000:d={seconds}");
        let noise =
            format!("anoisesrc=r=96000:d={seconds}:a=0.1,pan=8c|c0=c0|c1=c0|c2=c0|c3=c0|c4=c0|c5=c0|c6=c0|c7=c0");
        run(Command::new("ffmpeg")
            .args(["-v", "error", "-y", "-f", "lavfi", "-i", &pictures, "-f", "lavfi", "-i", &tone])
            .args(["-f", "lavfi", "-i", &noise, "-map", "0", "-map", "1", "-map", "2", "-c:v", "libx264"])
            .args(["-preset", "ultrafast", "-g", "20", "-pix_fmt", "yuv420p", "-c:a:0", "aac", "-c:a:1", "pcm_f32le"])
            .arg(&part));
        std::fs::rename(part, &path).unwrap();
    }
    path
}

/// What was seen while the jobs ran.
#[derive(Debug, Default)]
struct Seen {
    /// Of the looks at which anything ran, those at which two or more did.
    looks: usize,
    with_two: usize,
    most_jobs: u64,
    most_used_mib: u64,
    most_reserved_mib: u64,
}

fn resident_mib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches("kB").trim().parse::<u64>().unwrap() / 1024
}

fn watched(is_monitored: bool) -> Seen {
    let (s3, folder) = (S3::start(), tempfile::tempdir().unwrap());
    let pipelines = folder.path().join("pipelines.toml");
    let text =
        "version = 1\n[limits]\nmemory = \"64 MiB\"\n[pipelines.two.use.loudness]\n[pipelines.two.use.picture]\n";
    std::fs::write(&pipelines, text).unwrap();
    let file = large();
    let rushes = s3
        .rushes()
        .env("MAX_CONCURRENT_JOBS", 6)
        .env("MEMORY_LIMIT_MB", LIMIT_MIB)
        .env("MEMORY_THRESHOLD_PERCENT", THRESHOLD_PERCENT)
        .env("ENABLE_MEMORY_MONITORING", is_monitored);
    // Five seconds each at least, or with large ones as long as it takes.
    let per_request = std::fs::metadata(&file).unwrap().len() / 5 / 16;
    s3.server().faults().set_bytes_per_second(Some(per_request.min(4_000_000)));
    let host = Host::start_with(&rushes, &pipelines, &[]);
    let jobs: Vec<String> = (0..JOBS)
        .map(|number| {
            let key = format!("video/{number}/large.mov");
            s3.link(&key, &file);
            host.submit(&key, "two")
        })
        .collect();
    let mut seen = Seen::default();
    eventually("all jobs ended", Duration::from_secs(600), || {
        let (_, queue) = host.get("/api/v1/queue/status");
        let running = queue["processing_jobs"].as_u64().unwrap();
        seen.looks += usize::from(running > 0);
        seen.with_two += usize::from(running > 1);
        seen.most_jobs = seen.most_jobs.max(running);
        seen.most_used_mib = seen.most_used_mib.max(resident_mib(host.process.0.id()));
        let reserved = queue["host"]["memory_reserved_bytes"].as_u64().unwrap_or(0);
        seen.most_reserved_mib = seen.most_reserved_mib.max(reserved >> 20);
        (queue["completed_jobs"] == jobs.len()).then_some(())
    });
    for job in &jobs {
        assert_eq!(host.ends_as(job, "completed")["attempt"], json!(1));
    }
    eprintln!("monitored: {is_monitored}: {seen:?}");
    seen
}

#[test]
fn a_small_host_runs_as_many_large_jobs_as_fit_and_stays_under_its_threshold() {
    let seen = watched(true);
    assert!(seen.with_two * 2 >= seen.looks, "at least two at once half of the time: {seen:?}");
    assert!(seen.most_used_mib * 100 <= LIMIT_MIB * (THRESHOLD_PERCENT + 5), "{seen:?}");
    assert!(seen.most_reserved_mib * 100 <= LIMIT_MIB * THRESHOLD_PERCENT, "{seen:?}");
    assert!(seen.most_jobs < 6, "{seen:?}");
}

#[test]
fn without_monitoring_a_small_host_takes_more_than_fits() {
    let seen = watched(false);
    assert_eq!(seen.most_jobs, 6, "{seen:?}");
    assert!(seen.most_reserved_mib * 100 > LIMIT_MIB * THRESHOLD_PERCENT, "{seen:?}");
}
