//! How much runs at once.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use rushes_memory::Measured;
use rushes_model::ByteSize;
use rushes_model::job::State;
use rushes_queue::{Settings, Throttle};
use rushes_store::{NewInterview, NewJob, Wish};

use crate::host::{World, completed, eventually, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slots_are_filled_as_they_get_free_and_never_more() {
    let world = World::new().await;
    let (now, most) = (Arc::new(AtomicU32::new(0)), Arc::new(AtomicU32::new(0)));
    let (running, peak) = (Arc::clone(&now), Arc::clone(&most));
    let host = world
        .host(Settings { slots: 2, ..settings() }, move |_| {
            let running = Arc::clone(&running);
            peak.fetch_max(running.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            async move {
                tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                running.fetch_sub(1, Ordering::SeqCst);
                completed()
            }
        })
        .await;
    let mut jobs = Vec::new();
    for _ in 0..8 {
        jobs.push(host.submit().await);
    }
    for job in jobs {
        world.reaches(job, State::Completed).await;
    }
    assert_eq!((most.load(Ordering::SeqCst), now.load(Ordering::SeqCst)), (2, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_waits_for_memory_and_gets_it_when_it_is_given_back() {
    let world = World::new().await;
    let (go, going) = tokio::sync::watch::channel(false);
    let host = world
        .host(settings(), move |_| {
            let mut going = going.clone();
            async move {
                going.wait_for(|go| *go).await.unwrap();
                completed()
            }
        })
        .await;
    let first = host.submit_as("key", "large").await;
    world.reaches(first, State::Processing).await;
    let second = host.submit_as("key", "large").await;
    let small = host.submit().await;
    // The small one fits beside the first; the second large one doesn't.
    world.reaches(small, State::Processing).await;
    assert_eq!(world.job(second).await.state, State::Ready);
    assert_eq!(host.handle.status().memory.reserved, ByteSize::mib(900));
    go.send(true).unwrap();
    world.reaches(second, State::Completed).await;
    eventually("all memory is given back", || host.handle.status().memory.reserved == ByteSize::default()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_paused_host_takes_nothing_until_it_is_resumed() {
    let world = World::new().await;
    let host = world.host(settings(), |_| async { completed() }).await;
    host.handle.pause();
    assert_eq!(host.handle.status().throttle, Throttle::Paused);
    let id = host.submit().await;
    world.reaches(id, State::Ready).await;
    tokio::time::sleep(std::time::Duration::from_millis(200)).await;
    assert_eq!(world.job(id).await.state, State::Ready);
    host.handle.resume();
    world.reaches(id, State::Completed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_obeys_what_is_wished_of_it() {
    let world = World::new().await;
    let host = world.host(settings(), |_| async { completed() }).await;
    let id = host.handle.status().host;
    eventually_registered(&world, id).await;
    host.handle.wish_host(id, Wish::Pause).await.unwrap();
    eventually("it is paused", || host.handle.status().throttle == Throttle::Paused).await;
    let job = host.submit().await;
    world.reaches(job, State::Ready).await;
    host.handle.wish_host(id, Wish::Run).await.unwrap();
    world.reaches(job, State::Completed).await;
    host.handle.wish_host(id, Wish::Drain).await.unwrap();
    eventually("it drains", || host.shutdown.draining().is_cancelled()).await;
    host.ends().await;
    assert!(world.store.read().hosts().await.unwrap().is_empty());
}

async fn eventually_registered(world: &World, id: rushes_model::HostId) {
    while !world.store.read().hosts().await.unwrap().iter().any(|host| host.host.id == id) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_job_of_a_deleted_interview_is_stopped_and_leaves_nothing() {
    let world = World::new().await;
    let host = world.host(settings(), crate::host::until_stopped).await;
    let interview = NewInterview { id: "i".into(), interview_type: None, expected_jobs: None };
    let new = NewJob { interview: Some(interview), ..NewJob::new("bucket", "key", "p") };
    let id = host.handle.submit(new).await.unwrap().into_job().id;
    world.reaches(id, State::Processing).await;
    assert_eq!(host.handle.delete_interview("i").await.unwrap().running, [id]);
    eventually("the run has ended", || host.handle.status().running == 0).await;
    assert_eq!(world.store.read().find_job(id).await.unwrap(), None);
    assert_eq!(world.store.read().find_interview("i").await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_memory_is_almost_used_up_the_youngest_job_gives_way_uncharged() {
    let world = World::new().await;
    let used = Arc::new(AtomicU32::new(0));
    let gauge = Arc::clone(&used);
    let measure =
        move || Measured { limit: ByteSize::mib(1000), used: ByteSize::mib(u64::from(gauge.load(Ordering::SeqCst))) };
    let host = world.host_that_measures(measure, settings(), crate::host::until_stopped).await;
    let old = host.submit().await;
    world.reaches(old, State::Processing).await;
    let young = host.submit().await;
    world.reaches(young, State::Processing).await;
    used.store(960, Ordering::SeqCst);
    let job = world.reaches(young, State::Ready).await;
    assert_eq!((job.attempt, job.crash_count), (0, 0));
    assert_eq!(world.job(old).await.state, State::Processing, "the last one is left alone");
    used.store(0, Ordering::SeqCst);
    world.reaches(young, State::Processing).await;
}
