//! A job as it goes on, as server-sent events (HTML standard, section 9.2).
//!
//! Fed from the database, so that it works on any host: the journal's `seq` is the event's `id`, and a reader that comes
//! back with `Last-Event-ID` goes on after it. What has no line in the journal (`state`, `result`) is told with the last
//! line's id and told again to whoever comes back.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::time::Duration;

use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rushes_model::job::State as JobState;
use rushes_model::{Code, JobId};
use rushes_queue::Throttle;
use rushes_store::{Error, Job, JobEvent};
use serde_json::json;
use tokio::sync::OwnedSemaphorePermit;

use crate::body::Named;
use crate::job::JobBody;
use crate::moment;
use crate::problem::{Document, Problem};
use crate::router::App;

/// Streams of one host. Each asks the database twice a second.
pub(crate) const MOST_STREAMS: usize = 200;
/// How often the database is asked.
const POLL: Duration = Duration::from_secs(1);
/// How often silence is broken, so that proxies don't take the stream for dead.
const KEEP_ALIVE: Duration = Duration::from_secs(15);
/// Lines that are read at once.
const STEP: u64 = 200;

/// A job as it goes on: `state`, `progress`, `log` and others of its journal, `result` at the end, which closes the stream.
#[utoipa::path(get, path = "/api/v1/jobs/{id}/events", tag = "jobs", security(("bearer" = ["jobs:read"])),
    params(("id" = String, Path, description = "The job"), ("Last-Event-ID" = Option<String>, Header, description = "`id` of the last event that was seen")),
    responses((status = 200, description = "Server-sent events", content_type = "text/event-stream", body = String),
              (status = 404, description = "No such job", body = Document),
              (status = 503, description = "Too many streams, or the database doesn't answer", body = Document)))]
pub(crate) async fn get(State(app): State<App>, headers: HeaderMap, Named(id): Named) -> Result<Response, Problem> {
    let job = app.deps.store.find_job(id).await?.ok_or(Error::UnknownJob(id))?;
    let seq = match headers.get("last-event-id") {
        Some(text) => text.to_str().ok().and_then(|text| text.trim().parse().ok()),
        None => Some(0),
    };
    let seq = seq.ok_or_else(|| Problem::bad_request("`Last-Event-ID` is none of ours"))?;
    let Ok(permit) = app.streams.clone().try_acquire_owned() else {
        let detail = format!("{MOST_STREAMS} streams are open already");
        return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, Code::RequestRate, detail).retry_after(5));
    };
    let follow =
        Follow { app, id: job.id, seq, told: None, pending: VecDeque::new(), has_ended: false, _permit: permit };
    let events = stream::unfold(follow, |mut follow| async move {
        let event = follow.next().await?;
        Some((Ok::<_, Infallible>(event), follow))
    });
    let mut answer = Sse::new(events).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)).into_response();
    // Proxies that collect an answer before they send it would keep all of it.
    answer.headers_mut().insert("x-accel-buffering", HeaderValue::from_static("no"));
    answer.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    Ok(answer)
}

/// A reader's place.
struct Follow {
    app: App,
    id: JobId,
    seq: i64,
    /// The state that was told last, and when the job got into it.
    told: Option<(JobState, u32, u32)>,
    pending: VecDeque<Event>,
    has_ended: bool,
    _permit: OwnedSemaphorePermit,
}

impl Follow {
    /// The next event; none at the end.
    async fn next(&mut self) -> Option<Event> {
        let mut is_first = self.told.is_none();
        loop {
            if let Some(event) = self.pending.pop_front() {
                return Some(event);
            }
            if self.has_ended {
                return None;
            }
            if !std::mem::take(&mut is_first) {
                tokio::time::sleep(POLL).await;
            }
            // The reader comes back, to another host.
            if self.app.deps.queue.status().throttle == Throttle::Draining || self.look().await.is_err() {
                return None;
            }
        }
    }

    /// The job first, its journal after it: what was written before it ended is told before its end.
    async fn look(&mut self) -> Result<(), Error> {
        let Some(job) = self.app.deps.store.find_job(self.id).await? else {
            self.has_ended = true;
            return Ok(());
        };
        loop {
            let lines = self.app.deps.store.events_after(self.id, self.seq, STEP).await?;
            let is_last = (lines.len() as u64) < STEP;
            for line in lines {
                self.seq = line.seq;
                self.pending.push_back(told(line));
            }
            if is_last {
                break;
            }
        }
        let standing = (job.state, job.attempt, job.generation);
        if self.told != Some(standing) {
            self.told = Some(standing);
            self.push("state", &job);
        }
        if job.state.is_final() {
            self.push("result", &job);
            self.has_ended = true;
        }
        Ok(())
    }

    fn push(&mut self, kind: &str, job: &Job) {
        let detail = serde_json::to_string(&JobBody::from(job)).unwrap_or_default();
        self.pending.push_back(Event::default().event(kind).id(self.seq.to_string()).data(detail));
    }
}

fn told(line: JobEvent) -> Event {
    let detail = json!({ "at": moment::written(line.at_ms), "detail": line.detail });
    // A kind of ours has no line breaks, which `event` would refuse.
    Event::default().event(line.kind.replace(['\r', '\n'], " ")).id(line.seq.to_string()).data(detail.to_string())
}
