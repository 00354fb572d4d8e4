//! One piece of an object: tried until it is whole, gone on with where it broke off, asked for twice if it is late.

use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use rushes_model::Identity;
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until, timeout_at};
use tracing::{debug, warn};

use crate::budget::Budget;
use crate::error::{Error, Remedy};
use crate::fetch::{Fetch, Frames};
use crate::options::Options;
use crate::pace::{Backoff, Lateness, Stall, Window};
use crate::requests::{Lane, Request};
use crate::stats::{Counters, Stats};

/// Progress after which a part's tries are counted anew.
const PROGRESS: u64 = 1 << 20;

/// What all parts of an object share.
pub(crate) struct Source {
    pub(crate) fetch: Arc<dyn Fetch>,
    pub(crate) identity: Identity,
    /// The address, for errors.
    pub(crate) name: String,
    pub(crate) options: Options,
    pub(crate) budget: Arc<Budget>,
    /// The way to the host's requests.
    pub(crate) lane: Lane,
    pub(crate) counters: Counters,
    pub(crate) pace: Mutex<Pace>,
    /// What it cost to fetch it whole; what is read from the copy costs nothing more.
    pub(crate) fetched: Option<Stats>,
}

/// How fast, for this object.
pub(crate) struct Pace {
    pub(crate) window: Window,
    pub(crate) lateness: Lateness,
    pub(crate) backoff: Backoff,
}

impl Pace {
    pub(crate) fn new(options: &Options, seed: u64) -> Self {
        Self {
            window: Window::new(options),
            lateness: Lateness::new(options.hedge_after),
            backoff: Backoff::new(options.backoff, seed),
        }
    }
}

impl Source {
    pub(crate) fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn unavailable(&self, what: String) -> Error {
        Error::Unavailable { object: self.name.clone(), what, source: None }
    }

    /// Hands every byte of `range` to `sink`, once and in order. `is_starving` is true while the
    /// consumer waits for bytes.
    pub(crate) async fn download(
        &self,
        range: Range<u64>,
        is_starving: watch::Receiver<bool>,
        mut sink: impl FnMut(Bytes) + Send,
    ) -> Result<(), Error> {
        let mut tries = Tries { at: range.start, count: 0, refreshed: false };
        let mut at = range.start;
        loop {
            let sent = Instant::now();
            let attempt = Attempt { source: self, range: at..range.end, is_starving: is_starving.clone() };
            let result = attempt
                .run(|frame| {
                    at = at.saturating_add(frame.len() as u64);
                    sink(frame);
                })
                .await;
            let Err(error) = result else { return Ok(()) };
            if at > tries.at && at - tries.at >= PROGRESS {
                tries = Tries { at, count: 0, refreshed: tries.refreshed };
            }
            self.recover(error, at, sent, &mut tries).await?;
        }
    }

    /// Pauses before the next try, or says why there is none.
    async fn recover(&self, error: Error, at: u64, sent: Instant, tries: &mut Tries) -> Result<(), Error> {
        tries.count += 1;
        let (is_busy, asked) = match error.remedy() {
            Remedy::None => return Err(error),
            Remedy::Refresh | Remedy::Once if tries.refreshed => return Err(error),
            Remedy::Refresh if !self.fetch.refresh() => return Err(error),
            Remedy::Refresh | Remedy::Once => {
                tries.refreshed = true;
                (false, None)
            }
            Remedy::Again => (false, None),
            Remedy::Slower(asked) => {
                self.pace().window.throttled(Instant::now(), sent);
                (true, asked)
            }
        };
        if tries.count >= self.options.max_tries {
            return Err(Error::Exhausted { tries: tries.count, offset: at, source: Box::new(error) });
        }
        let pause = self.pace().backoff.pause(tries.count, is_busy, asked);
        let pause_ms = pause.as_millis();
        debug!(object = %self.name, offset = at, tries = tries.count, pause_ms, %error, "part is tried again");
        self.counters.retry();
        sleep(pause).await;
        Ok(())
    }
}

struct Tries {
    at: u64,
    count: u32,
    refreshed: bool,
}

/// One request, or two for the same bytes.
struct Attempt<'a> {
    source: &'a Source,
    range: Range<u64>,
    is_starving: watch::Receiver<bool>,
}

struct Opened {
    frames: Box<dyn Frames>,
    first: Option<Bytes>,
    sent: Instant,
}

impl Attempt<'_> {
    async fn run(mut self, mut sink: impl FnMut(Bytes) + Send) -> Result<(), Error> {
        let opened = self.open().await?;
        let now = Instant::now();
        self.source.pace().lateness.answered(now.duration_since(opened.sent));
        let mut stall = Stall::new(&self.source.options, now);
        let mut frames = opened.frames;
        let mut next = opened.first;
        let length = self.range.end.saturating_sub(self.range.start);
        let mut received = 0u64;
        while let Some(frame) = next {
            self.source.counters.received(frame.len());
            received = received.saturating_add(frame.len() as u64);
            if received > length {
                let why = format!("more than the {length} bytes asked for");
                return Err(Error::BadAnswer { object: self.source.name.clone(), why });
            }
            let is_fast = stall.received(Instant::now(), frame.len());
            // Copied, because hyper reads into buffers of up to 408 KiB and a slice keeps all of one: 82 MB for a
            // read-ahead of 64 MiB instead of 116, for 0.1 s of CPU each GiB.
            sink(Bytes::copy_from_slice(&frame));
            if !is_fast && received < length {
                return Err(self.source.unavailable(format!("slower than {} a second", self.source.options.min_rate)));
            }
            next = match timeout_at(stall.deadline(), frames.next()).await {
                Ok(frame) => frame?,
                Err(_) => {
                    let quiet = self.source.options.stall_timeout;
                    return Err(self.source.unavailable(format!("no byte came for {quiet:?}")));
                }
            };
        }
        if received < length {
            return Err(self.source.unavailable(format!("the answer ended after {received} of {length} bytes")));
        }
        Ok(())
    }

    /// Up to the first byte of an answer; whichever comes first if a second one was asked for.
    async fn open(&mut self) -> Result<Opened, Error> {
        let deadline = Instant::now() + self.source.options.first_byte_timeout;
        let opened = timeout_at(deadline, self.race()).await;
        opened.unwrap_or_else(|_| {
            let waited = self.source.options.first_byte_timeout;
            Err(self.source.unavailable(format!("no answer within {waited:?}")))
        })
    }

    async fn race(&mut self) -> Result<Opened, Error> {
        let first = send(self.source, self.range.clone());
        tokio::pin!(first);
        let _request = tokio::select! {
            opened = &mut first => return opened,
            request = until_late(self.source, &mut self.is_starving) => request,
        };
        self.source.counters.hedge();
        warn!(object = %self.source.name, offset = self.range.start, "answer is late, asking again");
        let second = send(self.source, self.range.clone());
        tokio::pin!(second);
        // The loser is dropped, which closes its connection; if the faster one failed, the other may still be right.
        tokio::select! {
            opened = &mut first => match opened { Ok(opened) => Ok(opened), Err(_) => second.await },
            opened = &mut second => match opened { Ok(opened) => Ok(opened), Err(_) => first.await },
        }
    }
}

async fn send(source: &Source, range: Range<u64>) -> Result<Opened, Error> {
    let sent = Instant::now();
    source.counters.request();
    let mut frames = source.fetch.get(&source.identity, range).await?;
    let first = frames.next().await?;
    Ok(Opened { frames, first, sent })
}

/// Returns, with the right to send a request, when the answer is late while the consumer starves. Else never.
async fn until_late(source: &Source, is_starving: &mut watch::Receiver<bool>) -> Request {
    let sent = Instant::now();
    // A reader that is gone ends this task as well.
    let _ = is_starving.wait_for(|is_starving| *is_starving).await;
    let threshold = source.pace().lateness.threshold();
    if let Some(threshold) = threshold {
        sleep_until(sent + threshold).await;
        let _ = is_starving.wait_for(|is_starving| *is_starving).await;
        if let Some(request) = source.lane.try_acquire()
            && source.pace().lateness.take_token()
        {
            return request;
        }
    }
    std::future::pending().await
}
