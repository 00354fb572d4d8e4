//! Partials.

use rushes_store::{Claim, Effect, Error, Store};

use crate::database::Database;

pub(crate) async fn a_partial_is_kept_once_and_used_by_many(db: Database) {
    let (one, other) = (db.running().await, db.running().await);
    let write = db.write();
    assert_eq!(write.get_partial(&one, "k").await.unwrap(), Effect::Applied(None));
    write.put_partial(&one, "k", b"bytes").await.unwrap().applied().unwrap();
    write.put_partial(&one, "k", b"bytes").await.unwrap().applied().unwrap();
    assert_eq!(db.read().partial_count(other.id()).await.unwrap(), 0);
    assert_eq!(write.get_partial(&other, "k").await.unwrap(), Effect::Applied(Some(b"bytes".to_vec())));
    assert_eq!(db.read().partial_count(other.id()).await.unwrap(), 1);
    assert_eq!(db.count("partials").await, 1);
}

pub(crate) async fn a_retry_finds_the_partials_of_the_attempt_before(db: Database) {
    let first = db.running().await;
    db.write().put_partial(&first, "k", b"bytes").await.unwrap().applied().unwrap();
    db.crash().await;
    let second = db.claim().await;
    assert_eq!(db.write().get_partial(&second, "k").await.unwrap(), Effect::Applied(Some(b"bytes".to_vec())));
}

pub(crate) async fn two_hosts_that_keep_partials_at_once_both_succeed(db: Database) {
    let (one, other) = (db.running().await, db.running().await);
    let elsewhere = Store::open(&db.url).await.unwrap();
    let keep_many = async |store: &Store, claim: &Claim, name: &str| {
        for index in 0..100 {
            let key = format!("{name}{index}");
            store.write().put_partial(claim, &key, b"bytes").await.unwrap().applied().unwrap();
        }
    };
    tokio::join!(keep_many(&db.store, &one, "one"), keep_many(&elsewhere, &other, "other"));
    assert_eq!(db.count("partials").await, 200);
}

pub(crate) async fn a_partial_beyond_limits_is_refused(db: Database) {
    let claim = db.running().await;
    let refused = db.write().put_partial(&claim, "k", &vec![0; (3 << 20) + 1]).await.unwrap_err();
    assert!(matches!(refused, Error::TooLarge { .. }), "{refused}");
    assert_eq!(db.count("partials").await, 0);
}
