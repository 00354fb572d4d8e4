//! The queue's figures.

use std::time::{Duration, Instant};

use rushes_queue as queue;
use rushes_store as store;
use serde::Serialize;
use tokio::sync::Mutex;
use utoipa::ToSchema;

use crate::deps::Deps;

/// Counting may take this share of the time at most: counts are told again for so many times as long as they took.
const REST: u32 = 10;

/// Counts, told again for a while where counting takes long: a hundred thousand jobs that wait take some milliseconds.
#[derive(Default)]
pub(crate) struct Counting {
    last: Mutex<Option<Counted>>,
}

#[derive(Clone, Copy)]
struct Counted {
    counts: store::Counts,
    until: Instant,
}

impl Counting {
    /// The counts of now, or of a little while ago.
    pub(crate) async fn counts(&self, store: &store::Read, stuck_after: Duration) -> store::Result<store::Counts> {
        let mut last = self.last.lock().await;
        let begun = Instant::now();
        if let Some(counted) = last.filter(|counted| begun < counted.until) {
            return Ok(counted.counts);
        }
        let counts = store.queue_status(stuck_after).await?;
        let ended = Instant::now();
        // Under a millisecond everything is counted anew each time.
        let rest = (ended - begun).saturating_sub(Duration::from_millis(1)) * REST;
        *last = Some(Counted { counts, until: ended + rest });
        Ok(counts)
    }
}

/// How the queue stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueStatus {
    total_jobs: u64,
    pending_jobs: u64,
    processing_jobs: u64,
    /// Cancelled ones among them.
    failed_jobs: u64,
    completed_jobs: u64,
    /// Over all live hosts.
    active_jobs_count: u64,
    /// streaming_s3, or download.
    processing_method: String,
    /// Over all live hosts.
    max_concurrent_jobs: u64,
    /// none, memory_constrained, paused, draining; of this host.
    throttle: String,
    capacity: Capacity,
    waiting_for_file_jobs: u64,
    ready_jobs: u64,
    retry_wait_jobs: u64,
    cancelled_jobs: u64,
    /// At work for longer than STUCK_TIMEOUT_HOURS.
    stuck_jobs: u64,
    oldest_processing_seconds: Option<f64>,
    oldest_ready_seconds: Option<f64>,
    /// Pipelines that jobs of this queue can be taken for.
    pipelines: Vec<String>,
    live_hosts: usize,
    /// This host's own; none before its first sign of life.
    host: Option<HostStatus>,
}

/// How many jobs there is room for.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Capacity {
    /// As memory allows, over all live hosts.
    recommended_jobs: u64,
}

/// One host.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HostStatus {
    id: String,
    name: String,
    version: String,
    active_jobs_count: u32,
    max_concurrent_jobs: u32,
    recommended_jobs: u32,
    processing_method: String,
    throttle: String,
    memory_used_bytes: u64,
    memory_limit_bytes: u64,
    memory_reserved_bytes: u64,
    pipelines: Vec<String>,
}

impl From<&store::Host> for HostStatus {
    fn from(host: &store::Host) -> Self {
        let (who, figures) = (&host.host, &host.figures);
        Self {
            id: who.id.to_string(),
            name: who.name.clone(),
            version: who.version.clone(),
            active_jobs_count: figures.running,
            max_concurrent_jobs: who.slots,
            recommended_jobs: figures.recommended,
            processing_method: who.method.clone(),
            throttle: figures.throttle.clone(),
            memory_used_bytes: figures.memory_used.as_bytes(),
            memory_limit_bytes: figures.memory_limit.as_bytes(),
            memory_reserved_bytes: figures.memory_reserved.as_bytes(),
            pipelines: figures.pipelines.clone(),
        }
    }
}

impl QueueStatus {
    /// Asks the database for counts and hosts.
    pub(crate) async fn read(deps: &Deps, counting: &Counting) -> store::Result<Self> {
        let counts = counting.counts(&deps.store, deps.times.stuck_after).await?;
        let hosts = deps.store.live_hosts(deps.times.hosts_live_for).await?;
        Ok(Self::of(&counts, &hosts, &deps.queue.status()))
    }

    fn of(counts: &store::Counts, hosts: &[store::Host], here: &queue::Status) -> Self {
        let own = hosts.iter().find(|host| host.host.id == here.host);
        let sum = |of: fn(&store::Host) -> u32| hosts.iter().map(|host| u64::from(of(host))).sum();
        let mut pipelines: Vec<String> = hosts.iter().flat_map(|host| host.figures.pipelines.clone()).collect();
        pipelines.sort_unstable();
        pipelines.dedup();
        Self {
            total_jobs: counts.total(),
            pending_jobs: counts.pending(),
            processing_jobs: counts.processing,
            failed_jobs: counts.failed_or_cancelled(),
            completed_jobs: counts.completed,
            active_jobs_count: sum(|host| host.figures.running),
            processing_method: own.or(hosts.first()).map_or("streaming_s3", |host| &host.host.method).to_owned(),
            max_concurrent_jobs: sum(|host| host.host.slots),
            throttle: here.throttle.as_str().to_owned(),
            capacity: Capacity { recommended_jobs: sum(|host| host.figures.recommended) },
            waiting_for_file_jobs: counts.waiting_for_file,
            ready_jobs: counts.ready,
            retry_wait_jobs: counts.retry_wait,
            cancelled_jobs: counts.cancelled,
            stuck_jobs: counts.stuck,
            oldest_processing_seconds: counts.oldest_processing.map(|time| time.as_secs_f64()),
            oldest_ready_seconds: counts.oldest_ready.map(|time| time.as_secs_f64()),
            pipelines,
            live_hosts: hosts.len(),
            host: own.map(HostStatus::from),
        }
    }

    /// Names and numbers for a page.
    pub(crate) fn rows(&self) -> [(&'static str, u64); 7] {
        [
            ("waiting for their file", self.waiting_for_file_jobs),
            ("ready", self.ready_jobs),
            ("waiting to be retried", self.retry_wait_jobs),
            ("processing", self.processing_jobs),
            ("completed", self.completed_jobs),
            ("failed", self.failed_jobs - self.cancelled_jobs),
            ("cancelled", self.cancelled_jobs),
        ]
    }

    /// How busy the hosts are, for a page.
    pub(crate) fn sentence(&self) -> String {
        let hosts = if self.live_hosts == 1 { "1 host".to_owned() } else { format!("{} hosts", self.live_hosts) };
        let throttle = if self.throttle == "none" { String::new() } else { format!("; {}", self.throttle) };
        format!("{hosts}, {} of {} slots busy{throttle}", self.active_jobs_count, self.max_concurrent_jobs)
    }
}
