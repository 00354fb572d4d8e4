//! What every request passes first.

use std::net::IpAddr;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use rushes_model::Code;

use crate::access::Access;
use crate::problem::Problem;

/// Refuses what another site's page sends through a user's browser: on loopback there is no token that would stop it.
/// Then adds headers that keep our own pages from running or loading anything.
pub(crate) async fn guard(State(access): State<Access>, request: Request, next: Next) -> Response {
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if changes && !is_same_origin(request.headers()) {
        let detail = "a page of another site may not change anything here";
        return Problem::new(StatusCode::FORBIDDEN, Code::RequestInvalid, detail).into_response();
    }
    // Elsewhere there is a token that no other site's page can send, and the host may have any name.
    if access == Access::Loopback && !is_for_this_machine(request.headers()) {
        let detail = "the address that was asked for is no name of this machine";
        return Problem::new(StatusCode::FORBIDDEN, Code::RequestInvalid, detail).into_response();
    }
    let mut response = if changes { to_its_end(next.run(request)).await } else { next.run(request).await };
    let headers = response.headers_mut();
    let policy = "default-src 'none'; style-src 'self'; frame-ancestors 'none'; base-uri 'none'";
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(policy));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    response
}

/// A change that was begun is ended, and told to the audit log, though its client has gone: half of a deletion would be
/// worse than none.
async fn to_its_end(work: impl Future<Output = Response> + Send + 'static) -> Response {
    #[expect(
        clippy::disallowed_methods,
        reason = "its caller waits for it; it lives on alone only when that is dropped"
    )]
    let task = tokio::spawn(work);
    task.await.unwrap_or_else(|error| {
        tracing::error!(%error, "a request's task broke");
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, "the request broke a part of this host")
            .into_response()
    })
}

/// Browsers send `Origin` with every request that changes something (Fetch standard, section 3.2); programs send none.
fn is_same_origin(headers: &HeaderMap) -> bool {
    let Some(origin) = headers.get(header::ORIGIN) else { return true };
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let origin = origin.to_str().ok().and_then(|origin| origin.split_once("://"));
    matches!((origin, host), (Some((_, origin)), Some(host)) if origin == host)
}

/// A page of another site may point a name of its own at this machine (DNS rebinding); the browser then sends that name.
fn is_for_this_machine(headers: &HeaderMap) -> bool {
    let Some(host) = headers.get(header::HOST) else { return true };
    let Ok(host) = host.to_str() else { return false };
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let name = name.trim_start_matches('[').trim_end_matches(']');
    name == "localhost" || name.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_foreign_name_is_not_this_machine() {
        let asks = |host: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, host.parse().unwrap());
            is_for_this_machine(&headers)
        };
        for own in ["localhost", "localhost:9001", "127.0.0.1:9001", "[::1]:9001", "127.1.2.3"] {
            assert!(asks(own), "{own}");
        }
        for foreign in ["evil.example", "evil.example:9001", "localhost.evil.example", "10.0.0.1:9001"] {
            assert!(!asks(foreign), "{foreign}");
        }
    }
}
