//! Rows 13 and 14: answers that are late, some or all.

use std::time::{Duration, Instant};

use rushes_devs3::{Action, When};
use rushes_source::Options;

use super::PART;
use crate::content::drain;
use crate::world::{World, options};

#[tokio::test(flavor = "multi_thread")]
async fn row_13_an_answer_that_is_late_is_asked_for_again_and_costs_little() {
    let world = World::s3().await;
    let options = Options { hedge_after: Some(Duration::from_millis(250)), max_requests: 4, ..options() };
    let object = world.open(40 * PART, options).await;
    world.faults().add(When::get().each(12), Action::Delay(Duration::from_secs(60)));
    let begun = Instant::now();
    let (runs, end) = drain(&mut object.stream(vec![0..40 * PART]), 0).await;
    end.unwrap();
    assert_eq!(runs, [0..40 * PART]);
    assert!(begun.elapsed() < Duration::from_secs(9), "earlier than the timeout of a first byte");
    let stats = object.stats();
    assert!((2..=5).contains(&stats.hedges) && stats.retries == 0, "{stats:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_14_a_server_that_is_slow_for_all_is_not_asked_for_everything_twice() {
    let world = World::s3().await;
    let options = Options { hedge_after: Some(Duration::from_millis(200)), max_requests: 4, ..options() };
    let object = world.open(28 * PART, options).await;
    world.faults().set_latency(Duration::from_millis(400));
    let (_, end) = drain(&mut object.stream(vec![0..28 * PART]), 0).await;
    end.unwrap();
    let stats = object.stats();
    assert!(stats.requests <= 27, "{stats:?}: an opening, 24 parts, and a tenth");
}
