//! Health, for people and for Kubernetes.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use rushes_queue::Throttle;
use serde::Serialize;
use utoipa::ToSchema;

use crate::deps::{Health, HealthState};
use crate::figures::HostStatus;
use crate::router::App;

/// Every part with its state.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct HealthBody {
    /// The worst of the parts.
    status: HealthState,
    version: &'static str,
    service: Health,
    memory: Health,
    database: Health,
    storage: Health,
    pipelines: Health,
    /// This host's figures.
    host: Option<HostStatus>,
}

/// Every part with its state. 503 when one is down.
#[utoipa::path(get, path = "/health/health", tag = "health", security(()),
    responses((status = 200, description = "Everything works, or nearly", body = HealthBody),
              (status = 503, description = "Something doesn't", body = HealthBody)))]
pub(crate) async fn health(State(app): State<App>) -> (StatusCode, Json<HealthBody>) {
    let deps = &app.deps;
    let here = deps.queue.status();
    let host = match deps.store.live_hosts(deps.times.hosts_live_for).await {
        Ok(hosts) => hosts.into_iter().find(|host| host.host.id == here.host),
        // The database's own line says so.
        Err(_) => None,
    };
    let service = match here.throttle {
        Throttle::Draining => Health::degraded("draining: takes nothing new"),
        Throttle::Paused => Health::degraded("paused: takes nothing new"),
        Throttle::MemoryConstrained | Throttle::None => Health::ok(),
    };
    let memory = match here.throttle {
        Throttle::MemoryConstrained => Health::degraded("short: no further job is taken"),
        Throttle::Draining | Throttle::Paused | Throttle::None => Health::ok(),
    };
    let database = database(&app).await;
    let (storage, pipelines) = ((deps.storage)(), pipelines(&app));
    let status = [&service, &memory, &database, &storage, &pipelines].map(|part| part.state).into_iter().max();
    let status = status.unwrap_or(HealthState::Ok);
    let host = host.as_ref().map(HostStatus::from);
    let body = HealthBody { status, version: deps.version, service, memory, database, storage, pipelines, host };
    (if status == HealthState::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }, Json(body))
}

/// Whether requests should be sent here.
#[utoipa::path(get, path = "/health/ready", tag = "health", security(()),
    responses((status = 200, description = "Yes", body = Health), (status = 503, description = "No", body = Health)))]
pub(crate) async fn ready(State(app): State<App>) -> (StatusCode, Json<Health>) {
    let health = match app.deps.queue.status().throttle {
        Throttle::Draining => Health::down("draining"),
        Throttle::MemoryConstrained | Throttle::Paused | Throttle::None => database(&app).await,
    };
    let status = if health.state == HealthState::Down { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK };
    (status, Json(health))
}

/// Whether the process answers at all; a host that doesn't should be started anew.
#[utoipa::path(get, path = "/health/live", tag = "health", security(()), responses((status = 200, description = "It does", body = Health)))]
pub(crate) async fn live() -> Json<Health> {
    Json(Health::ok())
}

async fn database(app: &App) -> Health {
    match app.deps.store.ping().await {
        Ok(()) => Health::ok(),
        Err(error) => Health::down(error.to_string()),
    }
}

fn pipelines(app: &App) -> Health {
    match (app.deps.loaded)().pipelines.len() {
        0 => Health::degraded("none is loaded: no job can be taken"),
        1 => Health { state: HealthState::Ok, why: Some("1 loaded".into()) },
        count => Health { state: HealthState::Ok, why: Some(format!("{count} loaded")) },
    }
}
