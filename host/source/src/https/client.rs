//! The process's client: connections, redirects, statuses.

use std::error::Error as StdError;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{ACCEPT_ENCODING, LOCATION, USER_AGENT};
use http::{Request, Response, StatusCode, Uri};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper_rustls::{HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client as Pooled;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use rushes_model::private::PrivateHosts;
use rustls::ClientConfig;
use rustls::crypto::ring;

use super::guard::{Guard, Refused};
use crate::answer::Head;
use crate::error::{Error, HTTPS_RIGHTS};
use crate::trust;

/// Redirects that are followed. A browser follows twenty; a store with a front needs one or two.
const MOST_REDIRECTS: usize = 5;
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

type Connector = HttpsConnector<HttpConnector<Guard>>;

/// Connections to web servers.
pub(crate) struct Client {
    pooled: Pooled<Connector, Empty<Bytes>>,
    guard: Guard,
}

/// An answer, and the address that gave it.
pub(super) struct Answer {
    pub(super) head: Head,
    pub(super) body: Incoming,
    pub(super) from: Uri,
}

impl Client {
    pub(crate) fn new(allowed: PrivateHosts, ca_bundle: Option<&Path>) -> Result<Self, Error> {
        let guard = Guard(Arc::new(allowed));
        let unusable = |source: rustls::Error| Error::Configuration { object: "https".into(), source: source.into() };
        let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .map_err(unusable)?
            .with_root_certificates(trust::authorities(ca_bundle)?)
            .with_no_client_auth();
        let mut tcp = HttpConnector::new_with_resolver(guard.clone());
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        tcp.set_connect_timeout(Some(CONNECT_TIMEOUT));
        let connector =
            HttpsConnectorBuilder::new().with_tls_config(tls).https_only().enable_http1().wrap_connector(tcp);
        let pooled = Pooled::builder(TokioExecutor::new()).pool_timer(TokioTimer::new()).build(connector);
        Ok(Self { pooled, guard })
    }

    /// Sends a GET, and follows redirects, each looked at like the first address.
    pub(super) async fn get(
        &self,
        uri: &Uri,
        headers: &[(&'static str, String)],
        object: &str,
    ) -> Result<Answer, Error> {
        let mut uri = uri.clone();
        for _ in 0..=MOST_REDIRECTS {
            let answer = self.send(&uri, headers, object).await?;
            if !is_redirect(answer.status()) {
                return Ok(Answer { head: head(&answer), body: answer.into_body(), from: uri });
            }
            let target = answer.headers().get(LOCATION).and_then(|value| value.to_str().ok());
            let target = target.and_then(|target| joined(&uri, target));
            uri = target.ok_or_else(|| bad(object, "it redirects to nowhere".to_owned()))?;
        }
        Err(bad(object, format!("it redirects more than {MOST_REDIRECTS} times")))
    }

    async fn send(
        &self,
        uri: &Uri,
        headers: &[(&'static str, String)],
        object: &str,
    ) -> Result<Response<Incoming>, Error> {
        self.guard.check(uri).map_err(|why| refused(object, &why))?;
        let mut request = Request::get(uri)
            .header(ACCEPT_ENCODING, "identity")
            .header(USER_AGENT, concat!("rushes/", env!("CARGO_PKG_VERSION")));
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let request = request.body(Empty::new());
        let request =
            request.map_err(|source| Error::Configuration { object: object.to_owned(), source: source.into() })?;
        self.pooled.request(request).await.map_err(|error| unreachable(object, error))
    }
}

/// What an answer that isn't the one hoped for means.
pub(super) fn failure(head: &Head, object: &str, is_opened: bool) -> Error {
    let object = object.to_owned();
    let status = head.status;
    match status {
        401 | 403 | 407 => Error::Denied { object, code: format!("{HTTPS_RIGHTS} {status}") },
        404 | 410 if is_opened => Error::Gone { object },
        404 | 410 => Error::NotFound { object, code: format!("status {status}") },
        412 => Error::Changed { object, how: "the version that was opened is no longer there".to_owned() },
        416 if is_opened => Error::Changed { object, how: "it is shorter than it was".to_owned() },
        429 | 503 => Error::Throttled { object, status, request: String::new(), after: head.retry_after },
        408 | 500.. => {
            Error::Unavailable { object, what: format!("the server failed with status {status}"), source: None }
        }
        _ => Error::BadAnswer { object, why: format!("status {status}") },
    }
}

fn unreachable(object: &str, error: hyper_util::client::legacy::Error) -> Error {
    let mut next: Option<&(dyn StdError + 'static)> = Some(&error);
    while let Some(cause) = next {
        if let Some(why) = cause.downcast_ref::<Refused>() {
            return refused(object, why);
        }
        next = cause.source();
    }
    let object = object.to_owned();
    if trust::is_untrusted(&error) {
        return Error::Untrusted { object, source: error.into() };
    }
    let what = "the server can't be reached or broke off".to_owned();
    Error::Unavailable { object, what, source: Some(error.into()) }
}

fn refused(object: &str, why: &Refused) -> Error {
    Error::Refused { object: object.to_owned(), why: why.to_string() }
}

fn bad(object: &str, why: String) -> Error {
    Error::BadAnswer { object: object.to_owned(), why }
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// An address as another one names it: whole, or a path of the same server (RFC 3986, section 4.2, in the forms that
/// servers send).
fn joined(base: &Uri, target: &str) -> Option<Uri> {
    let target = target.split('#').next()?;
    if target.contains("://") {
        return target.parse().ok();
    }
    let authority = base.authority()?;
    if let Some(rest) = target.strip_prefix("//") {
        return format!("https://{rest}").parse().ok();
    }
    if target.starts_with('/') {
        return format!("https://{authority}{target}").parse().ok();
    }
    let folder = base.path().rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("https://{authority}{folder}/{target}").parse().ok()
}

fn head(answer: &Response<Incoming>) -> Head {
    let text = |name: &str| answer.headers().get(name).and_then(|value| Some(value.to_str().ok()?.to_owned()));
    Head {
        status: answer.status().as_u16(),
        content_range: text("content-range"),
        content_length: text("content-length"),
        content_encoding: text("content-encoding"),
        etag: text("etag"),
        modified: text("last-modified"),
        version: None,
        retry_after: text("retry-after").and_then(|seconds| seconds.parse().ok()).map(Duration::from_secs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_may_name_a_path_or_another_server() {
        let base: Uri = "https://a.example:8443/x/y?z".parse().unwrap();
        let to = |target| joined(&base, target).map(|uri| uri.to_string());
        assert_eq!(to("https://b.example/c#d").as_deref(), Some("https://b.example/c"));
        assert_eq!(to("//b.example/c").as_deref(), Some("https://b.example/c"));
        assert_eq!(to("/c?d").as_deref(), Some("https://a.example:8443/c?d"));
        assert_eq!(to("c").as_deref(), Some("https://a.example:8443/x/c"));
        assert_eq!(to("https://"), None);
    }
}
