//! The queue's figures.

use axum::Json;
use axum::extract::State;

use crate::figures::QueueStatus;
use crate::problem::Problem;
use crate::router::App;
use crate::stats::QueueStats;

/// How many jobs stand where, and how busy the hosts are.
#[utoipa::path(get, path = "/api/v1/queue/status", tag = "queue", security(("bearer" = ["jobs:read"])),
    responses((status = 200, description = "The figures", body = QueueStatus)))]
pub(crate) async fn status(State(app): State<App>) -> Result<Json<QueueStatus>, Problem> {
    Ok(Json(QueueStatus::read(&app.deps, &app.counting).await?))
}

/// How well the day went.
#[utoipa::path(get, path = "/api/v1/queue/stats", tag = "queue", security(("bearer" = ["jobs:read"])),
    responses((status = 200, description = "The figures", body = QueueStats)))]
pub(crate) async fn stats(State(app): State<App>) -> Result<Json<QueueStats>, Problem> {
    Ok(Json(QueueStats::read(&app.deps).await?))
}
