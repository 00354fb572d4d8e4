use std::time::Duration;

use rushes_model::ByteSize;

use super::*;
use crate::document::Document;
use crate::settings::{Billing, ChunkSize};

fn load(env: &[(&str, &str)], file: &str) -> Result<Settings, Refusals> {
    let document = Document::parse("pipelines.toml", &format!("version = 1\n[host]\n{file}")).unwrap();
    let env: BTreeMap<String, String> = env.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    Settings::load(|name| env.get(name).cloned(), Some(document.host()))
}

fn refused(env: &[(&str, &str)], file: &str) -> Vec<String> {
    load(env, file).unwrap_err().0.iter().map(Refusal::to_string).collect()
}

#[test]
fn every_default_is_allowed_by_its_own_row() {
    let settings = load(&[], "").unwrap();
    assert_eq!(settings.max_concurrent_jobs, 3);
    assert_eq!(settings.streaming_chunk_size, ChunkSize::Fixed(ByteSize::bytes(20 * 1_048_576)));
    assert_eq!(settings.job_timeout, Duration::from_secs(3_600));
    assert_eq!(settings.stuck_timeout, Duration::from_secs(7_200));
    assert_eq!(settings.retention, Duration::from_secs(90 * 86_400));
    assert_eq!(settings.file_wait_timeout, None);
    assert_eq!(settings.storage_billing, Billing::Region);
    assert_eq!(settings.storage_buckets, None);
    assert_eq!(settings.database(), "sqlite:rushes-data/rushes.db");
    assert_eq!(settings.shown().count(), KEYS.len());
    assert!(settings.shown().all(|shown| shown.origin == Origin::Default));
}

#[test]
fn the_environment_wins_over_the_file_and_the_file_over_the_default() {
    let settings = load(&[("MAX_CONCURRENT_JOBS", "7")], "max_concurrent_jobs = 5\njob_timeout = \"10 min\"").unwrap();
    assert_eq!(settings.max_concurrent_jobs, 7);
    assert_eq!(settings.job_timeout, Duration::from_secs(600));
    let origin = |name| settings.shown().find(|shown| shown.name == name).map(|shown| shown.origin.to_string());
    assert_eq!(origin("MAX_CONCURRENT_JOBS").unwrap(), "environment MAX_CONCURRENT_JOBS");
    assert_eq!(origin("JOB_TIMEOUT").unwrap(), "pipelines.toml:4:15");
    assert_eq!(origin("LEASE_SECONDS").unwrap(), "default");
}

#[test]
fn all_refusals_come_at_once_each_with_name_value_and_what_is_allowed() {
    let env = [("MAX_CONCURRENT_JOBS", "many"), ("MEMORY_THRESHOLD_PERCENT", "101"), ("LOG_FORMAT", "xml")];
    assert_eq!(
        refused(&env, "lease_seconds = 0\nmax_concurent_jobs = 4"),
        [
            "[host] max_concurent_jobs is `4` (pipelines.toml:4:22); allowed: did you mean `max_concurrent_jobs`?",
            "MAX_CONCURRENT_JOBS is `many` (environment MAX_CONCURRENT_JOBS); allowed: a whole number from 1 to 256",
            "MEMORY_THRESHOLD_PERCENT is `101` (environment MEMORY_THRESHOLD_PERCENT); allowed: a whole number from 10 to 100",
            "LOG_FORMAT is `xml` (environment LOG_FORMAT); allowed: text, json",
            "LEASE_SECONDS is `0` (pipelines.toml:3:17); allowed: seconds from 6 to 3600, or a time with a unit, like \"5 min\"",
        ]
    );
}

#[test]
fn a_megabyte_in_a_name_is_1_048_576_bytes_and_a_unit_says_otherwise() {
    let settings = load(&[("STREAMING_CHUNK_SIZE_MB", "1"), ("TEMP_MAX_MB", "3 GiB")], "").unwrap();
    assert_eq!(settings.streaming_chunk_size, ChunkSize::Fixed(ByteSize::bytes(1_048_576)));
    assert_eq!(settings.temp_max, ByteSize::mib(3_072));
    let auto = load(&[("STREAMING_CHUNK_SIZE_MB", "auto")], "").unwrap();
    assert_eq!(auto.streaming_chunk_size, ChunkSize::Auto);
}

#[test]
fn an_empty_variable_is_no_value() {
    assert_eq!(load(&[("MAX_CONCURRENT_JOBS", "")], "").unwrap().max_concurrent_jobs, 3);
}

#[test]
fn a_secret_comes_from_a_file_and_is_never_shown() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "postgres://rushes:hunter2@db/rushes\n").unwrap();
    let path = file.path().display().to_string();
    let settings = load(&[("DATABASE_URL_FILE", &path)], "").unwrap();
    assert_eq!(settings.database(), "postgres://rushes:hunter2@db/rushes");
    assert!(settings.shown().all(|shown| !shown.value.contains("hunter2")));

    let wrong = refused(&[("DATABASE_URL", "mysql://root:hunter2@db")], "");
    assert_eq!(
        wrong,
        [
            "DATABASE_URL is `(set)` (environment DATABASE_URL); allowed: an address that begins with sqlite: or postgres:"
        ]
    );
    let missing = refused(&[("DATABASE_URL_FILE", "/nowhere/url")], "");
    assert!(missing[0].starts_with("DATABASE_URL_FILE is `/nowhere/url`"), "{missing:?}");
}

#[test]
fn settings_that_contradict_each_other_are_refused() {
    let lines = refused(&[("MEMORY_LIMIT_MB", "128"), ("STREAMING_READAHEAD_MB", "256")], "");
    assert_eq!(
        lines,
        ["STREAMING_READAHEAD_MB is `256` (environment STREAMING_READAHEAD_MB); allowed: less than MEMORY_LIMIT_MB"]
    );
    assert_eq!(
        refused(&[("JOB_TIMEOUT", "7201")], ""),
        ["JOB_TIMEOUT is `7201` (environment JOB_TIMEOUT); allowed: no longer than STUCK_TIMEOUT_HOURS"]
    );
}

#[test]
fn a_difference_from_utc_is_read_as_iso_8601_writes_it() {
    let minutes = |text| load(&[("RUSHES_TIMEZONE", text)], "").map(|settings| settings.timezone.as_minutes());
    assert_eq!(minutes("+05:45"), Ok(345));
    assert_eq!(minutes("-03:30"), Ok(-210));
    assert!(minutes("Europe/Berlin").is_err());
    assert!(minutes("+25:00").is_err());
}

/// A host that serves no queue, or may read no bucket, would do nothing and say nothing.
#[test]
fn a_list_without_a_name_is_refused() {
    for name in ["RUSHES_QUEUES", "STORAGE_BUCKETS"] {
        let expected = format!("{name} is `,` (environment {name}); allowed: names with commas between");
        assert!(refused(&[(name, ",")], "")[0].starts_with(&expected), "{:?}", refused(&[(name, ",")], ""));
    }
}
