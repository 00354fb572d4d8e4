//! Webhooks: how they stand, what was delivered, and sending again.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::{Extension, Json};
use rushes_model::{Code, DeliveryId};
use rushes_store::{DeliveryFilter, DeliveryState};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use crate::access::Caller;
use crate::body::{self, Asked, Word};
use crate::delivery::{DeliveryBody, WebhookBody};
use crate::moment;
use crate::problem::{Document, Problem};
use crate::router::App;

/// All webhooks.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct WebhookList {
    /// By name.
    webhooks: Vec<WebhookBody>,
}

/// A page of a list.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct DeliveryList {
    /// Newest first.
    deliveries: Vec<DeliveryBody>,
    /// `cursor` of the next page; none at the end.
    next: Option<String>,
}

/// Which deliveries.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Wanted {
    state: Option<String>,
    limit: Option<u64>,
    cursor: Option<String>,
}

/// Which dead deliveries.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ReplayRequest {
    /// Of events from this moment on (RFC 3339).
    #[schema(format = DateTime)]
    since: Option<String>,
    /// Of events before this moment (RFC 3339).
    #[schema(format = DateTime)]
    until: Option<String>,
}

/// What will be sent again.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Replayed {
    /// How many.
    deliveries: u64,
}

/// All webhooks that a host has or a delivery names.
#[utoipa::path(get, path = "/api/v1/webhooks", tag = "webhooks", security(("bearer" = ["webhooks"])),
    responses((status = 200, description = "All of them", body = WebhookList)))]
pub(crate) async fn list(State(app): State<App>) -> Result<Json<WebhookList>, Problem> {
    let known = app.deps.store.endpoints().await?;
    Ok(Json(WebhookList { webhooks: known.into_iter().map(WebhookBody::from).collect() }))
}

/// What a webhook was told or is to be told, newest first.
#[utoipa::path(get, path = "/api/v1/webhooks/{name}/deliveries", tag = "webhooks", security(("bearer" = ["webhooks"])),
    params(("name" = String, Path, description = "The webhook"),
           ("state" = Option<String>, Query, description = "pending, delivered or dead"),
           ("limit" = Option<u64>, Query, description = "How many, 1 to 200; 50 without it"),
           ("cursor" = Option<String>, Query, description = "`next` of the page before")),
    responses((status = 200, description = "A page", body = DeliveryList),
              (status = 404, description = "No such webhook", body = Document)))]
pub(crate) async fn deliveries(
    State(app): State<App>,
    Word(name): Word,
    Asked(wanted): Asked<Wanted>,
) -> Result<Json<DeliveryList>, Problem> {
    let limit = wanted.limit.unwrap_or(50);
    if !(1..=200).contains(&limit) {
        return Err(Problem::bad_request("`limit` must be 1 to 200"));
    }
    let unknown = || Problem::bad_request("`state` must be pending, delivered or dead");
    let state = wanted.state.map(|state| DeliveryState::parse(&state).ok_or_else(unknown)).transpose()?;
    let foreign = |_| Problem::bad_request("`cursor` is none of ours");
    let after = wanted.cursor.map(|text| text.parse::<DeliveryId>().map_err(foreign)).transpose()?;
    app.deps.store.endpoint(&name).await?;
    let page = app.deps.store.deliveries(&DeliveryFilter { endpoint: Some(name), state }, after, limit).await?;
    let deliveries = page.deliveries.into_iter().map(DeliveryBody::from).collect();
    Ok(Json(DeliveryList { deliveries, next: page.next.map(|id| id.to_string()) }))
}

/// Sends an event `webhook.test`. A webhook that wanted nothing more is asked again.
#[utoipa::path(post, path = "/api/v1/webhooks/{name}/test", tag = "webhooks", security(("bearer" = ["webhooks"])),
    params(("name" = String, Path, description = "The webhook")),
    responses((status = 202, description = "It will be delivered", body = DeliveryBody),
              (status = 404, description = "No host has such a webhook", body = Document)))]
pub(crate) async fn test(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(name): Word,
) -> Result<(StatusCode, Json<DeliveryBody>), Problem> {
    let delivery = app.deps.write.test_endpoint(&name).await?;
    app.record(&caller, "webhook.test", name, None).await;
    Ok((StatusCode::ACCEPTED, Json(DeliveryBody::from(delivery))))
}

/// Sends dead deliveries again, all or those of a time. A webhook that wanted nothing more is asked again.
#[utoipa::path(post, path = "/api/v1/webhooks/{name}/replay", tag = "webhooks", security(("bearer" = ["webhooks"])),
    params(("name" = String, Path, description = "The webhook")),
    request_body(content = Option<ReplayRequest>, description = "Of which time; without it all"),
    responses((status = 202, description = "They will be delivered", body = Replayed),
              (status = 404, description = "No such webhook", body = Document)))]
pub(crate) async fn replay(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(name): Word,
    request: Request,
) -> Result<(StatusCode, Json<Replayed>), Problem> {
    let wanted: ReplayRequest = body::parse_or_default(request, &app).await?;
    let since = wanted.since.as_deref().map(|text| read_moment("/since", text)).transpose()?;
    let until = wanted.until.as_deref().map(|text| read_moment("/until", text)).transpose()?;
    let deliveries = app.deps.write.replay_dead(&name, since, until).await?;
    let detail = json!({ "since": wanted.since, "until": wanted.until, "deliveries": deliveries });
    app.record(&caller, "webhook.replay", name, Some(detail)).await;
    Ok((StatusCode::ACCEPTED, Json(Replayed { deliveries })))
}

/// Sends a delivery again, whatever became of it, under the same `webhook-id`.
#[utoipa::path(post, path = "/api/v1/deliveries/{id}/replay", tag = "webhooks", security(("bearer" = ["webhooks"])),
    params(("id" = String, Path, description = "The delivery")),
    responses((status = 202, description = "It will be delivered", body = DeliveryBody),
              (status = 404, description = "No such delivery", body = Document)))]
pub(crate) async fn replay_one(
    State(app): State<App>,
    Extension(caller): Extension<Caller>,
    Word(id): Word,
) -> Result<(StatusCode, Json<DeliveryBody>), Problem> {
    let unknown = |_| Problem::missing(Code::DeliveryUnknown, format!("there is no delivery `{id}`"));
    let delivery = app.deps.write.replay_delivery(id.parse().map_err(unknown)?).await?;
    app.record(&caller, "delivery.replay", delivery.id, None).await;
    Ok((StatusCode::ACCEPTED, Json(DeliveryBody::from(delivery))))
}

fn read_moment(pointer: &str, text: &str) -> Result<i64, Problem> {
    let wrong = || Problem::wrong(pointer, "must be a moment as RFC 3339 writes it, like 2026-01-31T12:00:00Z");
    moment::read(text).ok_or_else(wrong)
}
