//! What every answer gets last: the request's id, problems that name it, and a line in the log.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::Response;
use rushes_model::{Code, LeaseId};
use tracing::debug;

use crate::access::Caller;
use crate::problem::Problem;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest id of a caller's that is taken over.
const MOST_ID: usize = 64;

/// The outermost layer.
pub(crate) async fn trace(request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let id = id_of(request.headers());
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = told(next.run(request).await, &path, &id);
    let status = response.status().as_u16();
    let class = match status {
        ..300 => "2xx",
        300..400 => "3xx",
        400..500 => "4xx",
        500.. => "5xx",
    };
    metrics::counter!("rushes_http_requests_total", "status" => class).increment(1);
    let by = response.extensions().get::<Caller>().map_or("nobody", Caller::name);
    let elapsed_ms = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    debug!(%method, path, status, elapsed_ms, by, trace = id, "request answered");
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(REQUEST_ID, value);
    }
    response
}

/// A problem again, with path and id; and whatever the server's own layers refused without words, as a problem.
fn told(mut response: Response, path: &str, id: &str) -> Response {
    let caller = response.extensions_mut().remove::<Caller>();
    let is_wordless = (response.status().is_client_error() || response.status().is_server_error())
        && !response.headers().contains_key(header::CONTENT_TYPE);
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_wordless => Problem::new(response.status(), Code::RequestInvalid, reason(response.status())),
        None => return with_caller(response, caller),
    };
    let mut answer = problem.answer(Some((path.to_owned(), id.to_owned())));
    for (name, value) in response.headers() {
        if !answer.headers().contains_key(name) && name != header::CONTENT_LENGTH {
            answer.headers_mut().append(name, value.clone());
        }
    }
    with_caller(answer, caller)
}

fn with_caller(mut response: Response, caller: Option<Caller>) -> Response {
    if let Some(caller) = caller {
        response.extensions_mut().insert(caller);
    }
    response
}

fn reason(status: StatusCode) -> &'static str {
    status.canonical_reason().unwrap_or("refused")
}

/// The caller's id: `X-Request-Id`, or the trace of `traceparent` (W3C Trace Context, section 3.2); else a fresh one.
fn id_of(headers: &HeaderMap) -> String {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    let is_plain = |id: &&str| {
        (1..=MOST_ID).contains(&id.len())
            && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
    };
    let trace = text("traceparent").and_then(|parent| parent.split('-').nth(1)).filter(|id| id.len() == 32);
    match text("x-request-id").filter(is_plain).or(trace.filter(is_plain)) {
        Some(id) => id.to_owned(),
        None => LeaseId::new().as_uuid().simple().to_string(),
    }
}
