//! What stands before the clusters: Info and Tracks (RFC 9559, 5.1.2 and 5.1.4), or where SeekHead says that they are.

use bytes::Bytes;
use rushes_model::ByteSize;

use super::ebml::{Element, HEADER, Header, elements};
use super::id;
use crate::error::Error;
use crate::window::{Ahead, Window};

/// Info has some hundred bytes, SeekHead fewer.
const SMALL: ByteSize = ByteSize::kib(256);

/// Tracks hold what decoders are made from: Vorbis's headers have some kilobytes, ICC profiles a megabyte at most.
const TRACKS: ByteSize = ByteSize::mib(8);

/// The head of a segment.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) is_webm: bool,
    /// Nanoseconds of a tick.
    pub(super) scale: u64,
    /// In ticks, as Info says.
    pub(super) duration: Option<f64>,
    /// Body of Tracks.
    pub(super) tracks: Bytes,
    /// Where it begins.
    pub(super) tracks_at: u64,
    /// Where clusters begin.
    pub(super) clusters_at: u64,
}

/// What has been seen on the way.
#[derive(Default)]
struct Seen {
    is_webm: bool,
    /// Where the segment's body begins: positions count from there.
    segment: Option<u64>,
    info: Option<Bytes>,
    tracks: Option<(u64, Bytes)>,
    /// Where SeekHead says that Info and Tracks are.
    info_at: Option<u64>,
    tracks_at: Option<u64>,
}

/// Walks from element to element until the first cluster.
pub(super) fn read(window: &mut Window<'_>) -> Result<Head, Error> {
    let mut seen = Seen::default();
    let mut at = 0;
    let clusters_at = loop {
        let header = Header::read(&window.read(at, HEADER as u64, Ahead::Index)?);
        let Some(header) = header else { break at };
        if header.id == id::CLUSTER {
            break at;
        }
        let body = at.saturating_add(header.length as u64);
        at = match (header.id, header.size) {
            (id::SEGMENT, _) => {
                seen.segment = Some(body);
                body
            }
            // Damage, which the scan steps over, or the end.
            (id, Some(size)) if id == id::EBML || id::is_top_level(id) => {
                seen.note(window, header.id, body, size)?;
                body.saturating_add(size)
            }
            (_, Some(size)) if seen.tracks.is_none() || body.saturating_add(size) < window.size() => {
                body.saturating_add(size)
            }
            (_, Some(_) | None) => break at,
        };
    };
    seen.follow(window)?;
    seen.into_head(clusters_at, window.size())
}

impl Seen {
    fn note(&mut self, window: &mut Window<'_>, id: u32, body: u64, size: u64) -> Result<(), Error> {
        match id {
            id::EBML => {
                let header = take(window, "EBML", body, size, SMALL)?;
                self.is_webm = elements(&header).any(|child| child.id == id::DOC_TYPE && child.text() == "webm");
            }
            id::SEEK_HEAD => self.seek(&take(window, "SeekHead", body, size, SMALL)?),
            id::INFO => self.info = Some(take(window, "Info", body, size, SMALL)?),
            id::TRACKS => self.tracks = Some((body, take(window, "Tracks", body, size, TRACKS)?)),
            _ => {}
        }
        Ok(())
    }

    fn seek(&mut self, seek_head: &[u8]) {
        let segment = self.segment.unwrap_or(0);
        for seek in elements(seek_head).filter(|child| child.id == id::SEEK) {
            let find = |wanted| elements(seek.body).find(|child: &Element<'_>| child.id == wanted);
            let of = find(id::SEEK_ID).and_then(|child| child.unsigned()).and_then(|of| u32::try_from(of).ok());
            let position = find(id::SEEK_POSITION).and_then(|child| child.unsigned());
            let at = position.map(|position| segment.saturating_add(position));
            match of {
                Some(id::INFO) => self.info_at = at,
                Some(id::TRACKS) => self.tracks_at = at,
                _ => {}
            }
        }
    }

    /// Reads what lies after the clusters.
    fn follow(&mut self, window: &mut Window<'_>) -> Result<(), Error> {
        let missing = [
            (id::TRACKS, self.tracks_at.filter(|_| self.tracks.is_none())),
            (id::INFO, self.info_at.filter(|_| self.info.is_none())),
        ];
        for (id, at) in missing {
            let Some(at) = at else { continue };
            let header = Header::read(&window.read(at, HEADER as u64, Ahead::Header)?);
            if let Some(Header { size: Some(size), length, .. }) = header.filter(|header| header.id == id) {
                self.note(window, id, at.saturating_add(length as u64), size)?;
            }
        }
        Ok(())
    }

    fn into_head(self, clusters_at: u64, size: u64) -> Result<Head, Error> {
        let Some((tracks_at, tracks)) = self.tracks else {
            return Err(match self.segment {
                _ if clusters_at >= size => {
                    Error::Unfinished { what: "its head is there, its tracks and samples aren't".to_owned(), size }
                }
                Some(at) => Error::malformed("Segment", at, "it doesn't say what its tracks are (`Tracks`)"),
                None => Error::malformed("EBML", 0, "no segment follows"),
            });
        };
        let info = self.info.unwrap_or_default();
        let find = |wanted| elements(&info).find(|child: &Element<'_>| child.id == wanted);
        let scale = find(id::TIMESTAMP_SCALE).and_then(|child| child.unsigned()).filter(|scale| *scale > 0);
        Ok(Head {
            is_webm: self.is_webm,
            // RFC 9559, 5.1.2.9: a millisecond, where nothing is said.
            scale: scale.unwrap_or(1_000_000).min(1_000_000_000),
            duration: find(id::DURATION).and_then(|child| child.float()).filter(|ticks| *ticks > 0.0),
            tracks,
            tracks_at,
            clusters_at,
        })
    }
}

/// The body of an element, whole.
fn take(window: &mut Window<'_>, name: &str, at: u64, size: u64, allowed: ByteSize) -> Result<Bytes, Error> {
    if at.saturating_add(size) > window.size() {
        let what = format!("it ends inside `{name}`");
        return Err(Error::Unfinished { what, size: window.size() });
    }
    if size > allowed.as_bytes() {
        return Err(Error::too_large(name, size, allowed));
    }
    window.read(at, size, Ahead::Index)
}
