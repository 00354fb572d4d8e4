//! Ways of having no access that are no accidents.

use rushes_model::Classify;
use rushes_source::Error;

use crate::world::{World, client, options};

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
