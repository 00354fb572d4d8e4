//! What a failed request means: status and code to an error that says what to do.

use std::time::Duration;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::error::Error;
use crate::trust::is_untrusted;

/// What was asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject<'a> {
    /// An object not yet opened, or its bucket.
    Head {
        /// Its bucket.
        bucket: &'a str,
        /// Its key; empty for the bucket itself.
        key: &'a str,
    },
    /// An object whose version is known.
    Opened {
        /// Its address.
        object: &'a str,
    },
}

impl Subject<'_> {
    fn name(&self) -> String {
        match self {
            Self::Head { bucket, key } => format!("s3://{bucket}/{key}"),
            Self::Opened { object } => (*object).to_owned(),
        }
    }

    fn is_opened(&self) -> bool {
        matches!(self, Self::Opened { .. })
    }
}

pub(super) fn failure<E>(subject: Subject<'_>, error: SdkError<E, HttpResponse>) -> Error
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let object = subject.name();
    match error {
        SdkError::ServiceError(answered) => {
            let code = answered.err().code().unwrap_or_default().to_owned();
            of_status(subject, answered.raw(), &code)
        }
        SdkError::ResponseError(answered) if answered.raw().status().as_u16() < 400 => {
            Error::BadAnswer { object, why: "it can't be parsed".to_owned() }
        }
        SdkError::ResponseError(answered) => of_status(subject, answered.raw(), ""),
        SdkError::DispatchFailure(cause) if cause.as_connector_error().is_some_and(|error| is_untrusted(error)) => {
            let source = source(SdkError::<E, HttpResponse>::DispatchFailure(cause));
            Error::Untrusted { object, source: source.unwrap_or_else(|| "unknown".into()) }
        }
        SdkError::TimeoutError(_) => Error::Unavailable { object, what: "no answer in time".to_owned(), source: None },
        // A kind is given where the connection broke off before the head of the answer.
        SdkError::DispatchFailure(cause) if cause.is_io() || cause.is_timeout() || cause.as_other().is_some() => {
            let what = "the server can't be reached or broke off".to_owned();
            Error::Unavailable { object, what, source: source(SdkError::<E, HttpResponse>::DispatchFailure(cause)) }
        }
        other => {
            let source = source(other).unwrap_or_else(|| "unknown".into());
            Error::Configuration { object, source }
        }
    }
}

fn source<E>(error: SdkError<E, HttpResponse>) -> Option<Box<dyn std::error::Error + Send + Sync>>
where
    E: std::error::Error + Send + Sync + 'static,
{
    error.into_source().ok()
}

fn of_status(subject: Subject<'_>, answer: &HttpResponse, code: &str) -> Error {
    let object = subject.name();
    let status = answer.status().as_u16();
    let header = |name: &str| answer.headers().get(name);
    let request = header("x-amz-request-id").map(|id| format!(", request {id}")).unwrap_or_default();
    let named = if code.is_empty() { format!("status {status}") } else { code.to_owned() };
    match (status, code) {
        (_, "AuthorizationHeaderMalformed" | "PermanentRedirect" | "TemporaryRedirect")
        | (301 | 302 | 307 | 308, _) => {
            Error::WrongRegion { object, region: header("x-amz-bucket-region").map(str::to_owned) }
        }
        (
            _,
            "SlowDown" | "Throttling" | "ThrottlingException" | "RequestLimitExceeded" | "TooManyRequestsException",
        )
        | (429 | 503, _) => Error::Throttled { object, status, request, after: asked_pause(answer) },
        (_, "InvalidObjectState") => Error::Archived { object, class: "an archive".to_owned() },
        (_, "ExpiredToken" | "InvalidToken" | "TokenRefreshRequired") | (401 | 403, _) => {
            Error::Denied { object, code: named }
        }
        (404 | 410, _) if subject.is_opened() => Error::Gone { object },
        (404 | 410, _) => Error::NotFound { object, code: named },
        (412, _) => Error::Changed { object, how: "the version that was opened is no longer there".to_owned() },
        (416, _) if subject.is_opened() => Error::Changed { object, how: "it is shorter than it was".to_owned() },
        (_, "RequestTimeout") | (408 | 500.., _) => Error::Unavailable {
            object,
            what: format!("the server failed with status {status} ({named}{request})"),
            source: None,
        },
        _ => Error::BadAnswer { object, why: format!("status {status} ({named}{request})") },
    }
}

/// `x-amz-retry-after` in milliseconds, or `Retry-After` in seconds.
fn asked_pause(answer: &HttpResponse) -> Option<Duration> {
    let number = |name: &str| answer.headers().get(name).and_then(|text| text.parse().ok());
    let amazon = number("x-amz-retry-after").map(Duration::from_millis);
    amazon.or_else(|| number("retry-after").map(Duration::from_secs))
}
