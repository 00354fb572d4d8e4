//! Row 12: a server that is there and gives nothing, or next to nothing.

use std::time::Duration;

use rushes_devs3::{Action, When};
use rushes_model::ByteSize;
use rushes_source::Options;

use super::{HELD, SIZE};
use crate::content::drain;
use crate::world::{World, options};

async fn read_past(action: Action, options: Options) {
    let world = World::s3().await;
    let object = world.open(SIZE, options).await;
    world.faults().add(When::get().starting_in(HELD..HELD + 1).nth(1), action);
    let all = async { drain(&mut object.stream(vec![0..SIZE]), 0).await };
    let (runs, end) = tokio::time::timeout(Duration::from_secs(8), all).await.expect("it goes on");
    end.unwrap();
    assert_eq!(runs, [0..SIZE]);
    assert_eq!(object.stats().retries, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_12_an_answer_that_never_comes_is_asked_for_again() {
    let options = Options { first_byte_timeout: Duration::from_millis(500), ..options() };
    read_past(Action::Delay(Duration::from_secs(60)), options).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_12_a_body_that_stops_is_taken_up_on_another_connection() {
    let options = Options { stall_timeout: Duration::from_millis(300), ..options() };
    read_past(Action::Hang { after: 50_000 }, options).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn row_12_a_body_that_trickles_is_taken_up_on_another_connection() {
    let options = Options { min_rate: ByteSize::kib(64), min_rate_over: Duration::from_millis(500), ..options() };
    read_past(Action::Slow { bytes_per_second: 200 }, options).await;
}
