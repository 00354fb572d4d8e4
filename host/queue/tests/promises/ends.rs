//! How jobs end.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use rushes_model::job::{Outcome, State};
use rushes_model::{Class, Code, Failure, MediaTime};
use rushes_model::{LogLine, Progress};

use rushes_queue::Settings;
use rushes_store::RetryPolicy;

use crate::host::{World, completed, settings, until_stopped};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_runs_from_submission_to_its_report() {
    let world = World::new().await;
    let host = world
        .host(settings(), |ports| async move {
            ports.progress(Progress {
                duration: MediaTime::from_secs(10),
                at: MediaTime::from_secs(5),
                ..Progress::default()
            });
            let message = "half way".to_owned();
            ports.log(&LogLine { analyzer: "loudness".into(), segment: Some(0), level: "info", message });
            ports.put_partial("k", b"bytes").await.unwrap();
            assert_eq!(ports.get_partial("k").await.unwrap(), Some(b"bytes".to_vec()));
            completed()
        })
        .await;
    let id = host.submit().await;
    world.reaches(id, State::Completed).await;
    let read = world.store.read();
    assert!(read.find_report(id).await.unwrap().is_some());
    let said = read.events_after(id, 0, 9).await.unwrap();
    assert_eq!(said.iter().map(|one| one.kind.as_str()).collect::<Vec<_>>(), ["log", "progress"]);
    assert_eq!(said[0].detail["message"], "half way");
    host.shutdown.drain();
    host.ends().await;
    assert!(read.live_hosts(Duration::from_secs(60)).await.unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transient_failure_is_tried_again() {
    let world = World::new().await;
    let tries = Arc::new(AtomicU32::new(0));
    let counted = Arc::clone(&tries);
    let host = world
        .host(settings(), move |_| {
            let this = counted.fetch_add(1, Ordering::Relaxed);
            async move {
                if this < 2 {
                    return Outcome::failed(Failure::new(Code::StorageUnavailable, Class::Transient, "503"));
                }
                completed()
            }
        })
        .await;
    let id = host.submit().await;
    assert_eq!(world.reaches(id, State::Completed).await.attempt, 3);
    assert_eq!(tries.load(Ordering::Relaxed), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_panic_fails_its_job_and_no_other() {
    let world = World::new().await;
    let host = world
        .host(settings(), |ports| async move {
            assert!(ports.claim().job().key != "bad", "a broken invariant");
            completed()
        })
        .await;
    world.bucket.set("bad", rushes_queue::Probe::Found(crate::host::identity()));
    let bad = host.submit_as("bad", "p").await;
    let failure = world.reaches(bad, State::Failed).await.failure.unwrap();
    assert_eq!(failure.code, Code::Internal);
    assert!(failure.to_string().contains("a broken invariant"), "{failure}");
    let good = host.submit().await;
    world.reaches(good, State::Completed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_reaches_a_run_at_once() {
    let world = World::new().await;
    let host = world.host(settings(), until_stopped).await;
    let id = host.submit().await;
    world.reaches(id, State::Processing).await;
    assert_eq!(host.handle.cancel(id).await.unwrap().state, State::Processing);
    world.reaches(id, State::Cancelled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_drains_finishes_and_what_is_stopped_goes_back_uncharged() {
    let world = World::new().await;
    let (finish, finishing) = tokio::sync::watch::channel(false);
    let host = world
        .host(settings(), move |ports| {
            let mut finishing = finishing.clone();
            async move {
                if ports.claim().job().key == "quick" {
                    finishing.wait_for(|finish| *finish).await.unwrap();
                    return completed();
                }
                until_stopped(ports).await
            }
        })
        .await;
    world.bucket.set("quick", rushes_queue::Probe::Found(crate::host::identity()));
    let (quick, slow) = (host.submit_as("quick", "p").await, host.submit().await);
    world.reaches(quick, State::Processing).await;
    world.reaches(slow, State::Processing).await;
    host.shutdown.drain();
    finish.send(true).unwrap();
    world.reaches(quick, State::Completed).await;
    let late = host.submit().await;
    assert_eq!(world.job(slow).await.state, State::Processing);
    host.shutdown.stop();
    host.ends().await;
    let job = world.job(slow).await;
    assert_eq!((job.state, job.attempt), (State::Ready, 0));
    assert_eq!(world.job(late).await.state, State::WaitingForFile);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_the_storage_is_down_jobs_wait_uncharged() {
    let world = World::new().await;
    let down = Arc::new(AtomicBool::new(true));
    let is_down = Arc::clone(&down);
    let few = Settings { retry: RetryPolicy { max_attempts: 3, ..settings().retry }, slots: 1, ..settings() };
    let host = world
        .host(few, move |_| {
            let is_down = is_down.load(Ordering::SeqCst);
            async move {
                let failure = Failure::new(Code::StorageUnavailable, Class::Transient, "503");
                if is_down { Outcome::failed(failure) } else { completed() }
            }
        })
        .await;
    let jobs = [host.submit().await, host.submit().await, host.submit().await];
    // Far more attempts than each of them has.
    let attempts = async || {
        let mut all = 0;
        for job in jobs {
            all += world.store.read().attempts(job).await.unwrap().len();
        }
        all
    };
    while attempts().await < 12 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    down.store(false, Ordering::SeqCst);
    for job in jobs {
        world.reaches(job, State::Completed).await;
    }
}
