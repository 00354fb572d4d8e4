//! Losing a lease, hearing of a cancel, taking over.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rushes_model::Stop;
use rushes_model::job::{Outcome, State};
use rushes_queue::{Ports, Settings};
use rushes_store::Rescue;

use crate::host::{World, completed, eventually, settings, stopped, until_stopped};

/// Renewed every 100 ms, given up after 450 ms.
fn quick() -> Settings {
    Settings { lease: Duration::from_millis(600), ..settings() }
}

/// Remembers why runs were told to stop, and then claims success.
fn stubborn(reasons: &Arc<Mutex<Vec<Stop>>>) -> impl Fn(Ports) -> Running + Send + Sync + 'static {
    let reasons = Arc::clone(reasons);
    move |ports| {
        let reasons = Arc::clone(&reasons);
        Box::pin(async move {
            let why = stopped(&ports).await;
            reasons.lock().unwrap().push(why);
            completed()
        })
    }
}

type Running = std::pin::Pin<Box<dyn Future<Output = Outcome> + Send>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_outlives_its_lease_many_times_keeps_it() {
    let world = World::new().await;
    let host = world
        .host(quick(), |_| async {
            tokio::time::sleep(Duration::from_secs(2)).await;
            completed()
        })
        .await;
    let id = host.submit().await;
    assert_eq!(world.reaches(id, State::Completed).await.crash_count, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancel_on_another_host_is_heard_with_the_next_renewal() {
    let world = World::new().await;
    let host = world.host(quick(), until_stopped).await;
    let id = host.submit().await;
    world.reaches(id, State::Processing).await;
    world.store.write().cancel(id).await.unwrap();
    world.reaches(id, State::Cancelled).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_whose_lease_was_lost_is_told_and_writes_nothing() {
    let world = World::new().await;
    let reasons = Arc::new(Mutex::new(Vec::new()));
    // Renewed every 500 ms, given up only after 2,250 ms: it is the renewal that tells.
    let host = world.host(Settings { lease: Duration::from_secs(3), ..settings() }, stubborn(&reasons)).await;
    let id = host.submit().await;
    world.reaches(id, State::Processing).await;
    host.handle.pause();
    // As if it had been silent for too long: another host takes the job back.
    let rescue = Rescue { stuck_after: Duration::ZERO, crash_delay: Duration::from_secs(3600) };
    while world.store.write().rescue_expired(&rescue).await.unwrap().is_empty() {}
    let begun = Instant::now();
    eventually("it is told", || !reasons.lock().unwrap().is_empty()).await;
    assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
    assert_eq!(reasons.lock().unwrap()[0], Stop::LeaseLost);
    eventually("the attempt has ended", || host.handle.status().running == 0).await;
    assert_eq!(world.store.read().find_report(id).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_cannot_renew_stops_its_runs_before_another_may_have_them() {
    let world = World::new().await;
    let reasons = Arc::new(Mutex::new(Vec::new()));
    world.ready().await;
    // What is open stays open, but the heart finds nothing to open any more.
    world.moves_away();
    let host = world.host_on(world.store.clone(), quick(), stubborn(&reasons));
    eventually("it runs", || host.handle.status().running == 1).await;
    let begun = Instant::now();
    eventually("it is told", || !reasons.lock().unwrap().is_empty()).await;
    assert!(begun.elapsed() < Duration::from_millis(600), "within the lease, not {:?}", begun.elapsed());
    assert_eq!(reasons.lock().unwrap()[0], Stop::LeaseLost);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_takes_over_the_jobs_of_one_that_died() {
    let world = World::new().await;
    let id = world.ready().await;
    // A claim that nobody renews: its host died.
    let dead = dead_host(Duration::from_millis(300));
    let claim = world.store.write().claim(&dead).await.unwrap().remove(0);
    world.store.write().put_partial(&claim, "k", b"bytes").await.unwrap().applied().unwrap();
    let _host = world
        .host(quick(), |ports| async move {
            assert_eq!(ports.get_partial("k").await.unwrap(), Some(b"bytes".to_vec()));
            completed()
        })
        .await;
    let job = world.reaches(id, State::Completed).await;
    assert_eq!((job.attempt, job.crash_count), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_host_that_starts_again_takes_back_at_once_what_it_left() {
    let world = World::new().await;
    let id = world.ready().await;
    // Its lease would run for an hour.
    let dead = dead_host(Duration::from_secs(3600));
    world.store.write().claim(&dead).await.unwrap();
    let begun = Instant::now();
    let _host = world.host_after(dead.host, settings(), |_| async { completed() }).await;
    let job = world.reaches(id, State::Completed).await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    assert_eq!((job.attempt, job.crash_count), (1, 0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_goes_on_through_an_outage_shorter_than_its_lease() {
    let world = World::new().await;
    let is_out = Arc::new(tokio::sync::Notify::new());
    let told = Arc::clone(&is_out);
    let host = world
        .host(settings(), move |ports| {
            let told = Arc::clone(&told);
            async move {
                told.notified().await;
                ports.put_partial("k", b"bytes").await.unwrap();
                completed()
            }
        })
        .await;
    let id = host.submit().await;
    world.reaches(id, State::Processing).await;
    world.execute("ALTER TABLE partials RENAME TO away");
    is_out.notify_one();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.job(id).await.state, State::Processing);
    world.execute("ALTER TABLE away RENAME TO partials");
    let job = world.reaches(id, State::Completed).await;
    assert_eq!((job.attempt, world.store.read().attempts(id).await.unwrap().len()), (1, 1));
}

fn dead_host(lease: Duration) -> rushes_store::ClaimRequest {
    rushes_store::ClaimRequest {
        host: rushes_model::HostId::new(),
        queues: vec!["default".into()],
        loaded: vec![rushes_queue::Loaded { pipeline: "p".into(), memory: crate::host::JOB }],
        slots: 1,
        free: crate::host::JOB,
        whole: crate::host::JOB,
        is_idle: true,
        lease,
        timeout: Duration::from_secs(60),
    }
}
