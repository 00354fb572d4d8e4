//! Pausing pipelines, and wishes for hosts.

use std::time::Duration;

use rushes_model::HostId;
use rushes_store::{Effect, Error, HostFigures, NewHost, Wish};

use crate::database::{Database, request};

pub(crate) async fn a_paused_pipeline_is_not_taken_and_says_so(db: Database) {
    let id = db.ready().await;
    assert!(db.write().pause_pipeline("p").await.unwrap());
    assert!(!db.write().pause_pipeline("p").await.unwrap());
    assert_eq!(db.read().paused_pipelines().await.unwrap(), ["p"]);
    assert!(db.write().claim(&request()).await.unwrap().is_empty());
    let why = db.read().why(&db.job(id).await, Duration::from_secs(60)).await.unwrap();
    assert!(why.contains("`p` is paused"), "{why}");
    assert!(db.write().resume_pipeline("p").await.unwrap());
    assert!(!db.write().resume_pipeline("p").await.unwrap());
    assert_eq!(db.claim().await.id(), id);
}

pub(crate) async fn a_host_learns_what_is_wished_with_its_heartbeat(db: Database) {
    let id = HostId::new();
    let (name, version, method) = ("machine".into(), "0.1.0".into(), "streaming_s3".into());
    db.write().register_host(NewHost { id, name, version, method, slots: 3 }).await.unwrap();
    let figures = HostFigures { throttle: "none".into(), ..HostFigures::default() };
    assert_eq!(db.write().heartbeat_host(id, &figures).await.unwrap(), Effect::Applied(Wish::Run));
    for wish in Wish::ALL {
        db.write().wish_host(id, wish).await.unwrap();
        assert_eq!(db.write().heartbeat_host(id, &figures).await.unwrap(), Effect::Applied(wish));
        assert_eq!(db.read().hosts().await.unwrap()[0].wish, wish);
    }
    let stranger = HostId::new();
    assert!(db.write().heartbeat_host(stranger, &figures).await.unwrap().is_lost());
    assert!(matches!(db.write().wish_host(stranger, Wish::Run).await, Err(Error::UnknownHost(_))));
}
