//! Who may begin: pieces in order, each with its bytes reserved first and then a request of the host's.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use bytes::Bytes;
use tokio::sync::{Notify, mpsc, watch};
use tokio::task::JoinSet;
use tracing::{Instrument, trace_span};

use crate::budget::Permit;
use crate::error::Error;
use crate::part::Source;
use crate::plan::{Piece, Plan};

/// A piece on its way to the reader.
pub(crate) struct Part {
    pub(crate) piece: Piece,
    pub(crate) frames: mpsc::UnboundedReceiver<Result<Bytes, Error>>,
}

/// What the reader tells its scheduler.
#[derive(Debug, Default)]
pub(crate) struct Hunger {
    /// Something changed: the window grew, or the consumer ran out of parts.
    pub(crate) woken: Notify,
    /// The consumer waits and nothing at all is on its way. Taken back with the part that is begun for it.
    pub(crate) is_stuck: AtomicBool,
    /// The consumer waits for bytes again and again: answers that are late are worth asking for twice.
    pub(crate) is_starving: watch::Sender<bool>,
}

/// Begins pieces until the plan is done, and owns them: when this future is dropped, all requests end.
pub(crate) async fn schedule(
    source: Arc<Source>,
    mut plan: Plan,
    held: Bytes,
    parts: mpsc::UnboundedSender<Part>,
    hunger: Arc<Hunger>,
) {
    let mut tasks = JoinSet::new();
    loop {
        let part = source.pace().window.part();
        let Some(piece) = plan.take(part, held.len() as u64) else { break };
        let (sender, frames) = mpsc::unbounded_channel();
        if let Some(bytes) = slice(&held, &piece) {
            // Receivers that are gone mean that the reader is, too; this task is about to be dropped.
            let _ = sender.send(Ok(bytes));
            let _ = parts.send(Part { piece, frames });
            continue;
        }
        wait_for_window(&source, &mut tasks, &hunger).await;
        let mut permit = wait_for_bytes(&source, &piece, &hunger).await;
        let request = source.lane.acquire().await;
        let span = piece.span.clone();
        let _ = parts.send(Part { piece, frames });
        let source = Arc::clone(&source);
        let is_starving = hunger.is_starving.subscribe();
        tasks.spawn(async move {
            let _request = request;
            let sink = |frame: Bytes| {
                let share = permit.split(frame.len() as u64);
                let _ = sender.send(Ok(Bytes::from_owner(Held { frame, _share: share })));
            };
            let bytes = span.end.saturating_sub(span.start);
            let fetch = trace_span!(target: "rushes::time::request", "fetch", offset = span.start, bytes);
            if let Err(error) = source.download(span, is_starving, sink).instrument(fetch).await {
                let _ = sender.send(Err(error));
            }
        });
    }
    drop(parts);
    while tasks.join_next().await.is_some() {}
}

async fn wait_for_window(source: &Source, tasks: &mut JoinSet<()>, hunger: &Hunger) {
    loop {
        while tasks.try_join_next().is_some() {}
        if tasks.len() < source.pace().window.requests() {
            return;
        }
        tokio::select! {
            _ = tasks.join_next() => {}
            () = hunger.woken.notified() => {}
        }
    }
}

async fn wait_for_bytes(source: &Source, piece: &Piece, hunger: &Hunger) -> Permit {
    let bytes = piece.span.end.saturating_sub(piece.span.start);
    let reserved = source.budget.reserve(bytes, || source.pace().window.ahead());
    tokio::pin!(reserved);
    loop {
        // Looked at before each wait: the call that came with it may have been answered while the window was full.
        if hunger.is_stuck.swap(false, SeqCst) {
            return source.budget.force(bytes);
        }
        tokio::select! {
            biased;
            permit = &mut reserved => return permit,
            () = hunger.woken.notified() => {}
        }
    }
}

fn slice(held: &Bytes, piece: &Piece) -> Option<Bytes> {
    let start = usize::try_from(piece.span.start).ok()?;
    let end = usize::try_from(piece.span.end).ok()?;
    (end <= held.len()).then(|| held.slice(start..end))
}

/// Bytes with the share of the budget that they occupy.
struct Held {
    frame: Bytes,
    _share: Permit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.frame
    }
}
