//! `rushes doctor` where all is well, and where one thing isn't: it names that one.

use rushes_devs3::{Config, Credentials, Server};
use serde_json::Value;

use crate::harness::{Ran, Rushes, sample};
use crate::serve::S3;

fn look(rushes: &Rushes, more: &[&str]) -> (Ran, Value) {
    let ran = rushes.run(&[&["doctor", "--json"], more].concat());
    let findings =
        serde_json::from_str(&ran.stdout).unwrap_or_else(|error| panic!("{error}: {} {}", ran.stdout, ran.stderr));
    (ran, findings)
}

fn state(findings: &Value, name: &str) -> String {
    let checks = findings["checks"].as_array().unwrap();
    let check = checks.iter().find(|check| check["name"] == name).unwrap_or_else(|| panic!("{name}: {findings:#}"));
    check["state"].as_str().unwrap().to_owned()
}

#[test]
fn a_host_that_lacks_nothing_is_well() {
    let s3 = S3::start();
    let (file, _) = sample(2);
    s3.put("video/42/first.mp4", &file);
    let (ran, findings) = look(&s3.rushes(), &["s3://interviews/video/42/first.mp4"]);
    assert_eq!(ran.code, Some(0), "{findings:#}");
    let all = ["settings", "endpoint", "DNS", "TCP", "credentials", "ListBucket", "HeadObject", "GetObject", "ranges"];
    for name in all.into_iter().chain(["If-Match", "database", "RUSHES_DATA", "pipelines"]) {
        assert_eq!(state(&findings, name), "ok", "{name}: {findings:#}");
    }
    assert_eq!(findings["ok"], true);
}

#[test]
fn it_changes_nothing() {
    let rushes = S3::start().rushes();
    look(&rushes, &[]);
    assert_eq!(std::fs::read_dir(rushes.data.path()).unwrap().count(), 0);
}

#[test]
fn a_server_that_is_not_there_is_a_matter_of_tcp() {
    let rushes = S3::start().rushes().env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9");
    let (ran, findings) = look(&rushes, &["s3://interviews/a.mp4"]);
    assert_eq!(ran.code, Some(1));
    let states = ["DNS", "TCP", "clock", "credentials", "GetObject"].map(|name| state(&findings, name));
    assert_eq!(states, ["ok", "fail", "skipped", "skipped", "skipped"], "{findings:#}");
}

#[test]
fn a_name_that_nobody_knows_is_a_matter_of_dns() {
    let rushes = S3::start().rushes().env("AWS_ENDPOINT_URL_S3", "https://s3.nowhere.invalid");
    let (ran, findings) = look(&rushes, &[]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(
        ["DNS", "TCP", "TLS"].map(|name| state(&findings, name)),
        ["fail", "skipped", "skipped"],
        "{findings:#}"
    );
}

#[test]
fn plain_http_where_tls_is_spoken_is_a_matter_of_tls() {
    let s3 = S3::start();
    let tls = s3.server().endpoint().replace("http://", "https://");
    let (ran, findings) = look(&s3.rushes().env("AWS_ENDPOINT_URL_S3", tls), &[]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(["TCP", "TLS", "clock"].map(|name| state(&findings, name)), ["ok", "fail", "skipped"], "{findings:#}");
}

#[test]
fn a_wrong_secret_is_a_matter_of_rights() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir_all(folder.path().join("interviews")).unwrap();
    let credentials = Some(Credentials { key: "any".into(), secret: "another".into() });
    let config = Config { credentials, ..Config::new(folder.path()) };
    let server = runtime.block_on(Server::start(config)).unwrap();
    let rushes = S3::start().rushes().env("AWS_ENDPOINT_URL_S3", server.endpoint());
    let (ran, findings) = look(&rushes, &["s3://interviews/a.mp4"]);
    assert_eq!(ran.code, Some(1), "{findings:#}");
    let states = ["credentials", "ListBucket", "HeadObject"].map(|name| state(&findings, name));
    assert_eq!(states, ["ok", "warn", "fail"], "{findings:#}");
    runtime.block_on(server.stop());
}

#[test]
fn a_recording_that_has_not_arrived_is_no_failure() {
    let s3 = S3::start();
    let (ran, findings) = look(&s3.rushes(), &["s3://interviews/not/yet.mp4"]);
    assert_eq!(ran.code, Some(0), "{findings:#}");
    assert_eq!(["HeadObject", "GetObject"].map(|name| state(&findings, name)), ["warn", "skipped"], "{findings:#}");
}

#[test]
fn a_database_that_cannot_be_had_and_a_pipeline_that_is_wrong_are_named() {
    let s3 = S3::start();
    let rushes = s3.rushes().env("DATABASE_URL", "postgres://nobody:hush@127.0.0.1:9/rushes");
    let pipelines = rushes.data.path().join("wrong.toml");
    std::fs::write(&pipelines, "version = 1\n[pipelines.p.use.loudnes]\n").unwrap();
    let (ran, findings) = look(&rushes, &["--pipelines", pipelines.to_str().unwrap()]);
    assert_eq!(ran.code, Some(1));
    assert_eq!(["database", "pipelines"].map(|name| state(&findings, name)), ["fail", "fail"], "{findings:#}");
    assert!(!ran.stdout.contains("hush"), "{}", ran.stdout);
}

#[test]
fn people_read_what_to_do() {
    let rushes = S3::start().rushes().env("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:9");
    let ran = rushes.run(&["doctor"]);
    assert_eq!(ran.code, Some(1), "{}", ran.stderr);
    assert!(ran.stdout.contains("fail    TCP") && ran.stdout.contains("help: a firewall"), "{}", ran.stdout);
}
