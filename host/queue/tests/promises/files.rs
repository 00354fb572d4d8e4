//! Waiting for files.

use std::time::Duration;

use rushes_model::job::{Kind, State};
use rushes_model::{Class, Code, Failure, Reason};
use rushes_queue::{Probe, Settings};

use rushes_store::NewJob;

use crate::host::{World, completed, eventually, identity, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_waits_until_its_file_is_there() {
    let world = World::new().await;
    let host = world.host(settings(), |_| async { completed() }).await;
    let id = host.submit_as("later", "p").await;
    while world.job(id).await.probe_count < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert!(world.job(id).await.why().contains("nothing is there yet"));
    world.bucket.set("later", Probe::Denied { why: "403".into() });
    while !world.job(id).await.why().contains("access is denied") {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.bucket.set("later", Probe::Found(identity()));
    world.reaches(id, State::Completed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_arrival_is_not_waited_for() {
    let world = World::new().await;
    let patient = Settings { check_interval: Duration::from_secs(3600), ..settings() };
    let host = world.host(patient, |_| async { completed() }).await;
    let id = host.submit_as("later", "p").await;
    while world.job(id).await.probe_note.is_none() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.bucket.set("later", Probe::Found(identity()));
    assert_eq!(host.handle.arrived("bucket", "later").await.unwrap(), 1);
    world.reaches(id, State::Completed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_never_comes_fails_its_job() {
    let world = World::new().await;
    let impatient = Settings { file_wait_timeout: Some(Duration::from_millis(100)), ..settings() };
    let host = world.host(impatient, |_| async { completed() }).await;
    let id = host.submit_as("never", "p").await;
    let job = world.reaches(id, State::Failed).await;
    assert_eq!(job.failure_kind, Some(Kind::FileTimeout));
    assert_eq!(job.failure.unwrap().code, Code::JobFileTimeout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_archived_fails_its_job_by_name() {
    let world = World::new().await;
    let archived = Failure::new(Code::StorageDenied, Class::Permanent(Reason::Storage), "in GLACIER");
    world.bucket.set("cold", Probe::Unusable(archived.clone()));
    let host = world.host(settings(), |_| async { completed() }).await;
    let id = host.submit_as("cold", "p").await;
    assert_eq!(world.reaches(id, State::Failed).await.failure, Some(archived));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_storage_that_does_not_answer_or_denies_fails_no_job() {
    let world = World::new().await;
    let impatient = Settings { file_wait_timeout: Some(Duration::from_millis(1)), ..settings() };
    world.bucket.set("unreachable", Probe::Unreachable { why: "503".into() });
    world.bucket.set("denied", Probe::Denied { why: "403".into() });
    let host = world.host(impatient, |_| async { completed() }).await;
    for key in ["unreachable", "denied"] {
        let id = host.submit_as(key, "p").await;
        while world.job(id).await.probe_count < 4 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        assert_eq!(world.job(id).await.state, State::WaitingForFile, "{key}");
        world.bucket.set(key, Probe::Missing);
        world.reaches(id, State::Failed).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_under_one_prefix_are_looked_for_at_once() {
    let world = World::new().await;
    let write = world.store.write();
    let new = |index: u32| NewJob::new("bucket", format!("folder/{index:03}"), "p");
    let created = write.create_jobs((0..200).map(new).collect()).await.unwrap();
    world.bucket.set("folder/077", Probe::Found(identity()));
    let patient = Settings { check_interval: Duration::from_secs(3600), ..settings() };
    let host = world.host(patient, |_| async { completed() }).await;
    world.reaches(created[77].clone().into_job().id, State::Completed).await;
    assert_eq!(world.bucket.looks(), 1, "one listing, and one look at what it showed");
    assert!(world.job(created[0].clone().into_job().id).await.why().contains("nothing is there yet"));
    eventually("nothing runs", || host.handle.status().running == 0).await;
}
