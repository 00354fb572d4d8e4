//! How the queue stands.

use axum::Json;
use axum::extract::State;

use crate::figures::QueueStatus;
use crate::problem::{Document, Problem};
use crate::router::App;

/// How many jobs stand where, and how busy the hosts are.
#[utoipa::path(get, path = "/api/v1/queue/status", tag = "queue", security(("bearer" = ["jobs:read"])),
    responses((status = 200, description = "The figures", body = QueueStatus),
              (status = 503, description = "The database doesn't answer", body = Document)))]
pub(crate) async fn status(State(app): State<App>) -> Result<Json<QueueStatus>, Problem> {
    Ok(Json(QueueStatus::read(&app.deps, &app.counting).await?))
}
