//! Hosts that end by themselves: for schedulers that start a container where there is work.

use std::time::{Duration, Instant};

use rushes_model::job::State;
use rushes_queue::{Mode, Settings};

use crate::host::{World, completed, settings};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_takes_its_number_and_ends_when_they_ended() {
    let world = World::new().await;
    let jobs = [world.ready().await, world.ready().await, world.ready().await];
    let script = |_| async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        completed()
    };
    let once = Settings { mode: Mode::Once(2), slots: 1, ..settings() };
    world.host(once, script).await.ends_by_itself().await;
    let mut ended = 0;
    for job in jobs {
        ended += u32::from(world.job(job).await.state == State::Completed);
    }
    assert_eq!(ended, 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn once_ends_at_once_where_nothing_is_ready() {
    let world = World::new().await;
    let begun = Instant::now();
    let once = Settings { mode: Mode::Once(3), ..settings() };
    world.host(once, |_| async { completed() }).await.ends_by_itself().await;
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_idle_host_ends_and_a_busy_one_does_not() {
    let world = World::new().await;
    let job = world.ready().await;
    let script = |_| async {
        // Longer than its patience: a host at work isn't idle.
        tokio::time::sleep(Duration::from_millis(600)).await;
        completed()
    };
    let begun = Instant::now();
    let until_idle = Settings { mode: Mode::UntilIdle(Duration::from_millis(200)), ..settings() };
    world.host(until_idle, script).await.ends_by_itself().await;
    assert_eq!(world.job(job).await.state, State::Completed);
    assert!(begun.elapsed() >= Duration::from_millis(800), "{:?}", begun.elapsed());
}
