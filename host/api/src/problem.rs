//! Errors as RFC 9457 problem documents.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rushes_model::{Class, Classify, Code, Failure, Reason};
use serde::Serialize;
use utoipa::ToSchema;

/// What says who may ask, in an answer of 401 (RFC 6750, section 3).
const CHALLENGE: &str = "Bearer realm=\"rushes\"";

/// Why a request was refused, or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    code: Code,
    detail: String,
    help: Option<String>,
    errors: Vec<Wrong>,
    retry_after_s: Option<u64>,
}

/// A problem document (RFC 9457).
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Problem)]
pub(crate) struct Document {
    /// Address of the page that explains it.
    #[serde(rename = "type")]
    #[schema(example = "/errors/pipeline.unknown")]
    kind: String,
    /// The same for every problem of this type.
    #[schema(example = "pipeline: unknown")]
    title: String,
    /// The HTTP status.
    #[schema(example = 422)]
    status: u16,
    /// What happened this time.
    #[schema(example = "no pipeline `interview_vidoe`")]
    detail: String,
    /// The path that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    instance: Option<String>,
    /// The error's code, as in reports and logs.
    #[schema(example = "pipeline.unknown")]
    code: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
    /// Which parts of the body were wrong, where that can be said.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Wrong>,
    /// The request's id, as in logs and in the `X-Request-Id` header.
    #[serde(skip_serializing_if = "Option::is_none")]
    trace_id: Option<String>,
}

/// A part of a body that was wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Wrong {
    /// Where, as a JSON pointer (RFC 6901).
    #[schema(example = "/jobs/3/bucket")]
    pointer: String,
    /// What.
    detail: String,
}

impl Problem {
    /// A refusal by the interface itself.
    pub(crate) fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), help: None, errors: Vec::new(), retry_after_s: None }
    }

    /// A request that can't be understood.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::RequestInvalid, detail)
    }

    /// A body whose part at a JSON pointer can't be used.
    pub(crate) fn wrong(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let (pointer, detail) = (pointer.into(), detail.into());
        let mut problem = Self::new(StatusCode::UNPROCESSABLE_ENTITY, Code::RequestInvalid, detail.clone());
        problem.errors.push(Wrong { pointer, detail });
        problem
    }

    /// Nothing of that name is there.
    pub(crate) fn missing(code: Code, detail: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, detail)
    }

    /// The same under another code.
    pub(crate) fn of(mut self, code: Code) -> Self {
        self.code = code;
        self
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same, found inside a larger body.
    pub(crate) fn under(mut self, pointer: &str) -> Self {
        for wrong in &mut self.errors {
            wrong.pointer.insert_str(0, pointer);
        }
        self
    }

    /// The same, worth another try after so many seconds.
    pub(crate) const fn retry_after(mut self, seconds: u64) -> Self {
        self.retry_after_s = Some(seconds);
        self
    }

    /// The answer to a request that is known: its path and id are told as well.
    pub(crate) fn answer(self, asked: Option<(String, String)>) -> Response {
        let mut response = (self.status, Json(self.document(asked))).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if self.status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(CHALLENGE));
        }
        if let Some(seconds) = self.retry_after_s {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response.extensions_mut().insert(self);
        response
    }

    fn document(&self, asked: Option<(String, String)>) -> Document {
        let (instance, trace_id) = asked.unzip();
        Document {
            kind: format!("/errors/{}", self.code),
            title: self.code.as_str().replace('.', ": ").replace('-', " "),
            status: self.status.as_u16(),
            detail: self.detail.clone(),
            instance,
            code: self.code.to_string(),
            help: self.help.clone(),
            errors: self.errors.clone(),
            trace_id,
        }
    }
}

/// Any room's error.
impl<E: Classify> From<E> for Problem {
    fn from(error: E) -> Self {
        Self::of_failure(Failure::of(&error))
    }
}

impl Problem {
    /// What went wrong elsewhere.
    pub(crate) fn of_failure(failure: Failure) -> Self {
        let status = status_of(failure.code, failure.class);
        if status.is_server_error() {
            tracing::error!(code = %failure.code, error = %failure, "request failed");
        }
        let problem = Self::new(status, failure.code, failure.to_string());
        let problem = if status == StatusCode::SERVICE_UNAVAILABLE { problem.retry_after(5) } else { problem };
        match failure.help {
            Some(help) => problem.with_help(help),
            None => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        self.answer(None)
    }
}

fn status_of(code: Code, class: Class) -> StatusCode {
    match (code, class) {
        (
            Code::JobUnknown
            | Code::InterviewUnknown
            | Code::HostUnknown
            | Code::TokenUnknown
            | Code::WebhookUnknown
            | Code::DeliveryUnknown,
            _,
        ) => StatusCode::NOT_FOUND,
        (Code::JobState | Code::InterviewExists | Code::RequestInProgress, _) => StatusCode::CONFLICT,
        (Code::PipelineUnknown | Code::RequestKeyReused, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (Code::RequestInvalid, _) => StatusCode::BAD_REQUEST,
        (Code::StorageMissing, _) => StatusCode::NOT_FOUND,
        (_, Class::Permanent(Reason::Storage)) => StatusCode::BAD_GATEWAY,
        (_, Class::Transient | Class::HandedBack) | (Code::DatabaseUnavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
        (_, Class::Permanent(_)) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
