//! One host on SQLite: jobs are taken and end while others keep partials and leases are renewed.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rushes_model::{HostId, LeaseId};

use super::world::{Database, report, request};

const FOR: Duration = Duration::from_secs(15);
/// A lease of the queue is renewed so often; here ten times as often, so that losses would show.
const BEAT: Duration = Duration::from_secs(1);
const LEASE: Duration = Duration::from_secs(60);

pub(crate) async fn run() {
    let db = Database::sqlite().await;
    db.add_ready(20_000).await;
    let write = db.store.write();
    let over = Arc::new(AtomicBool::new(false));
    // Three runs that keep a partial of 100 kB each, as fast as the writer lets them: a run of six analyzers at 20 x
    // realtime keeps two a second.
    let mut held = Vec::new();
    let partials = Arc::new(AtomicU32::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for run in 0..3 {
        let claim = write.claim(&request(HostId::new())).await.unwrap().pop().unwrap();
        held.push(claim.lease());
        let (write, over, partials) = (write.clone(), Arc::clone(&over), Arc::clone(&partials));
        tasks.spawn(async move {
            let bytes = vec![7; 100_000];
            while !over.load(Ordering::Relaxed) {
                let key = format!("{run}-{}", partials.fetch_add(1, Ordering::Relaxed));
                write.put_partial(&claim, &key, &bytes).await.unwrap().applied().unwrap();
                tokio::time::sleep(Duration::from_millis(170)).await;
            }
        });
    }
    let beats = beat(&db, held, Arc::clone(&over));
    let ended = Arc::new(AtomicU32::new(0));
    let begun = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (write, ended) = (write.clone(), Arc::clone(&ended));
        workers.spawn(async move {
            let (request, report) = (request(HostId::new()), report());
            while begun.elapsed() < FOR {
                let claim = write.claim(&request).await.unwrap().pop().unwrap();
                write.complete(&claim, &report).await.unwrap().applied().unwrap();
                ended.fetch_add(1, Ordering::Relaxed);
            }
        });
    }
    while let Some(done) = workers.join_next().await {
        done.unwrap();
    }
    let wall = begun.elapsed().as_secs_f64();
    over.store(true, Ordering::Relaxed);
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let (beats, longest, lost) = beats.join().unwrap();
    println!(
        "\nSQLite, one host: {:.0} claimed and completed a second, {:.0} partials of 100 kB a second, {beats} renewals, \
         {lost} lost, the longest took {:.0} ms",
        f64::from(ended.load(Ordering::Relaxed)) / wall,
        f64::from(partials.load(Ordering::Relaxed)) / wall,
        longest.as_secs_f64() * 1e3
    );
}

/// On a thread and a connection of its own, as the queue does.
fn beat(db: &Database, held: Vec<LeaseId>, over: Arc<AtomicBool>) -> std::thread::JoinHandle<(u32, Duration, usize)> {
    let store = db.store.clone();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let heart = store.open_heart().await.unwrap();
            let (mut beats, mut longest, mut lost) = (0, Duration::ZERO, 0);
            while !over.load(Ordering::Relaxed) {
                let begun = Instant::now();
                lost += held.len() - heart.renew(&held, LEASE).await.unwrap().len();
                longest = longest.max(begun.elapsed());
                beats += 1;
                tokio::time::sleep(BEAT).await;
            }
            (beats, longest, lost)
        })
    })
}
