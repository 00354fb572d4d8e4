//! What is loaded: pipelines and the analyzers that they use.

use std::collections::BTreeSet;

use axum::extract::State;
use axum::{Extension, Json};
use rushes_model::Code;
use rushes_model::pipeline::{Limits, Pipeline, Use};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body::Word;
use crate::deps::LoadedAnalyzer;
use crate::problem::{Document, Problem};
use crate::router::App;

/// All pipelines.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Pipelines {
    pipelines: Vec<PipelineBody>,
}

/// A pipeline as this host has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PipelineBody {
    name: String,
    description: String,
    /// Nobody takes its jobs.
    paused: bool,
    /// Over all analyzers of a job, in bytes.
    memory_bytes: Option<u64>,
    analyzers: Vec<UseBody>,
}

/// An analyzer as a pipeline uses it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UseBody {
    analyzer: String,
    /// Whether its failure fails the job.
    required: bool,
    params: Value,
    merge_params: Value,
    limits: LimitsBody,
}

/// What an analyzer may use up in one job.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct LimitsBody {
    memory_bytes: u64,
    fuel_base: u64,
    fuel_per_media_second: u64,
    call_timeout_s: f64,
}

/// All analyzers.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Analyzers {
    analyzers: Vec<AnalyzerBody>,
}

/// An analyzer as this host has it.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AnalyzerBody {
    name: String,
    /// Its own.
    version: String,
    summary: String,
    /// Of the component's bytes.
    #[schema(example = "sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae")]
    digest: String,
    /// The version of the contract that it speaks.
    contract: String,
    /// Where it came from.
    origin: String,
    /// Pipelines that use it.
    pipelines: Vec<String>,
}

/// A pipeline was paused, or goes on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Paused {
    name: String,
    paused: bool,
    /// Whether that is new.
    changed: bool,
}

/// Pipelines as this host has them.
#[utoipa::path(get, path = "/api/v1/pipelines", tag = "pipelines", security(("bearer" = ["jobs:read"])),
    responses((status = 200, description = "The pipelines", body = Pipelines)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<Pipelines>, Problem> {
    let paused = app.deps.store.paused_pipelines().await?;
    let loaded = (app.deps.loaded)();
    let pipelines = loaded.pipelines.values().map(|one| pipeline(one, paused.contains(&one.name)));
    Ok(Json(Pipelines { pipelines: pipelines.collect() }))
}

/// Analyzers as this host has them.
#[utoipa::path(get, path = "/api/v1/analyzers", tag = "pipelines", security(("bearer" = ["jobs:read"])),
    responses((status = 200, description = "The analyzers", body = Analyzers)))]
pub(crate) async fn analyzers(State(app): State<App>) -> Json<Analyzers> {
    let loaded = (app.deps.loaded)();
    let body = |(name, one): (&String, &LoadedAnalyzer)| AnalyzerBody {
        name: name.clone(),
        version: one.version.clone(),
        summary: one.summary.clone(),
        digest: one.digest.clone(),
        contract: one.contract.clone(),
        origin: one.origin.clone(),
        pipelines: users(name, loaded.pipelines.values().map(AsRef::as_ref)),
    };
    Json(Analyzers { analyzers: loaded.analyzers.iter().map(body).collect() })
}

fn users<'a>(analyzer: &str, pipelines: impl Iterator<Item = &'a Pipeline>) -> Vec<String> {
    pipelines.filter(|one| one.uses.contains_key(analyzer)).map(|one| one.name.clone()).collect()
}

/// Takes no jobs of a pipeline any more, on any host; those at work go on.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/pause", tag = "pipelines", security(("bearer" = ["admin"])), params(("name" = String, Path, description = "The pipeline")),
    responses((status = 200, description = "It is paused", body = Paused), (status = 404, description = "No such pipeline", body = Document)))]
pub(crate) async fn pause(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(name): Word,
) -> Result<Json<Paused>, Problem> {
    check(&app, &name).await?;
    let changed = app.deps.queue.pause_pipeline(&name).await?;
    app.record(&caller, "pipeline.pause", &name, None).await;
    Ok(Json(Paused { name, paused: true, changed }))
}

/// Takes jobs of a pipeline again.
#[utoipa::path(post, path = "/api/v1/pipelines/{name}/resume", tag = "pipelines", security(("bearer" = ["admin"])), params(("name" = String, Path, description = "The pipeline")),
    responses((status = 200, description = "It goes on", body = Paused), (status = 404, description = "No such pipeline", body = Document)))]
pub(crate) async fn resume(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(name): Word,
) -> Result<Json<Paused>, Problem> {
    check(&app, &name).await?;
    let changed = app.deps.queue.resume_pipeline(&name).await?;
    app.record(&caller, "pipeline.resume", &name, None).await;
    Ok(Json(Paused { name, paused: false, changed }))
}

/// Known here, on another live host, or paused once and gone since.
async fn check(app: &App, name: &str) -> Result<(), Problem> {
    let mut known: BTreeSet<String> = (app.deps.loaded)().pipelines.keys().cloned().collect();
    for host in app.deps.store.live_hosts(app.deps.times.hosts_live_for).await? {
        known.extend(host.figures.pipelines);
    }
    known.extend(app.deps.store.paused_pipelines().await?);
    if known.contains(name) {
        return Ok(());
    }
    let known: Vec<String> = known.into_iter().collect();
    let problem = Problem::missing(Code::PipelineUnknown, format!("no pipeline `{name}`"));
    Err(problem.with_help(format!("known are: {}", known.join(", "))))
}

fn pipeline(one: &Pipeline, paused: bool) -> PipelineBody {
    PipelineBody {
        name: one.name.clone(),
        description: one.description.clone(),
        paused,
        memory_bytes: one.memory.map(|memory| memory.as_bytes()),
        analyzers: one.uses.values().map(used).collect(),
    }
}

fn used(one: &Use) -> UseBody {
    UseBody {
        analyzer: one.analyzer.clone(),
        required: one.required,
        params: one.params.clone(),
        merge_params: one.merge_params.clone(),
        limits: limits(&one.limits),
    }
}

fn limits(limits: &Limits) -> LimitsBody {
    LimitsBody {
        memory_bytes: limits.memory.as_bytes(),
        fuel_base: limits.fuel_base,
        fuel_per_media_second: limits.fuel_per_media_second,
        call_timeout_s: limits.call_timeout.as_secs_f64(),
    }
}
