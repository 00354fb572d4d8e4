//! Every request and answer passes here: written down, delayed, spoiled.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

use http::header::{AUTHORIZATION, CONTENT_LENGTH};
use http::{HeaderMap, HeaderValue, Request as HttpRequest, Response, StatusCode};
use hyper::body::Incoming;
use s3s::service::S3Service;
use tokio::time::sleep;
use tracing::debug;

use crate::clock::Clock;
use crate::faults::{Action, Fate, Faults};
use crate::log::{Log, Request, UnderWay};
use crate::shape::{End, Shape, Shaped, text};

/// The server's side of all connections.
#[derive(Clone)]
pub(crate) struct Front {
    pub(crate) s3: S3Service,
    pub(crate) faults: Faults,
    pub(crate) log: Log,
    /// Without credentials of its own, the server looks at nobody's.
    pub(crate) is_open: bool,
    pub(crate) clock: Clock,
}

impl Front {
    /// Answers one request. An error closes the connection; `reset` says whether with an RST.
    pub(crate) async fn answer(
        self,
        request: HttpRequest<Incoming>,
        reset: Arc<AtomicBool>,
    ) -> io::Result<Response<Shaped>> {
        let (mut head, body) = request.into_parts();
        let asked = Request::of(&head);
        let fate = self.faults.fate(&asked);
        debug!(op = ?asked.op, bucket = %asked.bucket, key = %asked.key, range = ?asked.range, "request");
        let entry = self.log.begin(asked);
        sleep(fate.latency).await;
        if let Some(answer) = instead(&fate, &entry, &reset).await? {
            return Ok(answer);
        }
        if !self.clock.accepts(&head.headers) {
            entry.answered(403);
            return Ok(self.clock.stamp(refusal(403, "RequestTimeTooSkewed")));
        }
        if self.is_open {
            head.headers.remove(AUTHORIZATION);
        }
        head.extensions.insert(Blindness::of(&fate));
        let answer = self.s3.call(HttpRequest::from_parts(head, body.into())).await;
        let answer = answer.map_err(|error| io::Error::other(s3s::StdError::from(error)))?;
        Ok(self.clock.stamp(spoil(answer, fate, entry, reset)))
    }
}

/// Waits as long as the script says, and answers in the server's place if it says so.
async fn instead(fate: &Fate, entry: &UnderWay, reset: &AtomicBool) -> io::Result<Option<Response<Shaped>>> {
    for action in &fate.actions {
        match action {
            Action::Delay(time) => sleep(*time).await,
            Action::Reset { after: None } => {
                reset.store(true, Relaxed);
                return Err(io::Error::other("reset on request"));
            }
            Action::Status { status, code } => {
                entry.answered(*status);
                let mut answer = refusal(*status, code);
                set_headers(&fate.actions, answer.headers_mut());
                return Ok(Some(answer));
            }
            _ => {}
        }
    }
    Ok(None)
}

fn refusal(status: u16, code: &str) -> Response<Shaped> {
    let xml = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?><Error><Code>{code}</Code><Message>on request</Message></Error>"
    );
    let mut answer = Response::new(text(xml));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer.headers_mut().insert("content-type", HeaderValue::from_static("application/xml"));
    answer.headers_mut().insert("x-amz-request-id", HeaderValue::from_static("DEVS3"));
    answer
}

/// Headers that are there, because they are signed, and not looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Blindness {
    pub(crate) to_range: bool,
    pub(crate) to_conditions: bool,
}

impl Blindness {
    fn of(fate: &Fate) -> Self {
        Self {
            to_range: fate.actions.iter().any(|action| matches!(action, Action::Whole)),
            to_conditions: fate.actions.iter().any(|action| matches!(action, Action::IgnoreConditions)),
        }
    }
}

fn spoil(answer: Response<s3s::Body>, fate: Fate, entry: UnderWay, reset: Arc<AtomicBool>) -> Response<Shaped> {
    let (mut head, body) = answer.into_parts();
    entry.answered(head.status.as_u16());
    let mut shape = Shape { bytes_per_second: fate.bytes_per_second, reset, ..Shape::default() };
    set_headers(&fate.actions, &mut head.headers);
    for action in fate.actions {
        match action {
            Action::Reset { after: Some(after) } => shape.end = Some((after, End::Reset)),
            Action::Truncate { after } => shape.end = Some((after, End::Close)),
            Action::Hang { after } => shape.end = Some((after, End::Hang)),
            Action::Slow { bytes_per_second } => shape.bytes_per_second = Some(bytes_per_second),
            Action::Extra { bytes } => {
                shape.extra = bytes;
                head.headers.remove(CONTENT_LENGTH);
            }
            Action::Status { .. }
            | Action::Delay(_)
            | Action::Reset { after: None }
            | Action::Whole
            | Action::Header { .. }
            | Action::NoHeader { .. }
            | Action::IgnoreConditions => {}
        }
    }
    Response::from_parts(head, shape.apply(body, entry))
}

fn set_headers(actions: &[Action], headers: &mut HeaderMap) {
    for action in actions {
        match action {
            Action::Header { name, value } => {
                if let Ok(value) = HeaderValue::try_from(value) {
                    headers.insert(*name, value);
                }
            }
            Action::NoHeader { name } => {
                headers.remove(*name);
            }
            _ => {}
        }
    }
}
