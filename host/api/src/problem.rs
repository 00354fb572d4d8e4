//! Errors as RFC 9457 problem documents.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use rushes_model::{Class, Classify, Code, Failure};
use serde::Serialize;
use utoipa::ToSchema;

/// Why a request was refused, or failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Problem {
    status: StatusCode,
    code: Code,
    detail: String,
    help: Option<String>,
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
    title: String,
    /// The HTTP status.
    status: u16,
    /// What happened this time.
    detail: String,
    /// The error's code, as in reports and logs.
    code: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    help: Option<String>,
}

impl Problem {
    /// A refusal by the interface itself.
    pub(crate) fn new(status: StatusCode, code: Code, detail: impl Into<String>) -> Self {
        Self { status, code, detail: detail.into(), help: None }
    }

    /// A request that can't be understood.
    pub(crate) fn bad_request(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, Code::RequestInvalid, detail)
    }

    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

impl From<Problem> for Document {
    fn from(problem: Problem) -> Self {
        let Problem { status, code, detail, help } = problem;
        let title = code.as_str().replace('.', ": ").replace('-', " ");
        Self { kind: format!("/errors/{code}"), title, status: status.as_u16(), detail, code: code.to_string(), help }
    }
}

/// Any room's error.
impl<E: Classify> From<E> for Problem {
    fn from(error: E) -> Self {
        let failure = Failure::of(&error);
        let status = status_of(failure.code, failure.class);
        if status.is_server_error() {
            tracing::error!(code = %failure.code, error = %failure, "request failed");
        }
        let problem = Self::new(status, failure.code, failure.to_string());
        match failure.help {
            Some(help) => problem.with_help(help),
            None => problem,
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.status, Json(Document::from(self))).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        response.headers_mut().insert(header::CONTENT_TYPE, kind);
        response
    }
}

fn status_of(code: Code, class: Class) -> StatusCode {
    match (code, class) {
        (Code::JobUnknown | Code::InterviewUnknown | Code::HostUnknown | Code::TokenUnknown, _) => {
            StatusCode::NOT_FOUND
        }
        (Code::JobState | Code::RequestInProgress, _) => StatusCode::CONFLICT,
        (Code::PipelineUnknown | Code::RequestKeyReused, _) => StatusCode::UNPROCESSABLE_ENTITY,
        (Code::RequestInvalid, _) => StatusCode::BAD_REQUEST,
        (_, Class::Transient | Class::HandedBack) | (Code::DatabaseUnavailable, _) => StatusCode::SERVICE_UNAVAILABLE,
        (_, Class::Permanent(_)) => StatusCode::INTERNAL_SERVER_ERROR,
    }
}
