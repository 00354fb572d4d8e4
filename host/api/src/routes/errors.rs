//! The pages that problem documents point to.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rushes_model::Code;

use crate::problem::{Document, Problem};
use crate::router::App;

/// An error's page: what happened, why, what to do.
#[utoipa::path(get, path = "/errors/{code}", tag = "health", security(()),
    params(("code" = String, Path, description = "An error's code, like media.truncated")),
    responses((status = 200, description = "The page, as Markdown", content_type = "text/markdown", body = String),
              (status = 404, description = "No such code", body = Document)))]
pub(crate) async fn get(State(app): State<App>, Path(code): Path<String>) -> Result<Response, Problem> {
    let known = Code::ALL.iter().copied().find(|known| known.as_str() == code);
    let page = known.and_then(app.deps.explain);
    let unknown =
        || Problem::new(StatusCode::NOT_FOUND, Code::RequestInvalid, format!("there is no page for `{code}`"));
    let page = page.ok_or_else(unknown)?;
    Ok(([(header::CONTENT_TYPE, "text/markdown; charset=utf-8")], page).into_response())
}
