//! A server that fails, breaks off, or answers something else. Numbers are those of the fault table in the notes.

use std::time::{Duration, Instant};

use rushes_devs3::{Action, When};
use rushes_model::{Class, Classify, Code};
use rushes_source::{Error, Options};

use crate::content::drain;
use crate::world::{World, eventually, options};

const SIZE: u64 = 5_000_000;
const PART: u64 = 256 << 10;
const HELD: u64 = 1 << 20;

/// The part that begins at 2 MiB.
fn middle() -> When {
    When::get().starting_in(2 * HELD..2 * HELD + PART)
}

/// Reads all of an object under a fault.
async fn read(world: &World, when: When, action: Action) -> (u64, Result<(), Error>) {
    let object = world.open(SIZE, options()).await;
    world.faults().add(when, action);
    let (runs, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
    let read = match runs.as_slice() {
        [] => 0,
        [one] => one.end,
        more => panic!("holes between {more:?}"),
    };
    eventually("all bytes given back", || object.reserved() == 0).await;
    (read, end)
}

// 1
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_for_a_while_is_asked_again() {
    for (status, code) in [(500, "InternalError"), (502, ""), (503, "SlowDown"), (504, "")] {
        let world = World::s3().await;
        let (read, end) = read(&world, middle().first(3), Action::Status { status, code }).await;
        end.unwrap();
        assert_eq!(read, SIZE);
        let failed = world.gets().iter().filter(|get| get.status == Some(status)).count();
        assert_eq!(failed, 3);
    }
}

// 2
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_fails_for_ever_is_given_up_with_its_words() {
    let world = World::s3().await;
    let (_, end) = read(&world, middle(), Action::Status { status: 503, code: "SlowDown" }).await;
    let error = end.unwrap_err();
    assert_eq!((error.class(), error.code()), (Class::Transient, Code::StorageUnavailable));
    let text = rushes_model::Failure::of(&error).to_string();
    assert!(text.contains("6 tries at byte 2097152") && text.contains("503") && text.contains("DEVS3"), "{text}");
}

// 4
#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_goes_away_is_gone() {
    let world = World::s3().await;
    let (_, end) = read(&world, middle(), Action::Status { status: 404, code: "NoSuchKey" }).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::Gone { .. }));
    assert_eq!(error.class(), Class::Transient);
    assert_eq!(world.gets().iter().filter(|get| get.status == Some(404)).count(), 1, "not tried again");
}

// 5
#[tokio::test(flavor = "multi_thread")]
async fn a_reset_connection_is_taken_up_where_it_broke_off() {
    for after in [None, Some(0), Some(1), Some(100_000), Some(PART - 1)] {
        let world = World::s3().await;
        let (read, end) = read(&world, middle().nth(1), Action::Reset { after }).await;
        end.unwrap();
        assert_eq!(read, SIZE);
        let ends_there = |get: &&rushes_devs3::Request| get.range.as_ref().unwrap().end == 2 * HELD + PART;
        let tries: Vec<_> = world.gets().iter().filter(ends_there).map(|get| get.range.clone().unwrap()).collect();
        assert_eq!(tries.len(), 2, "{after:?}");
        assert_eq!(tries[0].start, 2 * HELD);
        // What a reset overtook in the client's socket is asked for again, and no byte that was handed on.
        assert!(tries[1].start <= 2 * HELD + after.unwrap_or(0), "{after:?}: {:?}", tries[1]);
    }
}

// 6
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_ends_too_early_is_taken_up_at_the_next_byte() {
    let world = World::s3().await;
    let (read, end) = read(&world, middle().nth(1), Action::Truncate { after: 70_001 }).await;
    end.unwrap();
    assert_eq!(read, SIZE);
    let resumed = world.gets().iter().filter(|get| get.range.as_ref().unwrap().start == 2 * HELD + 70_001).count();
    assert_eq!(resumed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_ends_too_early_without_an_announced_length_is_taken_up_as_well() {
    let world = World::s3().await;
    world.faults().add(middle().nth(1), Action::NoHeader { name: "content-length" });
    let (read, end) = read(&world, middle().nth(1), Action::Truncate { after: 70_001 }).await;
    end.unwrap();
    assert_eq!(read, SIZE);
}

// 7
#[tokio::test(flavor = "multi_thread")]
async fn more_bytes_than_asked_for_are_refused() {
    let world = World::s3().await;
    let (read, end) = read(&world, middle(), Action::Extra { bytes: 10 }).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::BadAnswer { .. }), "{error}");
    assert!(read <= 2 * HELD + PART);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_whole_object_for_a_range_is_refused_before_a_byte_is_handed_on() {
    let world = World::s3().await;
    let (read, end) = read(&world, middle(), Action::Whole).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::BadAnswer { .. }), "{error}");
    assert_eq!((read, error.code()), (2 * HELD, Code::StorageProtocol));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_without_ranges_can_serve_small_objects_only() {
    let world = World::s3().await;
    world.faults().add(When::get(), Action::Whole);
    let object = world.open(HELD, options()).await;
    let (runs, end) = drain(&mut object.stream(vec![0..HELD]), 0).await;
    end.unwrap();
    assert_eq!(runs, [0..HELD]);
    world.write("object", 0, HELD + 1);
    assert!(matches!(world.try_open("object", options()).await, Err(Error::BadAnswer { .. })));
}

// 8
#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_another_place_are_refused_before_one_is_handed_on() {
    let world = World::s3().await;
    let value = format!("bytes {}-{}/{SIZE}", 2 * HELD + 1, 2 * HELD + PART);
    let (read, end) = read(&world, middle(), Action::Header { name: "content-range", value }).await;
    assert!(matches!(end, Err(Error::BadAnswer { .. })), "{end:?}");
    assert_eq!(read, 2 * HELD);
}

#[tokio::test(flavor = "multi_thread")]
async fn bytes_of_an_object_of_another_size_are_refused_before_one_is_handed_on() {
    let world = World::s3().await;
    let value = format!("bytes {}-{}/{}", 2 * HELD, 2 * HELD + PART - 1, SIZE + 1);
    let (read, end) = read(&world, middle(), Action::Header { name: "content-range", value }).await;
    assert!(matches!(end, Err(Error::Changed { .. })), "{end:?}");
    assert_eq!(read, 2 * HELD);
}

// 13
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_is_late_is_asked_for_again_and_costs_little() {
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

// 14
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_slow_for_all_is_not_asked_for_everything_twice() {
    let world = World::s3().await;
    let options = Options { hedge_after: Some(Duration::from_millis(200)), max_requests: 4, ..options() };
    let object = world.open(28 * PART, options).await;
    world.faults().set_latency(Duration::from_millis(400));
    let (_, end) = drain(&mut object.stream(vec![0..28 * PART]), 0).await;
    end.unwrap();
    let stats = object.stats();
    assert!(stats.requests <= 27, "{stats:?}: an opening, 24 parts, and a tenth");
}

// 15
#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_elsewhere_says_where() {
    let world = World::s3().await;
    world.write("object", 0, 100);
    world.faults().add(When::get(), Action::Status { status: 301, code: "PermanentRedirect" });
    world.faults().add(When::get(), Action::Header { name: "x-amz-bucket-region", value: "eu-north-1".into() });
    let error = world.try_open("object", options()).await.err().unwrap();
    assert_eq!(
        (error.code(), error.help().unwrap().as_str()),
        (Code::StorageConfiguration, "set AWS_REGION=eu-north-1")
    );
}

// 17
#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_is_dropped_leaves_nothing_behind() {
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
    let sent = || world.gets().iter().map(|get| get.sent).sum::<u64>();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let before = sent();
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(sent(), before, "the server has nobody to send to");
}
