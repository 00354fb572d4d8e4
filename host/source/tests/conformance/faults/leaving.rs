//! Rows 16 and 17: a consumer that stops for a while, or goes.

use std::time::{Duration, Instant};

use rushes_devs3::{Action, When};
use rushes_source::Options;

use super::{HELD, PART, SIZE};
use crate::content::drain;
use crate::world::{World, eventually, options};

#[tokio::test(flavor = "multi_thread")]
async fn row_16_a_consumer_that_stops_leaves_no_answer_half_read() {
    let world = World::s3().await;
    // Minutes against a limit of ten seconds, made smaller: it stops for three times every limit.
    let limit = Duration::from_millis(300);
    let options = Options { first_byte_timeout: limit, stall_timeout: limit, min_rate_over: limit, ..options() };
    let object = world.open(12_000_000, options).await;
    let mut reader = object.stream(vec![0..12_000_000]);
    reader.next().await.unwrap().unwrap();
    eventually("the window is full", || object.reserved() == 8 * PART).await;
    eventually("all of it is there", || object.stats().bytes_read == HELD + 8 * PART).await;
    eventually("no request is under way", || world.server().under_way() == 0).await;
    let before = object.stats();
    tokio::time::sleep(3 * limit).await;
    assert_eq!((object.reserved(), object.stats(), world.server().under_way()), (8 * PART, before, 0));
    let (runs, end) = drain(&mut reader, 0).await;
    end.unwrap();
    assert_eq!(runs.last().unwrap().end, 12_000_000);
    assert_eq!(object.stats().retries, 0, "a wait of ours is no stall of the server's");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_17_a_reader_that_is_dropped_leaves_nothing_behind() {
    let world = World::s3().await;
    let object = world.open(SIZE, options()).await;
    world.faults().add(When::get(), Action::Slow { bytes_per_second: 100_000 });
    let mut reader = object.stream(vec![HELD..SIZE]);
    let chunk = reader.next().await.unwrap().unwrap();
    assert!(object.reserved() > PART);
    drop(chunk);
    drop(reader);
    let dropped = Instant::now();
    eventually("all bytes given back", || object.reserved() == 0).await;
    // At once; the parts themselves would take 2.6 s. The rest is for a machine that is busy.
    assert!(dropped.elapsed() < Duration::from_secs(1), "{:?}", dropped.elapsed());
    eventually("the server has nobody to send to", || world.server().under_way() == 0).await;
    assert!(dropped.elapsed() < Duration::from_secs(1), "{:?}", dropped.elapsed());
}
