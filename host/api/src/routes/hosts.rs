//! Hosts, and what is wished of them.

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Extension, Json};
use rushes_model::{Code, HostId};
use rushes_store::Wish;
use serde::Serialize;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body::Word;
use crate::figures::HostStatus;
use crate::moment;
use crate::problem::{Document, Problem};
use crate::router::App;

/// All hosts that haven't signed off.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Hosts {
    /// The longest at work first.
    hosts: Vec<HostBody>,
}

/// A host.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HostBody {
    #[serde(flatten)]
    status: HostStatus,
    /// Heard of within a lease's time.
    live: bool,
    /// run, pause, drain: what was wished of it.
    wish: String,
    started_at: Option<String>,
    heartbeat_at: Option<String>,
}

/// A wish that a host will obey with its next sign of life.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Wished {
    id: String,
    /// run, pause, drain.
    wish: String,
}

/// Hosts with their figures.
#[utoipa::path(get, path = "/api/v1/hosts", tag = "queue", security(("bearer" = ["jobs:read"])),
    responses((status = 200, description = "The hosts", body = Hosts)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Hosts>, Problem> {
    let live = app.deps.store.live_hosts(app.deps.times.hosts_live_for).await?;
    let hosts = app.deps.store.hosts().await?;
    let body = |host: &rushes_store::Host| HostBody {
        status: HostStatus::from(host),
        live: live.iter().any(|one| one.host.id == host.host.id),
        wish: host.wish.as_str().to_owned(),
        started_at: moment::written(host.started_at_ms),
        heartbeat_at: moment::written(host.heartbeat_at_ms),
    };
    Ok(Json(Hosts { hosts: hosts.iter().map(body).collect() }))
}

/// Takes no new jobs on a host; those at work go on.
#[utoipa::path(post, path = "/api/v1/hosts/{id}/pause", tag = "queue", security(("bearer" = ["admin"])), params(("id" = String, Path, description = "The host")),
    responses((status = 202, description = "It will", body = Wished), (status = 404, description = "No such host", body = Document)))]
pub(crate) async fn pause(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
) -> Result<(StatusCode, Json<Wished>), Problem> {
    wish(&app, &caller, &id, Wish::Pause).await
}

/// Takes jobs on a host again.
#[utoipa::path(post, path = "/api/v1/hosts/{id}/resume", tag = "queue", security(("bearer" = ["admin"])), params(("id" = String, Path, description = "The host")),
    responses((status = 202, description = "It will", body = Wished), (status = 404, description = "No such host", body = Document)))]
pub(crate) async fn resume(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
) -> Result<(StatusCode, Json<Wished>), Problem> {
    wish(&app, &caller, &id, Wish::Run).await
}

/// Drains a host: it takes nothing new, hands back what it can't finish in time, and ends.
#[utoipa::path(post, path = "/api/v1/hosts/{id}/drain", tag = "queue", security(("bearer" = ["admin"])), params(("id" = String, Path, description = "The host")),
    responses((status = 202, description = "It will", body = Wished), (status = 404, description = "No such host", body = Document)))]
pub(crate) async fn drain(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
) -> Result<(StatusCode, Json<Wished>), Problem> {
    wish(&app, &caller, &id, Wish::Drain).await
}

async fn wish(app: &App, caller: &Caller, id: &str, wish: Wish) -> Result<(StatusCode, Json<Wished>), Problem> {
    let unknown = |_| Problem::missing(Code::HostUnknown, format!("there is no host `{id}`"));
    let host: HostId = id.parse().map_err(unknown)?;
    app.deps.queue.wish_host(host, wish).await?;
    app.record(caller, &format!("host.{}", wish.as_str()), host, None).await;
    Ok((StatusCode::ACCEPTED, Json(Wished { id: host.to_string(), wish: wish.as_str().to_owned() })))
}
