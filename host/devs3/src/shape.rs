//! Bodies that come slowly, end early, or go on too long.

use std::convert::Infallible;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use s3s::Body;
use tokio::time::sleep;

use crate::log::UnderWay;

/// A body as it goes to the socket.
pub(crate) type Shaped = UnsyncBoxBody<Bytes, io::Error>;

/// What is done to a body.
#[derive(Debug, Default)]
pub(crate) struct Shape {
    pub(crate) end: Option<(u64, End)>,
    pub(crate) extra: u64,
    pub(crate) bytes_per_second: Option<u64>,
    /// Set when the connection is to be reset instead of closed.
    pub(crate) reset: Arc<AtomicBool>,
}

/// How a body ends before its end.
#[derive(Clone, Copy, Debug)]
pub(crate) enum End {
    Reset,
    Close,
    Hang,
}

/// A short body of ours.
pub(crate) fn text(text: String) -> Shaped {
    Full::new(Bytes::from(text)).map_err(|never: Infallible| match never {}).boxed_unsync()
}

struct State {
    body: Body,
    shape: Shape,
    waiting: Bytes,
    entry: UnderWay,
}

impl Shape {
    pub(crate) fn apply(self, body: Body, entry: UnderWay) -> Shaped {
        let state = State { body, shape: self, waiting: Bytes::new(), entry };
        BodyExt::boxed_unsync(StreamBody::new(stream::unfold(state, next)))
    }
}

async fn next(mut state: State) -> Option<(io::Result<Frame<Bytes>>, State)> {
    if let Some((0, end)) = state.shape.end {
        return end_early(end, state).await;
    }
    let bytes = match state.fill().await {
        Ok(true) => state.take(),
        Ok(false) => return None,
        Err(error) => return Some((Err(error), state)),
    };
    if let Some(rate) = state.shape.bytes_per_second {
        sleep(Duration::from_secs_f64(bytes.len() as f64 / rate.max(1) as f64)).await;
    }
    state.entry.sent(bytes.len());
    Some((Ok(Frame::data(bytes)), state))
}

async fn end_early(end: End, state: State) -> Option<(io::Result<Frame<Bytes>>, State)> {
    // Lets hyper write, and the peer read, what was sent before: at the end it throws away what still waits.
    sleep(Duration::from_millis(20)).await;
    match end {
        End::Close => None,
        End::Hang => std::future::pending().await,
        End::Reset => {
            state.shape.reset.store(true, Relaxed);
            Some((Err(io::Error::other("reset on request")), state))
        }
    }
}

impl State {
    /// Waits for bytes; false at the end.
    async fn fill(&mut self) -> io::Result<bool> {
        while self.waiting.is_empty() {
            match self.body.frame().await {
                Some(frame) => {
                    let frame = frame.map_err(io::Error::other)?;
                    self.waiting = frame.into_data().unwrap_or_default();
                }
                None if self.shape.extra > 0 => {
                    let bytes = usize::try_from(self.shape.extra.min(1 << 20)).unwrap_or(0);
                    self.waiting = vec![0xee; bytes].into();
                    self.shape.extra = 0;
                }
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// As many of them as may go at once: up to the early end, and at a rate a twentieth of a second's.
    fn take(&mut self) -> Bytes {
        let mut most = self.waiting.len() as u64;
        if let Some(rate) = self.shape.bytes_per_second {
            most = most.min((rate / 20).max(1));
        }
        if let Some((left, _)) = &mut self.shape.end {
            most = most.min(*left);
            *left -= most;
        }
        self.waiting.split_to(usize::try_from(most).unwrap_or(usize::MAX).min(self.waiting.len()))
    }
}
