//! Figures of the day.

use rushes_store as store;
use serde::Serialize;
use utoipa::ToSchema;

use crate::deps::Deps;
use crate::moment;

/// How the day went.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QueueStats {
    /// Jobs that completed or failed today.
    jobs_processed_today: u64,
    /// 0 to 1; none when no job ended today.
    success_rate: Option<f64>,
    /// Over the last 24 hours.
    #[schema(example = "8.5 minutes")]
    average_processing_time: String,
    /// Of what this host may use.
    #[schema(example = "65%")]
    memory_usage: String,
    /// Over all live hosts.
    active_concurrent_jobs: u64,
    /// The same as a number; none when no job completed within 24 hours.
    average_processing_seconds: Option<f64>,
    /// The same as a number, 0 to 1.
    memory_used_share: f64,
    memory_used_bytes: u64,
    memory_limit_bytes: u64,
    completed_today: u64,
    failed_today: u64,
    /// Among the failed ones.
    cancelled_today: u64,
    /// When today began, where the operator is (RUSHES_TIMEZONE).
    today_since: Option<String>,
}

impl QueueStats {
    /// Asks the database for the day and the hosts, and this host for its memory.
    pub(crate) async fn read(deps: &Deps) -> store::Result<Self> {
        let day = deps.store.stats(deps.times.utc_offset_s).await?;
        let hosts = deps.store.live_hosts(deps.times.hosts_live_for).await?;
        let memory = deps.queue.status().memory;
        let share = memory.used.as_bytes() as f64 / memory.limit.as_bytes().max(1) as f64;
        let average = day.average_processing.map(|time| time.as_secs_f64());
        Ok(Self {
            jobs_processed_today: day.processed_today(),
            success_rate: day.success_rate(),
            average_processing_time: format!("{:.1} minutes", average.unwrap_or(0.0) / 60.0),
            memory_usage: format!("{:.0}%", share * 100.0),
            active_concurrent_jobs: hosts.iter().map(|host| u64::from(host.figures.running)).sum(),
            average_processing_seconds: average,
            memory_used_share: share,
            memory_used_bytes: memory.used.as_bytes(),
            memory_limit_bytes: memory.limit.as_bytes(),
            completed_today: day.completed_today,
            failed_today: day.failed_today,
            cancelled_today: day.cancelled_today,
            today_since: moment::written(day.since_ms),
        })
    }
}
