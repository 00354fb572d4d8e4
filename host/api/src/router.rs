//! All routes.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{StatusCode, header};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use rushes_model::Code;
use tokio::sync::Semaphore;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use crate::access::{ANY_TOKEN, Known, Need, Needs, PAGES, Rates, access};
use crate::deps::Deps;
use crate::figures::Counting;
use crate::problem::Problem;
use crate::routes::{
    audit, batch, errors, events, health, hosts, interview_verbs, interviews, jobs, journal, metrics, pipelines, queue,
    report, s3, uploads, webhooks,
};
use crate::{guard, openapi, page, trace};

/// The largest body that is read: metadata is small.
const MOST_BODY: usize = 1 << 20;

/// What every route gets.
#[derive(Clone)]
pub(crate) struct App {
    pub(crate) deps: Deps,
    pub(crate) counting: Arc<Counting>,
    pub(crate) needs: Arc<Needs>,
    pub(crate) known: Arc<Known>,
    pub(crate) rates: Arc<Rates>,
    pub(crate) streams: Arc<Semaphore>,
}

/// The whole interface, ready to be served.
pub fn router(deps: Deps) -> Router {
    let (router, described) = parts();
    let needs = Needs::read(&described)
        .with("/openapi.json", ANY_TOKEN)
        .with("/style.css", Need::Nothing)
        .with("/", PAGES)
        .with("/jobs/{id}", PAGES);
    let listener = deps.access;
    let app = App {
        deps,
        counting: Arc::default(),
        needs: Arc::new(needs),
        known: Arc::default(),
        rates: Arc::default(),
        streams: Arc::new(Semaphore::new(events::MOST_STREAMS)),
    };
    let json = described.to_pretty_json().unwrap_or_default();
    let openapi = get(move || async move { ([(header::CONTENT_TYPE, "application/json")], json) });
    router
        .route("/openapi.json", openapi)
        .route("/", get(page::index))
        .route("/jobs/{id}", get(page::job))
        .route("/style.css", get(page::style))
        .fallback(unknown)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(MOST_BODY))
        .layer(from_fn_with_state(app.clone(), access))
        .layer(from_fn_with_state(listener, guard::guard))
        .layer(from_fn(trace::trace))
        .with_state(app)
}

/// Health and metrics alone, for a host that works on jobs and takes no requests.
pub fn probes(deps: Deps) -> Router {
    router(deps).layer(from_fn(only_probes))
}

async fn only_probes(request: axum::extract::Request, next: axum::middleware::Next) -> Response {
    let path = request.uri().path();
    if path.starts_with("/health/") || path == "/metrics" {
        next.run(request).await
    } else {
        unknown(request).await.into_response()
    }
}

/// The interface's description alone.
pub(crate) fn described() -> utoipa::openapi::OpenApi {
    parts().1
}

fn parts() -> (Router<App>, utoipa::openapi::OpenApi) {
    let (router, mut described) = documented().split_for_parts();
    openapi::finish(&mut described);
    (router, described)
}

fn documented() -> OpenApiRouter<App> {
    OpenApiRouter::with_openapi(openapi::begun())
        .routes(routes!(jobs::create, jobs::list))
        .routes(routes!(batch::create))
        .routes(routes!(batch::retry))
        .routes(routes!(batch::cancel))
        .routes(routes!(jobs::get, jobs::delete))
        .routes(routes!(jobs::retry))
        .routes(routes!(jobs::cancel))
        .routes(routes!(report::get))
        .routes(routes!(journal::attempts))
        .routes(routes!(journal::log))
        .routes(routes!(events::get))
        .routes(routes!(interviews::create, interviews::list))
        .routes(routes!(interviews::get, interview_verbs::delete))
        .routes(routes!(interview_verbs::seal))
        .routes(routes!(interview_verbs::cancel))
        .routes(routes!(interview_verbs::retry))
        .routes(routes!(interview_verbs::reports))
        .routes(routes!(uploads::create))
        .routes(routes!(uploads::complete))
        .routes(routes!(uploads::abort))
        .routes(routes!(s3::receive))
        .routes(routes!(pipelines::list))
        .routes(routes!(pipelines::pause))
        .routes(routes!(pipelines::resume))
        .routes(routes!(pipelines::analyzers))
        .routes(routes!(hosts::list))
        .routes(routes!(hosts::pause))
        .routes(routes!(hosts::resume))
        .routes(routes!(hosts::drain))
        .routes(routes!(audit::list))
        .routes(routes!(queue::status))
        .routes(routes!(queue::stats))
        .routes(routes!(health::health))
        .routes(routes!(health::ready))
        .routes(routes!(health::live))
        .routes(routes!(errors::get))
        .routes(routes!(metrics::get))
        .routes(routes!(webhooks::list))
        .routes(routes!(webhooks::deliveries))
        .routes(routes!(webhooks::test))
        .routes(routes!(webhooks::replay))
        .routes(routes!(webhooks::replay_one))
}

async fn unknown(request: axum::extract::Request) -> Problem {
    let detail = format!("there is nothing at {}", request.uri().path());
    Problem::new(StatusCode::NOT_FOUND, Code::RequestInvalid, detail).with_help("/openapi.json lists what there is")
}

async fn wrong_method(request: axum::extract::Request) -> Problem {
    let detail = format!("{} can't be asked of {}", request.method(), request.uri().path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, Code::RequestInvalid, detail)
}

#[cfg(test)]
mod tests;
