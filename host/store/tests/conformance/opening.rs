//! Opening the database.

use rushes_store::Store;

use crate::database::Database;

pub(crate) async fn hosts_that_start_together_find_one_schema(_: Database) {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("fresh.db").display());
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
