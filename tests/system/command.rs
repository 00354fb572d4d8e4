//! The command line against a real host: what a person types, what is printed, and the exit code.

use std::path::Path;
use std::time::Duration;

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
    assert!(status.contains("1 host, ") && status.contains("of 3 slots busy"), "{status}");
    assert!(world.says(&["health"]).contains("database   ok"));
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

#[test]
fn a_token_is_shown_once_and_listed_without_its_secret() {
    let rushes = Rushes::new();
    let ran = rushes.run(&["token", "create", "ci", "--scopes", "jobs:read,jobs:write", "--expires", "90d"]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    let token = ran.stdout.trim().to_owned();
    let id = token.split('_').nth(1).unwrap().to_owned();
    assert!(token.starts_with("rsh_"), "{token}");
    let listed = rushes.run(&["token", "list"]);
    assert!(listed.stdout.contains(&id) && listed.stdout.contains("good"), "{}", listed.stdout);
    assert!(!listed.stdout.contains(&token));
    assert_eq!(rushes.run(&["token", "revoke", &id]).code, Some(0));
    assert!(rushes.run(&["token", "list"]).stdout.contains("revoked"));
    assert_eq!(rushes.run(&["token", "revoke", "nobody"]).code, Some(1));
    assert_eq!(rushes.run(&["token", "create", "ci", "--scopes", "everything"]).code, Some(2));
}

#[test]
fn a_worker_ends_by_itself_and_an_api_runs_no_jobs() {
    let s3 = S3::start();
    let (file, _) = sample(2);
    s3.put("video/42/first.mp4", &file);
    let rushes = s3.rushes();
    let pipelines = crate::harness::root().join("pipelines.toml");
    let pipelines = pipelines.to_str().unwrap();
    let host = Host::start_as(&rushes, &["--roles", "api"]);
    let id = host.submit("video/42/first.mp4", "demo");
    // The host that takes requests looks for files.
    crate::harness::eventually("the file was found", Duration::from_secs(20), || {
        (host.get(&format!("/api/v1/jobs/{id}")).1["state"] == "ready").then_some(())
    });
    assert_eq!(host.get("/api/v1/queue/status").1["max_concurrent_jobs"], 0);
    let ran = rushes.run(&["worker", "--once", "--max", "1", "--pipelines", pipelines]);
    assert_eq!(ran.code, Some(0), "{}", ran.stderr);
    assert_eq!(host.get(&format!("/api/v1/jobs/{id}")).1["state"], "completed");
    // Nothing is left: it ends at once, and so does one that waits a second for more.
    for idle in [&["--once"][..], &["--drain-idle", "1"]] {
        let ran = rushes.run(&[&["worker", "--pipelines", pipelines][..], idle].concat());
        assert_eq!(ran.code, Some(0), "{}", ran.stderr);
        assert!(ran.wall < Duration::from_secs(20), "{:?}", ran.wall);
    }
}

#[test]
fn a_worker_alone_answers_for_its_health_and_nothing_else() {
    let s3 = S3::start();
    let rushes = s3.rushes();
    let host = Host::start_as(&rushes, &["--roles", "worker"]);
    assert_eq!(host.get("/health/live").0, 200);
    assert_eq!(host.get("/api/v1/queue/status").0, 404);
}

#[test]
fn what_matches_is_retried_cancelled_and_deleted_together() {
    let world = World::start();
    for key in ["a", "b"] {
        world.put_nonsense(&format!("video/7/{key}.mp4"));
    }
    let failed = ["a", "b"].map(|key| world.host.submit(&format!("video/7/{key}.mp4"), "demo"));
    failed.iter().for_each(|id| drop(world.host.ends_as(id, "failed")));
    let waits = world.host.submit("video/7/c.mp4", "demo");
    assert!(world.says(&["jobs", "list", "--status", "failed"]).contains(&failed[0]));
    assert!(!world.says(&["jobs", "list", "--status", "failed"]).contains(&waits));
    assert_eq!(world.says(&["jobs", "list", "--stuck"]).trim(), "no job matches");
    let cancel = ["jobs", "cancel", "--all", "--interview", "42", "--status", "waiting_for_file"];
    assert!(world.says(&cancel).starts_with("1 jobs will be cancelled"));
    assert!(world.says(&["jobs", "retry", "--all", "--status", "failed"]).starts_with("2 jobs will be tried"));
    failed.iter().for_each(|id| drop(world.host.ends_as(id, "failed")));
    let attempts = world.says(&["explain", &failed[0]]);
    assert!(attempts.contains("ATTEMPT") && attempts.contains("media.unknown-format"), "{attempts}");
    let deleted = world.says(&["jobs", "delete", &failed[0]]);
    assert!(deleted.contains("jobs") && deleted.contains("a.mp4 is still there"), "{deleted}");
    assert_eq!(world.run(&["jobs", "show", &failed[0]]).code, Some(1));
}

#[test]
fn an_interview_is_shown_sealed_and_deleted() {
    let world = World::start();
    let (file, _) = sample(2);
    world.put("video/42/first.mp4", &file);
    let id = world.host.submit("video/42/first.mp4", "demo");
    world.host.ends_as(&id, "completed");
    assert!(world.says(&["interviews", "list"]).contains("42"));
    let sealed = world.says(&["interviews", "seal", "42"]);
    assert!(sealed.contains("completed") && sealed.contains(&id), "{sealed}");
    let logged = world.run(&["jobs", "logs", &id]);
    assert_eq!(logged.code, Some(0), "{}", logged.stderr);
    let deleted = world.says(&["interviews", "delete", "42"]);
    assert!(deleted.contains("reports") && deleted.contains("first.mp4 is still there"), "{deleted}");
    assert_eq!(world.run(&["interviews", "show", "42"]).code, Some(1));
}

#[test]
fn a_host_and_a_pipeline_are_paused_and_resumed() {
    let world = World::start();
    let hosts: Value = serde_json::from_str(&world.says(&["hosts", "list", "--json"])).unwrap();
    let id = hosts["hosts"][0]["id"].as_str().unwrap().to_owned();
    world.says(&["hosts", "pause", &id]);
    crate::harness::eventually("the host is paused", Duration::from_secs(20), || {
        world.says(&["hosts", "list"]).contains("paused").then_some(())
    });
    world.says(&["hosts", "resume", &id]);
    world.says(&["pipelines", "pause", "demo"]);
    let (file, _) = sample(2);
    world.put("video/42/first.mp4", &file);
    let job = world.host.submit("video/42/first.mp4", "demo");
    crate::harness::eventually("the job says why it waits", Duration::from_secs(20), || {
        world.says(&["jobs", "show", &job]).contains("paused").then_some(())
    });
    world.says(&["pipelines", "resume", "demo"]);
    world.host.ends_as(&job, "completed");
}
