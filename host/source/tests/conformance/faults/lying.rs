//! Rows 7, 8 and 22: answers that aren't what was asked for.

use rushes_devs3::{Action, When};
use rushes_model::{Classify, Code};
use rushes_source::Error;

use super::{HELD, PART, SIZE, middle, read};
use crate::content::drain;
use crate::world::{World, options};

#[tokio::test(flavor = "multi_thread")]
async fn row_07_more_bytes_than_asked_for_are_refused() {
    let world = World::s3().await;
    let (read, end) = read(&world, middle(), Action::Extra { bytes: 10 }).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::BadAnswer { .. }), "{error}");
    assert!(read <= 2 * HELD + PART);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_07_the_whole_object_for_a_range_is_refused_before_a_byte_is_handed_on() {
    let world = World::s3().await;
    let (read, end) = read(&world, middle(), Action::Whole).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::BadAnswer { .. }), "{error}");
    assert_eq!((read, error.code()), (2 * HELD, Code::StorageProtocol));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_07_a_server_without_ranges_can_serve_small_objects_only() {
    let world = World::s3().await;
    world.faults().add(When::get(), Action::Whole);
    let object = world.open(HELD, options()).await;
    let (runs, end) = drain(&mut object.stream(vec![0..HELD]), 0).await;
    end.unwrap();
    assert_eq!(runs, [0..HELD]);
    world.write("object", 0, HELD + 1);
    assert!(matches!(world.try_open("object", options()).await, Err(Error::BadAnswer { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_bytes_of_another_place_are_refused_before_one_is_handed_on() {
    let world = World::s3().await;
    let value = format!("bytes {}-{}/{SIZE}", 2 * HELD + 1, 2 * HELD + PART);
    let (read, end) = read(&world, middle(), Action::Header { name: "content-range", value }).await;
    assert!(matches!(end, Err(Error::BadAnswer { .. })), "{end:?}");
    assert_eq!(read, 2 * HELD);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_08_bytes_of_an_object_of_another_size_are_refused_before_one_is_handed_on() {
    let world = World::s3().await;
    let value = format!("bytes {}-{}/{}", 2 * HELD, 2 * HELD + PART - 1, SIZE + 1);
    let (read, end) = read(&world, middle(), Action::Header { name: "content-range", value }).await;
    assert!(matches!(end, Err(Error::Changed { .. })), "{end:?}");
    assert_eq!(read, 2 * HELD);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_22_a_body_that_a_proxy_encoded_is_refused_and_was_not_asked_for() {
    let world = World::s3().await;
    let gzip = Action::Header { name: "content-encoding", value: "gzip".to_owned() };
    let (read, end) = read(&world, middle(), gzip.clone()).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::BadAnswer { .. }) && error.to_string().contains("gzip"), "{error}");
    assert_eq!(read, 2 * HELD);
    assert!(world.gets().iter().all(|get| get.accept_encoding.as_deref() == Some("identity")));
    world.faults().add(When::get(), gzip);
    assert!(matches!(world.try_open("object", options()).await, Err(Error::BadAnswer { .. })));
}
