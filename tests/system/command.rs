//! The command line against a real host: what a person types, what is printed, and the exit code.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Ran, Rushes, sample};
use crate::serve::{Host, S3};

/// A host, its S3, and a command line that asks it.
struct World {
    s3: S3,
    host: Host,
    /// Its data folder goes with it.
    _served: Rushes,
}

impl World {
    fn start() -> Self {
        let s3 = S3::start();
        let served = s3.rushes();
        let host = Host::start(&served);
        Self { s3, host, _served: served }
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Rushes::new().env("RUSHES_URL", &self.host.address).run(arguments)
    }

    /// Standard output of a command that must succeed.
    fn says(&self, arguments: &[&str]) -> String {
        let ran = self.run(arguments);
        assert_eq!(ran.code, Some(0), "{arguments:?}: {}", ran.stderr);
        ran.stdout
    }

    /// A recording that no decoder reads.
    fn put_nonsense(&self, key: &str) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("bad.mp4");
        std::fs::write(&file, "this is not a video at all, whatever its name says").unwrap();
        self.put(key, &file);
    }

    fn put(&self, key: &str, file: &Path) {
        self.s3.put(key, file);
    }
}

#[test]
fn a_host_that_is_not_there_is_said_to_be_unreachable() {
    for command in [&["status"][..], &["jobs", "list"], &["explain", "1"], &["submit", "s3://b/k"]] {
        let ran = Rushes::new().run(&[command, &["--url", "http://127.0.0.1:9"]].concat());
        assert_eq!(ran.code, Some(1), "{command:?}: {}", ran.stderr);
        assert!(
            ran.stderr.contains("error[host.unreachable]: no host answers at http://127.0.0.1:9"),
            "{}",
            ran.stderr
        );
        assert!(ran.stderr.contains("help: start one with `rushes serve`"), "{}", ran.stderr);
        assert_eq!(ran.stdout, "");
    }
}

#[test]
fn wrong_use_ends_with_2() {
    let wrong = [
        &["submit", "interview.mp4"][..],
        &["submit", "s3://b/k", "--metadata", "{"],
        &["submit", "s3://b/k", "--priority", "10"],
        &["jobs", "retry"],
        &["jobs", "cancel", "--all"],
        &["status", "--url", "localhost:9001"],
        &["status", "--colour"],
    ];
    for command in wrong {
        let ran = Rushes::new().run(command);
        assert_eq!(ran.code, Some(2), "{command:?}: {}", ran.stderr);
    }
}

#[test]
fn a_submitted_job_can_be_waited_for() {
    let world = World::start();
    let (file, _) = sample(2);
    world.put("video/42/first.mp4", &file);
    let submit = ["submit", "s3://interviews/video/42/first.mp4", "--pipeline", "demo", "--interview", "42", "--wait"];
    let job: Value = serde_json::from_str(&world.says(&[&submit[..], &["--json"]].concat())).unwrap();
    assert_eq!((&job["state"], &job["interview_id"]), (&"completed".into(), &"42".into()), "{job:#}");
    let listed = world.says(&["jobs", "list", "--interview", "42"]);
    assert!(listed.contains(job["id"].as_str().unwrap()) && listed.contains("completed"), "{listed}");
    let shown = world.says(&["jobs", "show", job["id"].as_str().unwrap()]);
    assert!(shown.contains("s3://interviews/video/42/first.mp4"), "{shown}");
    let status = world.says(&["status"]);
    assert!(status.contains("1 host, 0 of 3 slots busy"), "{status}");
    world.put_nonsense("video/42/second.mp4");
    let ran = world.run(&["submit", "s3://interviews/video/42/second.mp4", "--pipeline", "demo", "--wait"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[media.unknown-format]"), "{}", ran.stderr);
}

#[test]
fn a_failed_job_is_explained() {
    let world = World::start();
    world.put_nonsense("video/3/a.mp4");
    let id = world.host.submit("video/3/a.mp4", "demo");
    world.host.ends_as(&id, "failed");
    let explained = world.says(&["explain", &id]);
    for part in ["media.unknown-format", "**What to do.**", &format!("rushes jobs retry {id}")] {
        assert!(explained.contains(part), "{part}: {explained}");
    }
    let (good, _) = sample(2);
    world.put("video/3/a.mp4", &good);
    assert!(world.says(&["jobs", "retry", &id]).contains("will be tried"));
    world.host.ends_as(&id, "completed");
    assert!(world.says(&["explain", &id]).contains("its report is at"));
}

#[test]
fn a_problem_is_printed_with_its_code_and_help() {
    let world = World::start();
    let ran = world.run(&["submit", "s3://interviews/a.mp4", "--pipeline", "nobody"]);
    assert_eq!(ran.code, Some(2), "{}", ran.stderr);
    assert!(
        ran.stderr.contains("error[pipeline.unknown]") && ran.stderr.contains("help: known are:"),
        "{}",
        ran.stderr
    );
    let ran = world.run(&["jobs", "show", "0198c0de-0000-7000-8000-000000000000"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stderr.contains("error[job.not-found]"), "{}", ran.stderr);
}
