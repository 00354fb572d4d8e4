//! A hundred thousand jobs that wait beside a million that ended; and making jobs.

use std::time::{Duration, Instant};

use rushes_model::HostId;
use rushes_store::{Filter, NewInterview, NewJob, Retention};

use super::world::{Database, request};

const WAITING: u32 = 50_000;
const READY: u32 = 50_000;
const ENDED: u32 = 1_000_000;

pub(crate) async fn run() {
    println!("\n{WAITING} wait for their file, {READY} are ready, {ENDED} ended; ms, median of 20 and longest");
    for db in [Some(Database::sqlite().await), Database::postgres().await].into_iter().flatten() {
        db.add_others(WAITING, ENDED).await;
        db.add_ready(READY).await;
        let name = if db.is_postgres() { "PostgreSQL" } else { "SQLite" };
        let (read, write) = (db.store.read(), db.store.write());
        let stuck = Duration::from_secs(7200);
        let (begun, first) = (Instant::now(), read.queue_status(stuck).await.unwrap());
        println!("{name:<11} status, nothing counted yet: {:.1}", begun.elapsed().as_secs_f64() * 1e3);
        let begun = Instant::now();
        write.prune(&Retention::default()).await.unwrap();
        println!("{name:<11} counting (every 10 minutes, one host): {:.1}", begun.elapsed().as_secs_f64() * 1e3);
        assert_eq!(read.queue_status(stuck).await.unwrap().total(), first.total());
        let status = timed(async || _ = read.queue_status(stuck).await.unwrap()).await;
        println!("{name:<11} status     {status}");
        let list = timed(async || drop(read.list(&Filter::default(), None, 50).await.unwrap())).await;
        println!("{name:<11} list of 50 {list}");
        let stats = timed(async || _ = read.stats(0).await.unwrap()).await;
        println!("{name:<11} stats      {stats}");
        let claim = timed(async || assert_eq!(write.claim(&request(HostId::new())).await.unwrap().len(), 1)).await;
        println!("{name:<11} claim      {claim}");
    }
}

async fn timed(act: impl AsyncFn()) -> String {
    let mut all = Vec::new();
    for _ in 0..20 {
        let begun = Instant::now();
        act().await;
        all.push(begun.elapsed().as_secs_f64() * 1e3);
    }
    all.sort_by(f64::total_cmp);
    format!("{:>7.2} {:>7.2}", all[10], all[19])
}

/// Jobs over sixteen writers, three an interview.
pub(crate) async fn create() {
    const EACH: usize = 150;
    println!("\njobs made by 16 writers, one a transaction, three an interview");
    for db in [Some(Database::sqlite().await), Database::postgres().await].into_iter().flatten() {
        let begun = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for writer in 0..16 {
            let write = db.store.write().clone();
            tasks.spawn(async move {
                for number in 0..EACH {
                    let id = format!("{writer}-{}", number / 3);
                    let interview = Some(NewInterview { id, interview_type: None, expected_jobs: Some(3) });
                    write.create_job(NewJob { interview, ..NewJob::new("bucket", "key", "p") }).await.unwrap();
                }
            });
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
        let name = if db.is_postgres() { "PostgreSQL" } else { "SQLite" };
        println!("{name:<11} {:>6.0}/s", (16 * EACH) as f64 / begun.elapsed().as_secs_f64());
    }
}
