//! A request's parts, refused as problems.

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection, QueryRejection};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use rushes_model::{Code, JobId};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path as Place, Segment};

use crate::problem::Problem;

/// A JSON body, and its bytes: they tell whether a request is the same as one before.
pub(crate) struct Body<T> {
    pub(crate) value: T,
    pub(crate) bytes: Bytes,
}

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            let detail = "the body must be JSON, sent as `Content-Type: application/json`";
            return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
        }
        let bytes = read(request, state).await?;
        Ok(Self { value: parse(&bytes)?, bytes })
    }
}

/// The body's bytes, whatever they say they are.
pub(crate) async fn read<S: Send + Sync>(request: Request, state: &S) -> Result<Bytes, Problem> {
    let read = Bytes::from_request(request, state).await;
    read.map_err(|rejection: BytesRejection| refused(rejection.status(), rejection.body_text()))
}

/// A JSON body that may be left out.
pub(crate) async fn parse_or_default<S: Send + Sync, T: DeserializeOwned + Default>(
    request: Request,
    state: &S,
) -> Result<T, Problem> {
    let has_other_kind = request.headers().contains_key(header::CONTENT_TYPE) && !is_json(request.headers());
    let bytes = read(request, state).await?;
    if bytes.is_empty() {
        return Ok(T::default());
    }
    if has_other_kind {
        let detail = "the body must be JSON, sent as `Content-Type: application/json`";
        return Err(refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, detail));
    }
    parse(&bytes)
}

/// JSON of a known shape; what is wrong with another is said with its place.
pub(crate) fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let value = serde_path_to_error::deserialize(&mut json).map_err(|error| {
        let pointer = pointer(error.path());
        let cause = error.into_inner();
        match cause.is_data() {
            true => Problem::wrong(pointer, cause.to_string()),
            false => Problem::bad_request(format!("the body is no JSON: {cause}")),
        }
    })?;
    json.end().map_err(|error| Problem::bad_request(format!("the body is no JSON: {error}")))?;
    Ok(value)
}

/// As RFC 6901 writes it.
fn pointer(place: &Place) -> String {
    let mut pointer = String::new();
    for segment in place.iter() {
        let part = match segment {
            Segment::Seq { index } => index.to_string(),
            Segment::Map { key } | Segment::Enum { variant: key } => key.replace('~', "~0").replace('/', "~1"),
            Segment::Unknown => continue,
        };
        pointer.push('/');
        pointer.push_str(&part);
    }
    pointer
}

fn is_json(headers: &HeaderMap) -> bool {
    let Some(kind) = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()) else { return false };
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// What stands behind the question mark.
pub(crate) struct Asked<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + 'static> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Query::<T>::from_request_parts(parts, state).await;
        read.map(|Query(asked)| Self(asked))
            .map_err(|rejection: QueryRejection| refused(rejection.status(), rejection.body_text()))
    }
}

/// The job that the address names.
pub(crate) struct Named(pub(crate) JobId);

impl<S: Send + Sync> FromRequestParts<S> for Named {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let Word(text) = Word::from_request_parts(parts, state).await?;
        let unknown = |_| Problem::missing(Code::JobUnknown, format!("there is no job `{text}`"));
        text.parse().map(Self).map_err(unknown)
    }
}

/// The name in the address.
pub(crate) struct Word(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for Word {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let read = Path::<String>::from_request_parts(parts, state).await;
        let Path(text) = read.map_err(|rejection: PathRejection| refused(rejection.status(), rejection.body_text()))?;
        if text.contains('\0') {
            // No database takes it in a text, and no name of ours has it.
            return Err(Problem::bad_request("a name has no zero byte"));
        }
        Ok(Self(text))
    }
}

fn refused(status: StatusCode, text: impl Into<String>) -> Problem {
    Problem::new(status, Code::RequestInvalid, text)
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        #[expect(dead_code, reason = "it is only parsed")]
        jobs: Vec<Inner>,
    }

    #[derive(Debug, Deserialize)]
    struct Inner {
        #[expect(dead_code, reason = "it is only parsed")]
        priority: u8,
    }

    #[test]
    fn what_is_wrong_is_said_with_its_place() {
        let wrong = parse::<Outer>(br#"{"jobs":[{"priority":1},{"priority":"high"}]}"#).unwrap_err();
        assert!(format!("{wrong:?}").contains("\"/jobs/1/priority\""), "{wrong:?}");
        let broken = parse::<Outer>(br#"{"jobs":["#).unwrap_err();
        assert!(format!("{broken:?}").contains("no JSON"), "{broken:?}");
        assert!(parse::<Outer>(br#"{"jobs":[]} and more"#).is_err());
    }
}
