//! `--trace FILE`: where one run's time went, span by span, for a viewer of traces.
//!
//! Rooms name what they do by spans of `tracing`, whose targets begin with `rushes::time`; this layer writes each of them when it
//! is over. A span of target `rushes::time::request` may overlap with others of its thread and gets a line of its own. The form
//! is the Trace Event Format, which ui.perfetto.dev and chrome://tracing read.

use std::collections::HashMap;
use std::fmt::Debug;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::ThreadId;
use std::time::Instant;

use serde_json::{Map, Value, json};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{Layer, filter};

use crate::fault::Fault;

const TARGET: &str = "rushes::time";
const REQUEST: &str = "rushes::time::request";

/// Ends the file when it is dropped.
pub(crate) struct Trace(Arc<Shared>);

struct Shared {
    began: Instant,
    out: Mutex<Out>,
}

struct Out {
    file: BufWriter<File>,
    is_first: bool,
    threads: HashMap<ThreadId, usize>,
    /// The first write that failed.
    failed: Option<std::io::Error>,
}

/// What is kept of a span until it is over.
struct Begun {
    at: Instant,
    fields: Map<String, Value>,
}

impl Trace {
    /// Takes all spans of this process from now on.
    pub(crate) fn to(path: &Path) -> Result<Self, Fault> {
        let file = File::create(path).map_err(|error| Fault::io(path.display(), &error))?;
        let mut file = BufWriter::new(file);
        file.write_all(b"{\"traceEvents\":[\n").map_err(|error| Fault::io(path.display(), &error))?;
        let out = Out { file, is_first: true, threads: HashMap::new(), failed: None };
        let shared = Arc::new(Shared { began: Instant::now(), out: Mutex::new(out) });
        let ours = filter::filter_fn(|span| span.is_span() && span.target().starts_with(TARGET));
        tracing_subscriber::registry().with(Spans(Arc::clone(&shared)).with_filter(ours)).init();
        Ok(Self(shared))
    }

    /// Writes the end; says if something of it could not be written.
    pub(crate) fn finish(self, path: &Path) -> Result<(), Fault> {
        let mut out = self.0.out.lock().unwrap_or_else(PoisonError::into_inner);
        let ended = out.file.write_all(b"\n]}\n").and_then(|()| out.file.flush());
        out.failed.take().map_or(ended, Err).map_err(|error| Fault::io(path.display(), &error))
    }
}

impl Out {
    fn write(&mut self, event: &Value) {
        let separator = if std::mem::take(&mut self.is_first) { "" } else { ",\n" };
        if let Err(error) = write!(self.file, "{separator}{event}") {
            self.failed.get_or_insert(error);
        }
    }

    /// A small number for the calling thread; its name is written when it is first seen.
    fn thread(&mut self) -> usize {
        let thread = std::thread::current();
        let next = self.threads.len() + 1;
        let number = *self.threads.entry(thread.id()).or_insert(next);
        if number == next {
            let name = thread.name().unwrap_or("worker").to_owned();
            self.write(&json!({"ph": "M", "pid": 1, "tid": number, "name": "thread_name", "args": {"name": name}}));
        }
        number
    }
}

struct Spans(Arc<Shared>);

impl<S: tracing::Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Spans {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let Some(span) = context.span(id) else { return };
        let mut fields = Fields(Map::new());
        attributes.record(&mut fields);
        span.extensions_mut().insert(Begun { at: Instant::now(), fields: fields.0 });
    }

    fn on_close(&self, id: Id, context: Context<'_, S>) {
        let Some(span) = context.span(&id) else { return };
        let Some(Begun { at, fields }) = span.extensions_mut().remove::<Begun>() else { return };
        let micros = |moment: Instant| moment.duration_since(self.0.began).as_nanos() as f64 / 1_000.0;
        let (begun, ended) = (micros(at), micros(Instant::now()));
        let mut out = self.0.out.lock().unwrap_or_else(PoisonError::into_inner);
        if span.metadata().target() == REQUEST {
            let number = id.into_u64().to_string();
            let event = |phase: &str, at: f64| json!({"ph": phase, "cat": "request", "id": number, "pid": 1, "tid": 0, "name": span.name(), "ts": at, "args": fields});
            out.write(&event("b", begun));
            out.write(&event("e", ended));
            return;
        }
        let thread = out.thread();
        out.write(&json!({"ph": "X", "cat": "run", "pid": 1, "tid": thread, "name": span.name(), "ts": begun, "dur": ended - begun, "args": fields}));
    }
}

struct Fields(Map<String, Value>);

impl Visit for Fields {
    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }
}
