//! A thousand hosts on one PostgreSQL for a minute: each renews its leases and tells its figures every ten seconds, looks
//! for work and for the dead, and ends a job now and then.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

use rushes_model::{ByteSize, HostId};
use rushes_store::{HostFigures, NewHost, Rescue, Store};

use super::world::{Database, report, request, server_cpu};

const HOSTS: u32 = 1000;
/// Processes that these hosts share here: a machine has no room for a thousand pools.
const POOLS: usize = 8;
const FOR: Duration = Duration::from_secs(60);
const BEAT: Duration = Duration::from_secs(10);
const LEASE: Duration = Duration::from_secs(60);
const RESCUE: Rescue = Rescue { stuck_after: Duration::from_secs(7200), crash_delay: Duration::from_secs(10) };

#[derive(Default)]
struct Seen {
    beats: AtomicU32,
    claims: AtomicU32,
    looks: AtomicU32,
    lost: AtomicU32,
    longest_ms: AtomicU32,
}

pub(crate) async fn run() {
    let Some(db) = Database::postgres().await else { return };
    let data = PathBuf::from(db.text("SELECT current_setting('data_directory') AS text").await);
    db.add_ready(10_000).await;
    let mut pools = Vec::new();
    for _ in 0..POOLS {
        let store = Store::open(&db.url).await.unwrap();
        pools.push((store.clone(), store.open_heart().await.unwrap()));
    }
    let seen = Arc::new(Seen::default());
    let mut tasks = tokio::task::JoinSet::new();
    let (begun, cpu) = (Instant::now(), server_cpu(&data));
    for host in 0..HOSTS {
        let (store, heart) = pools[host as usize % POOLS].clone();
        let seen = Arc::clone(&seen);
        tasks.spawn(async move {
            // Not all in one moment.
            tokio::time::sleep(BEAT * host / HOSTS).await;
            live(&store, &heart, host, begun, &seen).await;
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let wall = begun.elapsed().as_secs_f64();
    let of = |count: &AtomicU32| count.load(Ordering::Relaxed);
    println!(
        "\n{HOSTS} hosts, {wall:.0} s: {} heartbeats, {} jobs claimed, {} looks for work, {} leases lost, the slowest \
         heartbeat {} ms; the server's CPU {:.1} s, {:.0} % of a core",
        of(&seen.beats),
        of(&seen.claims),
        of(&seen.looks),
        of(&seen.lost),
        of(&seen.longest_ms),
        server_cpu(&data) - cpu,
        (server_cpu(&data) - cpu) / wall * 100.0
    );
}

/// Three slots; a job takes half a minute here, so that there is more to claim than in a host's life.
async fn live(store: &Store, heart: &rushes_store::Heart, number: u32, begun: Instant, seen: &Seen) {
    let (id, write, report) = (HostId::new(), store.write(), report());
    let (name, version, method) = (format!("host-{number}"), "0.1.0".into(), "streaming_s3".into());
    write.register_host(NewHost { id, name, version, method, slots: 3 }).await.unwrap();
    let mut claims: Vec<(Instant, rushes_store::Claim)> = Vec::new();
    while begun.elapsed() < FOR {
        let beat = Instant::now();
        let leases: Vec<_> = claims.iter().map(|(_, claim)| claim.lease()).collect();
        let renewed = heart.renew(&leases, LEASE).await.unwrap().len();
        seen.lost.fetch_add(u32::try_from(leases.len() - renewed).unwrap(), Ordering::Relaxed);
        let figures = HostFigures {
            memory_used: ByteSize::mib(1),
            throttle: "none".into(),
            pipelines: vec!["p".into()],
            ..HostFigures::default()
        };
        write.heartbeat_host(id, &figures).await.unwrap().applied().unwrap();
        seen.longest_ms.fetch_max(u32::try_from(beat.elapsed().as_millis()).unwrap(), Ordering::Relaxed);
        seen.beats.fetch_add(1, Ordering::Relaxed);
        write.rescue_expired(&RESCUE).await.unwrap();
        if claims.len() < 3 {
            let taken = write.claim(&request(id)).await.unwrap();
            seen.looks.fetch_add(1, Ordering::Relaxed);
            seen.claims.fetch_add(u32::try_from(taken.len()).unwrap(), Ordering::Relaxed);
            claims.extend(taken.into_iter().map(|claim| (Instant::now(), claim)));
        }
        if claims.first().is_some_and(|(since, _)| since.elapsed() > Duration::from_secs(30)) {
            let (_, claim) = claims.remove(0);
            write.complete(&claim, &report).await.unwrap().applied().unwrap();
        }
        tokio::time::sleep(BEAT.saturating_sub(beat.elapsed())).await;
    }
}
