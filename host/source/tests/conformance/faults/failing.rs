//! Rows 1 to 4: errors instead of answers.

use std::time::Duration;

use rushes_devs3::{Action, Request, When};
use rushes_model::{Class, Classify, Code};
use rushes_source::{Error, Options};

use super::{HELD, PART, SIZE, middle, read};
use crate::content::drain;
use crate::world::{World, options};

#[tokio::test(flavor = "multi_thread")]
async fn row_01_a_server_that_fails_for_a_while_is_asked_again() {
    for (status, code) in [(500, "InternalError"), (502, ""), (503, "SlowDown"), (504, "")] {
        let world = World::s3().await;
        let (read, end) = read(&world, middle().first(3), Action::Status { status, code }).await;
        end.unwrap();
        assert_eq!(read, SIZE);
        let failed = world.gets().iter().filter(|get| get.status == Some(status)).count();
        assert_eq!(failed, 3);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_01_a_busy_server_is_asked_by_half_as_many() {
    for status in [503, 429] {
        let world = World::s3().await;
        let size = HELD + 12 * PART;
        let object = world.open(size, Options { max_requests: 4, ..options() }).await;
        // Slow enough that all that may be under way is, and that the refusal comes while it is.
        world.faults().set_latency(Duration::from_millis(100));
        let refused = When::get().starting_in(HELD..HELD + 1).nth(1);
        world.faults().add(refused, Action::Status { status, code: "SlowDown" });
        let (runs, end) = drain(&mut object.stream(vec![0..size]), 0).await;
        end.unwrap();
        assert_eq!(runs, [0..size]);
        let gets = world.gets();
        let refusal = gets.iter().position(|get| get.status == Some(status)).unwrap();
        let most = |gets: &[Request]| gets.iter().map(|get| get.under_way).max().unwrap_or(0);
        assert_eq!(most(&gets[..refusal + 4]), 4, "{gets:?}");
        // Those that took the places of the first four before the refusal was read, and the one that was refused.
        assert!(most(&gets[refusal + 5..]) <= 3, "two, and one more each two seconds: {gets:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_02_a_server_that_fails_for_ever_is_given_up_with_its_words() {
    let world = World::s3().await;
    let (_, end) = read(&world, middle(), Action::Status { status: 503, code: "SlowDown" }).await;
    let error = end.unwrap_err();
    assert_eq!((error.class(), error.code()), (Class::Transient, Code::StorageUnavailable));
    let text = rushes_model::Failure::of(&error).to_string();
    assert!(text.contains("6 tries at byte 2097152") && text.contains("503") && text.contains("DEVS3"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_03_an_expired_token_is_renewed_once_in_mid_run() {
    let world = World::s3().await;
    let (read, end) = read(&world, middle().nth(1), Action::Status { status: 400, code: "ExpiredToken" }).await;
    end.unwrap();
    assert_eq!(read, SIZE);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_03_access_that_stays_denied_may_come_back_and_says_what_is_missing() {
    let world = World::s3().await;
    let (_, end) = read(&world, middle(), Action::Status { status: 403, code: "AccessDenied" }).await;
    let error = end.unwrap_err();
    assert_eq!((error.class(), error.code()), (Class::Transient, Code::StorageDenied));
    assert!(error.help().unwrap().contains("s3:GetObject"));
    let refused = world.gets().iter().filter(|get| get.status == Some(403)).count();
    assert_eq!(refused, 2, "once more with fresh credentials");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_04_an_object_that_is_not_there_at_opening_is_not_ready_and_asked_for_once() {
    let world = World::s3().await;
    let error = world.try_open("nothing", options()).await.err().unwrap();
    assert!(matches!(&error, Error::NotFound { code, .. } if code == "NoSuchKey"), "{error}");
    assert!(world.storage.head(&world.reference("nothing")).await.unwrap().is_none());
    assert_eq!(world.gets().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_04_an_object_that_goes_away_is_gone() {
    let world = World::s3().await;
    let (_, end) = read(&world, middle(), Action::Status { status: 404, code: "NoSuchKey" }).await;
    let error = end.unwrap_err();
    assert!(matches!(error, Error::Gone { .. }));
    assert_eq!(error.class(), Class::Transient);
    assert_eq!(world.gets().iter().filter(|get| get.status == Some(404)).count(), 1, "not tried again");
}
