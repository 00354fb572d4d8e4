//! Rows 15, 18 and 19: another region, no way to the server, a clock that differs.

use std::time::Duration;

use rushes_devs3::{Action, When};
use rushes_model::{Class, Classify, Code, Failure, ObjectRef, Reason};
use rushes_source::{Credentials, Options, Storage, StorageConfig};

use super::SIZE;
use crate::content::drain;
use crate::secure::Secure;
use crate::world::{BUCKET, World, client, options};

#[tokio::test(flavor = "multi_thread")]
async fn row_15_a_bucket_elsewhere_says_where() {
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

#[tokio::test(flavor = "multi_thread")]
async fn row_18_a_server_that_is_not_there_is_unavailable() {
    let world = World::s3().await;
    let address = world.server().endpoint();
    drop(world);
    let error = Storage::new(config(&address)).open(&reference(), options()).await.err().unwrap();
    assert_eq!((error.class(), error.code()), (Class::Transient, Code::StorageUnavailable));
}

#[tokio::test(flavor = "multi_thread")]
async fn row_18_a_name_that_resolves_nowhere_is_unavailable_and_says_so() {
    let storage = Storage::new(config("http://storage.invalid:9000"));
    let options = Options { max_tries: 2, ..options() };
    let error = storage.open(&reference(), options).await.err().unwrap();
    assert_eq!((error.class(), error.code()), (Class::Transient, Code::StorageUnavailable));
    let text = Failure::of(&error).to_string();
    assert!(text.contains("dns error"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_18_a_certificate_for_another_name_is_a_mistake_of_ours_and_not_tried_again() {
    let world = World::s3().await;
    let other = Secure::start(world.server().address(), "other.example").await;
    let config = StorageConfig { ca_bundle: Some(other.authority()), ..config(&other.endpoint("localhost")) };
    let error = Storage::new(config).open(&reference(), options()).await.err().unwrap();
    let text = Failure::of(&error).to_string();
    let found = (error.class(), error.code());
    assert_eq!(found, (Class::Permanent(Reason::Storage), Code::StorageConfiguration), "{text}");
    assert!(text.contains("localhost") && text.contains("other.example"), "{text}");
    assert_eq!(other.connections(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_18_an_authority_of_ones_own_is_trusted_where_it_is_named() {
    let world = World::s3().await;
    world.write("object", 0, 10);
    let own = Secure::start(world.server().address(), "localhost").await;
    let named = StorageConfig { ca_bundle: Some(own.authority()), ..config(&own.endpoint("localhost")) };
    let object = Storage::new(named).open(&reference(), options()).await.unwrap();
    assert_eq!(object.identity().size, 10);
    let stranger = Storage::new(config(&own.endpoint("localhost")));
    let error = stranger.open(&reference(), options()).await.err().unwrap();
    assert!(error.help().unwrap().contains("AWS_CA_BUNDLE"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn row_19_a_clock_that_is_an_hour_off_is_allowed_for() {
    let world = World::s3_ahead(Duration::from_secs(3600)).await;
    world.write("object", 0, SIZE);
    // A client that hasn't heard this server's time yet.
    let object = client(world.server(), "hush").open(&world.reference("object"), options()).await.unwrap();
    let (runs, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
    end.unwrap();
    assert_eq!(runs, [0..SIZE]);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_19_a_clock_that_cannot_be_allowed_for_is_named() {
    let world = World::s3().await;
    world.write("object", 0, 10);
    world.faults().add(When::get(), Action::Status { status: 403, code: "RequestTimeTooSkewed" });
    let error = world.try_open("object", options()).await.err().unwrap();
    assert!(error.help().unwrap().contains("clock"), "{error}");
    assert_eq!(world.gets().len(), 2, "once more, at the server's time");
}

fn config(endpoint: &str) -> StorageConfig {
    StorageConfig {
        endpoint: Some(endpoint.to_owned()),
        credentials: Some(Credentials { key: "rushes".into(), secret: "hush".into(), token: None }),
        ..StorageConfig::default()
    }
}

fn reference() -> ObjectRef {
    ObjectRef::S3 { bucket: BUCKET.into(), key: "object".into() }
}
