//! Rows 9 to 11: an object that is replaced while it is read.

use rushes_devs3::{Action, When};
use rushes_model::{Class, Classify, Code};
use rushes_source::Error;

use super::SIZE;
use crate::content::{check, drain};
use crate::world::{World, options};

/// Replaces the object when so many chunks were read, and reads on.
async fn replace_after(chunks: usize, does_server_care: bool) -> (World, Result<(), Error>) {
    let world = World::s3().await;
    let object = world.open(SIZE, options()).await;
    if !does_server_care {
        world.faults().add(When::get(), Action::IgnoreConditions);
    }
    let mut reader = object.stream(vec![0..SIZE]);
    for _ in 0..chunks {
        match reader.next().await {
            Some(chunk) => drop(check(&chunk.unwrap(), 0)),
            None => break,
        }
    }
    world.write("object", 1, SIZE);
    // `drain` holds every byte that still comes against the version that was opened.
    let (_, end) = drain(&mut reader, 0).await;
    (world, end)
}

#[tokio::test(flavor = "multi_thread")]
async fn row_10_an_object_that_is_replaced_has_changed_and_is_not_asked_for_again() {
    let (world, end) = replace_after(1, true).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::Changed { .. }), "{error}");
    assert_eq!((error.class(), error.code()), (Class::Transient, Code::StorageChanged));
    let refused: Vec<_> = world.gets().into_iter().filter(|get| get.status == Some(412)).collect();
    assert!(!refused.is_empty(), "the server was told which version is meant");
    let mut starts: Vec<_> = refused.iter().map(|get| get.range.as_ref().unwrap().start).collect();
    starts.dedup();
    assert_eq!(starts.len(), refused.len(), "no part was asked for twice");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_09_a_server_that_ignores_if_match_deceives_nobody() {
    let (world, end) = replace_after(1, false).await;
    assert!(matches!(end, Err(Error::Changed { .. })), "{end:?}");
    assert!(world.gets().iter().all(|get| get.status != Some(412)));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_11_two_versions_are_never_mixed_wherever_the_change_falls() {
    let mut complete = 0;
    for does_server_care in [true, false] {
        for chunks in 0..24 {
            match replace_after(chunks, does_server_care).await.1 {
                Ok(()) => complete += 1,
                Err(error) => assert!(matches!(error, Error::Changed { .. }), "{error}"),
            }
        }
    }
    assert!(complete < 40, "the change must fall into the middle, too");
}
