//! How soon a new job begins on a host that has nothing to do. RUSHES_TEST_JOBS=100 measures; the tests themselves only
//! see that it is a matter of milliseconds, not of rounds of a loop.

use std::time::{Duration, Instant};

use serde_json::Value;

use crate::bad_input::wav;
use crate::harness::{eventually, number_from};
use crate::postgres::Database;
use crate::serve::{Host, S3};

/// Milliseconds of a day: `2026-01-31T23:59:59.999Z`.
fn of_day(moment: &Value) -> i64 {
    let text = moment.as_str().unwrap_or_else(|| panic!("{moment}"));
    let clock: Vec<f64> =
        text[11..].trim_end_matches('Z').split(':').map(|part| part.parse().expect("a number")).collect();
    ((clock[0] * 3600.0 + clock[1] * 60.0 + clock[2]) * 1000.0).round() as i64
}

/// Creates tiny jobs, each when the one before has ended, and gives back what half and 99 of 100 waited at most.
fn waits(s3: &S3, asked: &Host) -> (i64, i64) {
    let count = number_from("RUSHES_TEST_JOBS", 20) as usize;
    s3.put("audio/1/tiny.wav", &wav());
    let mut waited: Vec<i64> = (0..count)
        .map(|_| {
            let began = Instant::now();
            let job = asked.submit("audio/1/tiny.wav", "interview_audio");
            let ended = asked.ends_as(&job, "completed");
            // A batch of claims every quarter of a second: the host is idle again after that.
            eventually("it is idle", Duration::from_secs(1), || {
                (began.elapsed() > Duration::from_millis(400)).then_some(())
            });
            (of_day(&ended["started_at"]) - of_day(&ended["created_at"])).rem_euclid(86_400_000)
        })
        .collect();
    waited.sort_unstable();
    (waited[count / 2], waited[(count * 99).div_ceil(100) - 1])
}

#[test]
fn a_new_job_begins_at_once_on_an_idle_host() {
    let s3 = S3::start();
    let rushes = s3.rushes().env("QUEUE_CHECK_INTERVAL", 30).env("LEASE_SECONDS", 60);
    let host = Host::start(&rushes);
    let (half, most) = waits(&s3, &host);
    eprintln!("one host: a new job begins after {half} ms (p50), {most} ms (p99)");
    assert!(most < 1_000, "{most} ms: it was found by looking");
}

#[test]
fn a_new_job_begins_at_once_on_another_idle_host() {
    let Some(database) = Database::fresh() else { return };
    let s3 = S3::start();
    let here =
        || s3.rushes().env("QUEUE_CHECK_INTERVAL", 30).env("LEASE_SECONDS", 60).env("DATABASE_URL", database.url());
    let (asked_data, works_data) = (here(), here());
    let asked = Host::start_as(&asked_data, &["--roles", "api"]);
    let _works = Host::start_as(&works_data, &["--roles", "worker"]);
    let (half, most) = waits(&s3, &asked);
    eprintln!("across hosts: a new job begins after {half} ms (p50), {most} ms (p99)");
    assert!(most < 2_000, "{most} ms: it was found by looking");
}
