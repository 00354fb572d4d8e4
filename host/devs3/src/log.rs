//! What was asked for, and what was answered.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use http::header::{ACCEPT_ENCODING, HeaderName, IF_MATCH, IF_UNMODIFIED_SINCE, RANGE};
use http::{Method, request};

/// What a request does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Op {
    /// Reads an object or a range of it.
    Get,
    /// Asks for an object's head.
    Head,
    /// Writes an object or a part of one.
    Put,
    /// Removes an object.
    Delete,
    /// Everything else: buckets, listings, uploads.
    Other,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// What it does.
    pub op: Op,
    /// The bucket, if it names one.
    pub bucket: String,
    /// The key, decoded; empty where it names none.
    pub key: String,
    /// The range asked for; an open one ends at `u64::MAX`. None for the whole object.
    pub range: Option<Range<u64>>,
    /// `If-Match`, as sent.
    pub if_match: Option<String>,
    /// `If-Unmodified-Since`, as sent.
    pub if_unmodified_since: Option<String>,
    /// `Accept-Encoding`, as sent.
    pub accept_encoding: Option<String>,
    /// Requests that were under way when it came, itself among them.
    pub under_way: usize,
    /// Status of the answer; none while there is none, or none was given.
    pub status: Option<u16>,
    /// Bytes of the answer's body that were handed to the socket.
    pub sent: u64,
}

impl Request {
    pub(crate) fn of(head: &request::Parts) -> Self {
        let path = head.uri.path().trim_start_matches('/');
        let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
        let op = match (&head.method, key.is_empty()) {
            (&Method::GET, false) => Op::Get,
            (&Method::HEAD, false) => Op::Head,
            (&Method::PUT, false) => Op::Put,
            (&Method::DELETE, false) => Op::Delete,
            _ => Op::Other,
        };
        let text = |name: HeaderName| head.headers.get(name).and_then(|value| Some(value.to_str().ok()?.to_owned()));
        Self {
            op,
            bucket: bucket.to_owned(),
            key: decode(key),
            range: text(RANGE).and_then(|range| parse_range(&range)),
            if_match: text(IF_MATCH),
            if_unmodified_since: text(IF_UNMODIFIED_SINCE),
            accept_encoding: text(ACCEPT_ENCODING),
            under_way: 0,
            status: None,
            sent: 0,
        }
    }
}

fn parse_range(text: &str) -> Option<Range<u64>> {
    let (first, last) = text.strip_prefix("bytes=")?.split_once('-')?;
    let end = if last.is_empty() { u64::MAX } else { last.parse::<u64>().ok()?.checked_add(1)? };
    Some(first.parse().ok()?..end)
}

/// Percent decoding (RFC 3986, section 2.1); what is no valid escape stays.
fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        bytes.extend_from_slice(before.as_bytes());
        match after.get(..2).and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(b'%');
                rest = after;
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// All requests since the start.
#[derive(Clone, Debug, Default)]
pub(crate) struct Log {
    entries: Arc<Mutex<Vec<Arc<Entry>>>>,
    under_way: Arc<AtomicUsize>,
}

/// A request that is under way, until this is dropped.
#[derive(Debug)]
pub(crate) struct UnderWay {
    entry: Arc<Entry>,
    count: Arc<AtomicUsize>,
}

/// A request as it goes on.
#[derive(Debug)]
pub(crate) struct Entry {
    request: Request,
    status: AtomicU64,
    sent: AtomicU64,
}

impl Log {
    pub(crate) fn begin(&self, request: Request) -> UnderWay {
        let request = Request { under_way: self.under_way.fetch_add(1, Relaxed) + 1, ..request };
        let entry = Arc::new(Entry { request, status: AtomicU64::new(0), sent: AtomicU64::new(0) });
        self.lock().push(Arc::clone(&entry));
        UnderWay { entry, count: Arc::clone(&self.under_way) }
    }

    pub(crate) fn under_way(&self) -> usize {
        self.under_way.load(Relaxed)
    }

    pub(crate) fn requests(&self) -> Vec<Request> {
        self.lock().iter().map(|entry| entry.snapshot()).collect()
    }

    pub(crate) fn clear(&self) {
        self.lock().clear();
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<Entry>>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::ops::Deref for UnderWay {
    type Target = Entry;

    fn deref(&self) -> &Entry {
        &self.entry
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Relaxed);
    }
}

impl Entry {
    pub(crate) fn answered(&self, status: u16) {
        self.status.store(status.into(), Relaxed);
    }

    pub(crate) fn sent(&self, bytes: usize) {
        self.sent.fetch_add(bytes as u64, Relaxed);
    }

    fn snapshot(&self) -> Request {
        let status = u16::try_from(self.status.load(Relaxed)).ok().filter(|status| *status > 0);
        Request { status, sent: self.sent.load(Relaxed), ..self.request.clone() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_logged_as_it_was_named() {
        let head =
            http::Request::get("/b/a%20b/c%C3%A9%").header("range", "bytes=5-9").body(()).unwrap().into_parts().0;
        let request = Request::of(&head);
        assert_eq!((request.op, request.bucket.as_str(), request.key.as_str()), (Op::Get, "b", "a b/cé%"));
        assert_eq!(request.range, Some(5..10));
    }
}
