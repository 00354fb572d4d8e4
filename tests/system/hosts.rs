//! Many hosts on one PostgreSQL: one is cut off, killed, ended; its jobs go on elsewhere and end once.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::harness::{Rushes, eventually, number_from, run};
use crate::network::Network;
use crate::postgres::Database;
use crate::same::recording;
use crate::serve::{Host, S3};

/// A recording of 150 s that takes about fifteen to read, one request after the other.
fn put_slow(s3: &S3, key: &str) {
    let file = recording();
    s3.put(key, &file);
    s3.server().faults().set_bytes_per_second(Some(std::fs::metadata(&file).unwrap().len() / 15));
}

/// A host that reads so that the rate above is the rate of its job.
pub(crate) fn slow_reader(s3: &S3, name: &str, database: &str) -> Rushes {
    s3.rushes()
        .env("CHUNKED_FILE_SIZE_THRESHOLD_MB", 0)
        .env("STREAMING_READAHEAD_MB", 2)
        .env("STREAMING_CHUNK_SIZE_MB", 1)
        .env("STREAMING_MAX_REQUESTS", 1)
        .env("DATABASE_URL", database)
        .env("HOSTNAME", name)
}

/// Who has the job, once it has got so far.
fn at_work(database: &Database, job: &str) -> String {
    let question = format!(
        "SELECT name FROM jobs JOIN hosts ON hosts.id = host_id WHERE jobs.id = '{job}' AND status = 1 AND progress > 100"
    );
    eventually("a host is at work", Duration::from_secs(60), || database.rows(&question).pop())
}

/// `name|outcome` of each attempt at a job, the first one first.
fn attempts(database: &Database, job: &str) -> Vec<String> {
    database.rows(&format!(
        "SELECT coalesce(name, '?'), outcome FROM job_attempts LEFT JOIN hosts ON hosts.id = host_id \
         WHERE job_id = '{job}' ORDER BY job_attempts.started_at"
    ))
}

/// By the clock that attempts are measured by.
fn now_ms(database: &Database) -> i64 {
    database.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint")
}

/// Waits until a host was heard of after a moment, twice, and has ended what it was at.
fn is_idle_again(database: &Database, name: &str, moment: i64) {
    for after in [moment, moment + 1_500] {
        let question = format!("SELECT 1 FROM hosts WHERE name = '{name}' AND running = 0 AND heartbeat_at > {after}");
        eventually("the host is heard of again", Duration::from_secs(60), || database.rows(&question).pop());
    }
}

fn signal(host: &Host, name: &str) {
    run(Command::new("kill").args([&format!("-{name}"), &host.process.0.id().to_string()]));
}

#[test]
fn a_host_that_is_cut_off_leaves_its_job_to_another_and_writes_nothing_when_it_is_back() {
    let Some(database) = Database::fresh() else { return };
    let Some(network) = Network::with(3) else { return };
    let s3 = S3::start();
    let (rows, objects) = (network.forward(database.server()), network.forward(&s3.server().address().to_string()));
    let outside_data = s3.rushes().env("DATABASE_URL", database.url());
    let outside = Host::start_as(&outside_data, &["--roles", "api"]);
    let inside: Vec<(Rushes, Host)> = (0..3)
        .map(|index| {
            let rushes = slow_reader(&s3, &format!("inside-{index}"), &database.url_by(&rows.0.to_string()))
                .env("AWS_ENDPOINT_URL_S3", format!("http://{}", objects.0))
                .by(&network.inside(index));
            let host = Host::start_as(&rushes, &["--roles", "worker"]);
            (rushes, host)
        })
        .collect();
    put_slow(&s3, "audio/1/a.mp4");
    let job = outside.submit("audio/1/a.mp4", "interview_audio");
    let name = at_work(&database, &job);
    let lost: usize = name.strip_prefix("inside-").unwrap().parse().unwrap();
    network.cut(lost);
    outside.ends_as(&job, "completed");

    let tried = attempts(&database, &job);
    let completed = tried.iter().filter(|attempt| !attempt.starts_with(&name)).count();
    assert_eq!((tried.len(), completed), (2, 1), "one was lost, another host made the second: {tried:?}");
    let ended = database.dump(&["hosts"]);
    let mended = now_ms(&database);
    network.mend(lost);
    is_idle_again(&database, &name, mended);
    assert_eq!(database.dump(&["hosts"]), ended, "the host wrote something when it came back");

    // It isn't merely silent: alone, it works as before.
    for (index, (_, host)) in inside.iter().enumerate() {
        if index != lost {
            signal(host, "TERM");
        }
    }
    s3.server().faults().set_bytes_per_second(None);
    let next = outside.submit("audio/1/a.mp4", "interview_audio");
    outside.ends_as(&next, "completed");
    assert!(attempts(&database, &next).pop().unwrap().starts_with(&name));
    let lines_of = |dump: &str| dump.lines().filter(|line| line.contains(&job)).map(str::to_owned).collect::<Vec<_>>();
    let (was, is) = (lines_of(&ended), lines_of(&database.dump(&["hosts", "partial_uses"])));
    assert!(is.iter().all(|line| was.contains(line)), "{is:#?}\nwas\n{was:#?}");
}

/// Two hosts; the one that has the job.
struct Pair {
    s3: S3,
    database: Database,
    hosts: Vec<(Rushes, Host)>,
    job: String,
    worker: usize,
}

impl Pair {
    fn at_work(lease: u64) -> Option<Self> {
        let (database, s3) = (Database::fresh()?, S3::start());
        let hosts: Vec<(Rushes, Host)> = (0..2)
            .map(|index| {
                let rushes = slow_reader(&s3, &format!("pair-{index}"), &database.url())
                    .env("LEASE_SECONDS", lease)
                    .env("DRAIN_TIMEOUT", 1)
                    // The default: what must go on soon is told, not found by looking.
                    .env("QUEUE_CHECK_INTERVAL", 30);
                let host = Host::start(&rushes);
                (rushes, host)
            })
            .collect();
        put_slow(&s3, "audio/2/a.mp4");
        let job = hosts[0].1.submit("audio/2/a.mp4", "interview_audio");
        let worker = if at_work(&database, &job) == "pair-0" { 0 } else { 1 };
        Some(Self { s3, database, hosts, job, worker })
    }

    /// Seconds from a moment to the start of the second attempt, which must be another host's.
    fn goes_on_after(&self, moment: i64) -> f64 {
        let question =
            format!("SELECT started_at FROM job_attempts WHERE job_id = '{}' AND started_at > {moment}", self.job);
        let started = eventually("the job goes on elsewhere", Duration::from_secs(120), || {
            self.database.rows(&question).pop()?.parse::<i64>().ok()
        });
        self.s3.server().faults().set_bytes_per_second(None);
        let other = &self.hosts[1 - self.worker].1;
        let job = other.ends_as(&self.job, "completed");
        assert_eq!(job["attempt"], 1, "nobody is charged for the end of a host: {job:#}");
        assert!(attempts(&self.database, &self.job)[1].starts_with(&format!("pair-{}", 1 - self.worker)));
        (started - moment) as f64 / 1000.0
    }
}

/// RUSHES_TEST_LEASE=60 measures it with the default lease.
#[test]
fn a_job_of_a_host_that_was_killed_goes_on_elsewhere_when_its_lease_has_run_out() {
    let lease = number_from("RUSHES_TEST_LEASE", 6);
    let Some(mut pair) = Pair::at_work(lease) else { return };
    let killed = now_ms(&pair.database);
    let process = &mut pair.hosts[pair.worker].1.process.0;
    process.kill().unwrap();
    process.wait().unwrap();
    let seconds = pair.goes_on_after(killed);
    eprintln!("killed: the job went on elsewhere after {seconds:.1} s, with a lease of {lease} s");
    assert!(seconds < lease as f64 + 15.0, "{seconds} s");
}

#[test]
fn a_job_of_a_host_that_was_ended_goes_on_elsewhere_within_moments() {
    let Some(mut pair) = Pair::at_work(60) else { return };
    let asked = now_ms(&pair.database);
    signal(&pair.hosts[pair.worker].1, "TERM");
    let status = pair.hosts[pair.worker].1.process.0.wait().unwrap();
    assert_eq!(status.code(), Some(0));
    let seconds = pair.goes_on_after(asked);
    eprintln!("ended: the job went on elsewhere after {seconds:.1} s, one of them DRAIN_TIMEOUT");
    assert!(seconds < 5.0, "{seconds} s");
}

/// Frozen, not killed: it doesn't know that its lease has run out, and goes on where it was.
#[test]
fn a_host_that_stood_still_writes_nothing_when_it_goes_on() {
    let Some(pair) = Pair::at_work(6) else { return };
    let frozen = now_ms(&pair.database);
    signal(&pair.hosts[pair.worker].1, "STOP");
    pair.goes_on_after(frozen);
    let ended = pair.database.dump(&["hosts"]);
    let thawed = now_ms(&pair.database);
    signal(&pair.hosts[pair.worker].1, "CONT");
    is_idle_again(&pair.database, &format!("pair-{}", pair.worker), thawed);
    assert_eq!(pair.database.dump(&["hosts"]), ended, "the host wrote something when it went on");
}

#[test]
fn a_second_signal_ends_a_host_at_once() {
    let s3 = S3::start();
    let rushes = s3.rushes().env("STREAMING_MAX_REQUESTS", 1).env("STREAMING_READAHEAD_MB", 2);
    let mut host = Host::start(&rushes);
    put_slow(&s3, "audio/3/a.mp4");
    let job = host.submit("audio/3/a.mp4", "interview_audio");
    eventually("it is at work", Duration::from_secs(30), || {
        (host.get(&format!("/api/v1/jobs/{job}")).1["state"] == "processing").then_some(())
    });
    signal(&host, "TERM");
    eventually("it drains", Duration::from_secs(10), || {
        // The interface ends with the first signal.
        std::net::TcpStream::connect(host.address.trim_start_matches("http://")).is_err().then_some(())
    });
    assert!(host.process.0.try_wait().unwrap().is_none(), "it waits for its job");
    let again = Instant::now();
    signal(&host, "TERM");
    let status = host.process.0.wait().unwrap();
    assert_eq!(status.code(), Some(130));
    assert!(again.elapsed() < Duration::from_secs(2), "{:?}", again.elapsed());
}
