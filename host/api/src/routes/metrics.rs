//! Figures for Prometheus.

use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics::gauge;
use rushes_store::Counts;

use crate::problem::Problem;
use crate::router::App;

/// The exposition format's version that every scraper reads.
const TEXT: &str = "text/plain; version=0.0.4; charset=utf-8";

/// Metrics of this host, in Prometheus's text format. `docs/operations.md` says what each means.
#[utoipa::path(get, path = "/metrics", tag = "queue", security(("bearer" = ["jobs:read"])),
    responses((status = 200, description = "The metrics", content_type = "text/plain", body = String)))]
pub(crate) async fn get(State(app): State<App>) -> Result<Response, Problem> {
    let counts = app.counting.counts(&app.deps.store, app.deps.times.stuck_after).await?;
    note_jobs(&counts);
    note_host(&app);
    Ok(([(header::CONTENT_TYPE, TEXT)], (app.deps.metrics)()).into_response())
}

/// What is asked of the database only when somebody looks.
fn note_jobs(counts: &Counts) {
    let states = [
        ("waiting_for_file", counts.waiting_for_file),
        ("ready", counts.ready),
        ("retry_wait", counts.retry_wait),
        ("processing", counts.processing),
        ("completed", counts.completed),
        ("failed", counts.failed),
        ("cancelled", counts.cancelled),
    ];
    for (state, count) in states {
        gauge!("rushes_jobs", "state" => state).set(count as f64);
    }
    gauge!("rushes_stuck_jobs").set(counts.stuck as f64);
    gauge!("rushes_oldest_ready_seconds").set(counts.oldest_ready.unwrap_or_default().as_secs_f64());
    gauge!("rushes_oldest_processing_seconds").set(counts.oldest_processing.unwrap_or_default().as_secs_f64());
}

fn note_host(app: &App) {
    let here = app.deps.queue.status();
    gauge!("rushes_build_info", "version" => app.deps.version).set(1.0);
    gauge!("rushes_running_jobs").set(f64::from(here.running));
    gauge!("rushes_slots").set(f64::from(here.slots));
    gauge!("rushes_memory_used_bytes").set(here.memory.used.as_bytes() as f64);
    gauge!("rushes_memory_limit_bytes").set(here.memory.limit.as_bytes() as f64);
    gauge!("rushes_memory_reserved_bytes").set(here.memory.reserved.as_bytes() as f64);
}
