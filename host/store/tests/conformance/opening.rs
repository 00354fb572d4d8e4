//! Opening the database.

use std::time::Duration;

use rushes_store::Store;

use crate::database::Database;

pub(crate) async fn hosts_that_start_together_find_one_schema(db: Database) {
    let (url, _folder) = db.another().await;
    let starting: Vec<_> = (0..6)
        .map(|_| {
            let url = url.clone();
            // A thread and runtime each, as far apart as processes are.
            std::thread::spawn(move || {
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
                runtime.block_on(async { Store::open(&url).await.unwrap().read().ping().await.unwrap() });
            })
        })
        .collect();
    for host in starting {
        host.join().expect("it opened");
    }
}

pub(crate) async fn what_was_acknowledged_is_there_after_reopening(db: Database) {
    let claim = db.running().await;
    db.store.close().await.unwrap();
    let again = Store::open(&db.url).await.unwrap();
    let job = again.read().find_job(claim.id()).await.unwrap().unwrap();
    assert_eq!(&job, claim.job());
}

pub(crate) async fn a_newer_hosts_tables_are_left_alone(db: Database) {
    db.running().await;
    db.execute("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_of_a_newer_version', 0)").await;
    db.execute("ALTER TABLE jobs ADD COLUMN of_a_newer_version integer").await;
    let older = Store::open(&db.url).await.unwrap();
    assert_eq!(older.read().queue_status(Duration::from_secs(7200)).await.unwrap().processing, 1);
    db.ready().await;
}

pub(crate) async fn a_hint_reaches_other_hosts(db: Database) {
    let listener = db.store.open_listener().await.unwrap();
    assert_eq!(listener.is_some(), db.write().has_hints());
    let Some(mut listener) = listener else { return db.write().hint().await.unwrap() };
    let other = Store::open(&db.url).await.unwrap();
    other.write().hint().await.unwrap();
    tokio::time::timeout(Duration::from_secs(10), listener.hear()).await.expect("heard").unwrap();
    // Once each: nothing more is to be heard.
    assert!(tokio::time::timeout(Duration::from_millis(300), listener.hear()).await.is_err());
}
