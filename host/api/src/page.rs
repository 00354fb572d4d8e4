//! A plain status page, and a page for each job. Rendered here, no script, nothing loaded from elsewhere.

mod html;
mod index;
mod job;

pub(crate) use index::index;
pub(crate) use job::job;

use axum::http::header;
use axum::response::{Html, IntoResponse, Response};

use html::Escaped;

const STYLE: &str = include_str!("page/style.css");

/// The pages' style.
pub(crate) async fn style() -> Response {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], STYLE).into_response()
}

/// A page around its body, made anew every so many seconds in an open browser.
fn page(title: &str, refresh_s: Option<u32>, body: &str) -> Html<String> {
    let refresh =
        refresh_s.map(|seconds| format!("<meta http-equiv=\"refresh\" content=\"{seconds}\">")).unwrap_or_default();
    let title = Escaped(title);
    Html(format!(
        "<!doctype html>\n<html lang=\"en\">\n<head><meta charset=\"utf-8\">{refresh}\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><link rel=\"stylesheet\" href=\"/style.css\"></head>\n<body>\n{body}</body>\n</html>\n"
    ))
}
