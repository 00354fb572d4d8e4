//! A job under which its host dies each time, and innocents beside it.

use std::time::Duration;

use serde_json::{Value, json};

use crate::bad_input::wav;
use crate::harness::eventually;
use crate::serve::{Host, S3};

fn state(host: &Host, job: &str) -> Value {
    host.get(&format!("/api/v1/jobs/{job}")).1
}

/// No component can end a host, so the test does it: kill -9 whenever the poisonous one is at work.
#[test]
fn a_job_under_which_hosts_die_ends_as_poison_and_innocents_beside_it_complete_uncharged() {
    let s3 = S3::start();
    let rushes = s3.rushes().env("MAX_CONCURRENT_JOBS", 3).env("MEMORY_THRESHOLD_PERCENT", 95);
    let keys = ["audio/1/innocent.wav", "audio/2/poison.wav", "audio/3/innocent.wav"];
    keys.iter().for_each(|key| s3.put(key, &wav()));
    let hangs = |key: &str| {
        s3.server().faults().add(rushes_devs3::When::get().key(key), rushes_devs3::Action::Hang { after: 0 })
    };
    keys.iter().for_each(|key| hangs(key));
    let mut host = Host::start(&rushes);
    let jobs = keys.map(|key| host.submit(key, "interview_audio"));
    let [_, poison, _] = &jobs;
    // A job that a dead host had stands as processing until the next one takes it back: it is told apart by its start.
    let mut before: Vec<Value> = Vec::new();
    let is_at_work = |host: &Host, job: &str, before: &[Value]| {
        let job = state(host, job);
        (job["state"] == "processing" && !before.contains(&job["started_at"])).then_some(job)
    };
    let mut kills = 0;
    let ended = loop {
        let now = eventually("the poisonous job is at work, or ended", Duration::from_secs(30), || {
            let job = state(&host, poison);
            let all = || jobs.iter().all(|job| is_at_work(&host, job, &before).is_some());
            (job["state"] == "failed" || is_at_work(&host, poison, &before).is_some() && (kills > 0 || all()))
                .then_some(job)
        });
        if now["state"] == "failed" {
            break now;
        }
        let at_work: Vec<Value> = jobs.iter().filter_map(|job| is_at_work(&host, job, &before)).collect();
        assert_eq!(at_work.len(), if kills == 0 { 3 } else { 1 }, "after a crash it runs alone: {at_work:#?}");
        before.extend(at_work.iter().map(|job| job["started_at"].clone()));
        host.process.0.kill().unwrap();
        host.process.0.wait().unwrap();
        kills += 1;
        if kills == 1 {
            s3.server().faults().clear();
            hangs(keys[1]);
        }
        host = Host::start(&rushes);
    };
    assert_eq!(kills, 3);
    assert_eq!((&ended["failure"]["kind"], &ended["failure"]["code"]), (&json!("poison"), &json!("job.poison")));
    for job in [&jobs[0], &jobs[2]] {
        let ended = host.ends_as(job, "completed");
        assert_eq!(ended["attempt"], 1, "{ended:#}");
    }
}
