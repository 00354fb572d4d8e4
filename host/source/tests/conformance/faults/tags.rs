//! Row 21: entity tags of every kind, and none.

use rushes_devs3::{Action, Request, When};
use rushes_source::{Error, Object};

use super::{HELD, SIZE, middle, read};
use crate::content::drain;
use crate::overheard::{heard, listen};
use crate::world::{World, options};

/// Reads from a server that calls every version `tag` and looks at no condition: what it was asked with.
async fn tagged(tag: Option<&str>) -> (Object, Vec<Request>) {
    let world = World::s3().await;
    match tag {
        Some(tag) => world.faults().add(When::get(), Action::Header { name: "etag", value: tag.to_owned() }),
        None => world.faults().add(When::get(), Action::NoHeader { name: "etag" }),
    }
    world.faults().add(When::get(), Action::IgnoreConditions);
    let object = world.open(SIZE, options()).await;
    let (runs, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
    end.unwrap();
    assert_eq!(runs, [0..SIZE]);
    (object, world.gets().split_off(1))
}

#[tokio::test(flavor = "multi_thread")]
async fn row_21_an_entity_tag_is_sent_back_as_it_came() {
    // Some servers have long ones, some leave the quotes away.
    let long = format!("\"{}\"", "a1".repeat(400));
    for tag in ["\"b1946ac9\"", "b1946ac9", "\"b1946ac9-12\"", &long] {
        let (object, gets) = tagged(Some(tag)).await;
        assert!(object.identity().is_exact());
        assert!(gets.iter().all(|get| get.if_match.as_deref() == Some(tag)), "{gets:?}");
    }
}

#[tokio::test]
async fn row_21_without_a_strong_entity_tag_the_date_must_stay_and_the_log_says_so() {
    for tag in [Some("W/\"b1946ac9\""), None] {
        listen();
        let (object, gets) = tagged(tag).await;
        let date = object.identity().modified.clone();
        assert!(!object.identity().is_exact() && date.is_some());
        assert!(gets.iter().all(|get| get.if_match.is_none() && get.if_unmodified_since == date), "{gets:?}");
        let log = heard();
        assert!(log.contains("no strong entity tag"), "{log:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_21_another_date_is_another_version_where_there_is_no_entity_tag() {
    let world = World::s3().await;
    world.faults().add(When::get(), Action::NoHeader { name: "etag" });
    world.faults().add(When::get(), Action::IgnoreConditions);
    let later = "Tue, 01 Jan 2030 00:00:00 GMT".to_owned();
    let (read, end) = read(&world, middle(), Action::Header { name: "last-modified", value: later }).await;
    assert!(matches!(end, Err(Error::Changed { .. })), "{end:?}");
    assert_eq!(read, 2 * HELD);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_21_another_date_is_another_version_beside_a_weak_entity_tag_too() {
    let world = World::s3().await;
    world.faults().add(When::get(), Action::Header { name: "etag", value: "W/\"same\"".to_owned() });
    world.faults().add(When::get(), Action::IgnoreConditions);
    let later = "Tue, 01 Jan 2030 00:00:00 GMT".to_owned();
    let (read, end) = read(&world, middle(), Action::Header { name: "last-modified", value: later }).await;
    assert!(matches!(end, Err(Error::Changed { .. })), "{end:?}");
    assert_eq!(read, 2 * HELD);
}
