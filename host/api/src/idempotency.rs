//! Requests that may come twice (IETF draft "The Idempotency-Key HTTP Header Field", version 7).

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::Response;
use rushes_store::Idempotency;
use sha2::{Digest, Sha256};

use crate::access::Caller;
use crate::problem::Problem;

/// The request's header, and the answer's that says that nothing new was made.
const KEY: &str = "idempotency-key";
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// Longest key.
const MOST_KEY: usize = 255;

/// How this request is known when it comes again: by its caller, its kind and its key.
pub(crate) fn of(
    caller: &Caller,
    kind: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Result<Option<Idempotency>, Problem> {
    let Some(key) = headers.get(KEY) else { return Ok(None) };
    let key = key.to_str().ok().map(|key| key.trim_matches('"')).filter(|key| (1..=MOST_KEY).contains(&key.len()));
    let key = key.ok_or_else(|| Problem::bad_request("`Idempotency-Key` must be 1 to 255 visible characters"))?;
    let scope = format!("{kind} {}", caller.id());
    Ok(Some(Idempotency { scope, key: key.to_owned(), fingerprint: hash(body) }))
}

/// The answer, saying whether the request came before.
pub(crate) fn marked(mut answer: Response, is_replayed: bool) -> Response {
    if is_replayed {
        answer.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    }
    answer
}

/// SHA-256 in hexadecimal.
pub(crate) fn hash(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
