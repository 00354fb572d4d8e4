//! Attempts that take too long.

use std::time::Duration;

use rushes_model::Progress;
use rushes_model::job::{Kind, Outcome, State};
use rushes_model::{Code, Failure, MediaTime};
use rushes_queue::Settings;
use rushes_store::RetryPolicy;

use crate::host::{World, completed, settings, until_stopped};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_out_of_time_is_told_to_stop_and_charged() {
    let world = World::new().await;
    let retry = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
    let short = Settings { job_timeout: Duration::from_millis(100), retry, ..settings() };
    let host = world.host(short, until_stopped).await;
    let id = host.submit().await;
    let job = world.reaches(id, State::Failed).await;
    assert_eq!((job.attempt, job.failure_kind), (1, Some(Kind::Timeout)));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_out_of_time_that_got_further_goes_on_uncharged() {
    let world = World::new().await;
    let retry = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
    let short = Settings { job_timeout: Duration::from_millis(100), retry, ..settings() };
    let host = world
        .host(short, |ports| async move {
            if ports.get_partial("k").await.unwrap().is_some() {
                return completed();
            }
            ports.put_partial("k", b"bytes").await.unwrap();
            until_stopped(ports).await
        })
        .await;
    let id = host.submit().await;
    assert_eq!(world.reaches(id, State::Completed).await.attempt, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_attempt_that_stands_still_is_stopped_one_that_moves_is_not() {
    let world = World::new().await;
    let retry = RetryPolicy { max_attempts: 1, ..RetryPolicy::default() };
    let impatient = Settings { stall_timeout: Duration::from_millis(300), retry, ..settings() };
    world.bucket.set("moving", rushes_queue::Probe::Found(crate::host::identity()));
    let host = world
        .host(impatient, |ports| async move {
            if ports.claim().job().key == "key" {
                return until_stopped(ports).await;
            }
            // Three stall timeouts long, and always a little further.
            for step in 1..=30 {
                ports.progress(Progress { at: MediaTime::from_secs(step), ..Progress::default() });
                tokio::time::sleep(Duration::from_millis(30)).await;
                if let Err(stop) = ports.stop().check() {
                    return Outcome::failed(Failure::of(&stop));
                }
            }
            completed()
        })
        .await;
    let (still, moving) = (host.submit().await, host.submit_as("moving", "p").await);
    let failure = world.reaches(still, State::Failed).await.failure.unwrap();
    assert_eq!(failure.code, Code::JobExhausted);
    assert!(failure.to_string().contains("made no progress"), "{failure}");
    world.reaches(moving, State::Completed).await;
}
