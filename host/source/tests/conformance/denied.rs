//! Row 3 of the fault table, and the other ways of having no access.

use rushes_devs3::{Action, When};
use rushes_model::{Class, Classify, Code};
use rushes_source::Error;

use crate::content::drain;
use crate::world::{World, client, options};

const SIZE: u64 = 3_000_000;
const HELD: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_renewed_once_in_mid_run() {
    let world = World::s3().await;
    let object = world.open(SIZE, options()).await;
    let when = When::get().starting_in(HELD..HELD + 1).nth(1);
    world.faults().add(when, Action::Status { status: 400, code: "ExpiredToken" });
    let (runs, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
    end.unwrap();
    assert_eq!(runs, [0..SIZE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn access_that_stays_denied_may_come_back_and_says_what_is_missing() {
    let world = World::s3().await;
    let object = world.open(SIZE, options()).await;
    let when = When::get().starting_in(HELD..HELD + 1);
    world.faults().add(when, Action::Status { status: 403, code: "AccessDenied" });
    let (_, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
    let error = end.unwrap_err();
    assert_eq!((error.class(), error.code()), (Class::Transient, Code::StorageDenied));
    assert!(error.help().unwrap().contains("s3:GetObject"));
    assert_eq!(
        world.gets().iter().filter(|get| get.status == Some(403)).count(),
        2,
        "once more with fresh credentials"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_secret_is_named() {
    let world = World::s3().await;
    world.write("object", 0, 10);
    let stranger = client(world.server(), "wrong");
    let error = stranger.open(&world.reference("object"), options()).await.err().unwrap();
    assert!(matches!(&error, Error::Denied { code, .. } if code == "SignatureDoesNotMatch"), "{error}");
    assert!(error.help().unwrap().contains("AWS_SECRET_ACCESS_KEY"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bucket_that_is_not_there_is_told_from_a_key() {
    let world = World::s3().await;
    let reference = rushes_model::ObjectRef::S3 { bucket: "nowhere".into(), key: "object".into() };
    let error = world.storage.open(&reference, options()).await.err().unwrap();
    assert!(matches!(&error, Error::NotFound { code, .. } if code == "NoSuchBucket"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_not_there_is_unavailable() {
    let world = World::s3().await;
    let address = world.server().endpoint();
    let reference = world.reference("object");
    drop(world);
    let storage = rushes_source::Storage::new(rushes_source::StorageConfig {
        endpoint: Some(address),
        credentials: Some(rushes_source::Credentials { key: "k".into(), secret: "s".into(), token: None }),
        ..rushes_source::StorageConfig::default()
    });
    let error = storage.open(&reference, options()).await.err().unwrap();
    assert_eq!((error.class(), error.code()), (Class::Transient, Code::StorageUnavailable));
}
