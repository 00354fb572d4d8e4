//! Matroska and WebM (RFC 9559), by their blocks from front to back.
//!
//! ```text
//! EBML  Segment ─┬─ SeekHead, Info, Tracks      head: a read or two
//!                └─ Cluster ── blocks …         scanned: each says its track and its time
//! ```
//! Cues aren't needed: they name some keyframes, and what is fed depends on where every packet lies, which blocks alone say.
//! Browsers write none, and no duration, and clusters of unknown size; a recording that was cut off ends with what is there.

mod block;
mod clusters;
mod ebml;
mod head;
mod id;
mod lane;
mod sound;
mod track;
mod visual;

use rushes_model::MediaTime;

use crate::error::Error;
use crate::index::{Coding, Container, Index, Packets, Table, Track};
use crate::limits;
use crate::scan::Begun;
use crate::window::{Ahead, Window};
use clusters::{Clusters, Moving, cluster_time};
use ebml::elements;
use lane::{Lane, Moves};
use track::{Entry, Kind};

/// A smaller file is scanned so soon that nobody asks how long it may be.
const WORTH_ASKING: u64 = 16 << 20;

/// Browsers end a cluster every few seconds: the last one begins in so many bytes.
const TAIL: u64 = 256 << 10;

/// Reads the head.
pub(crate) fn open(window: &mut Window<'_>) -> Result<Begun, Error> {
    let head = head::read(window)?;
    let entries = entries(&head.tracks, head.tracks_at)?;
    let mut index = Index {
        container: if head.is_webm { Container::WebM } else { Container::Matroska },
        tracks: Vec::new(),
        refused: Vec::new(),
        is_complete: false,
        duration: MediaTime::ZERO,
        gaps: Vec::new(),
    };
    let mut lanes = Vec::with_capacity(entries.len());
    for entry in &entries {
        let place = index.tracks.len();
        match coding(entry, head.tracks_at)? {
            Some(Ok(coding)) => index.tracks.push(track(entry, coding, head.scale)),
            Some(Err(why)) => index.refused.push(why),
            None => {}
        }
        lanes.push(Lane::new(entry, index.tracks.get(place).map(|track| (place, track)), head.scale));
    }
    if index.tracks.is_empty() {
        return Err(match index.refused.is_empty() {
            true => Error::Empty { what: "it has no track of sound or pictures" },
            false => Error::Tracks { refused: index.refused },
        });
    }
    let declared = declared(window, &head)?;
    let moving = Moving::new(vec![Moves::default(); lanes.len()]);
    let demuxer = Box::new(Clusters { lanes, entries, scale: head.scale, moving });
    Ok(Begun { index, demuxer, at: head.clusters_at, declared })
}

/// All tracks, in the file's order.
fn entries(tracks: &[u8], at: u64) -> Result<Vec<Entry>, Error> {
    let found = elements(tracks).filter(|child| child.id == id::TRACK_ENTRY);
    let entries: Vec<Entry> =
        found.take(limits::TRACKS + 1).map(|entry| Entry::read(&entry, at)).collect::<Result<_, _>>()?;
    if entries.len() > limits::TRACKS {
        return Err(Error::limits("Tracks", "more tracks", limits::TRACKS.to_string()));
    }
    Ok(entries)
}

/// How a track is coded, or why it can't be decoded; none where nobody would want to.
fn coding(entry: &Entry, at: u64) -> Result<Option<Result<Coding, String>>, Error> {
    let named = |kind: &str, why: String| format!("{kind}: {why}");
    let (kind, coding) = match (entry.kind, entry.packed) {
        (Kind::Audio, Some(packed)) => ("audio", Err(format!("{packed} isn't supported yet"))),
        (Kind::Video, Some(packed)) => ("video", Err(format!("{packed} isn't supported yet"))),
        (Kind::Audio, None) => ("audio", sound::coding(entry)?),
        (Kind::Video, None) => ("video", visual::coding(entry, at)?),
        (Kind::Subtitles, _) => {
            let (codec, language) = (entry.codec.escape_default(), entry.language.escape_default());
            ("subtitles", Err(format!("`{codec}` ({language}) isn't read yet")))
        }
        (Kind::Other, _) => return Ok(None),
    };
    Ok(Some(coding.map_err(|why| named(kind, why))))
}

fn track(entry: &Entry, coding: Coding, scale: u64) -> Track {
    let timescale = match &coding {
        Coding::Audio(config) => config.sample_rate,
        Coding::Video(_) => timescale(scale),
    };
    Track {
        id: u32::try_from(entry.number).unwrap_or(u32::MAX),
        enabled: entry.enabled,
        timescale,
        coding,
        origin_us: 0,
        presented: 0..i64::MAX,
        packets: Packets::Table(Table::with_prefix(entry.prefix.clone())),
    }
}

/// Ticks each second, where they are a whole number; else microseconds.
fn timescale(scale: u64) -> u32 {
    match 1_000_000_000u64.checked_rem(scale) {
        Some(0) => u32::try_from(1_000_000_000 / scale).unwrap_or(1_000_000),
        _ => 1_000_000,
    }
}

/// Length as Info says, else the time of the last cluster; only for showing how far we are.
fn declared(window: &mut Window<'_>, head: &head::Head) -> Result<Option<MediaTime>, Error> {
    let ticks = match head.duration {
        Some(ticks) => ticks,
        None if window.size() < WORTH_ASKING => return Ok(None),
        None => {
            let tail = window.read(window.size().saturating_sub(TAIL), TAIL, Ahead::Header)?;
            let begins = |at: &usize| tail.get(*at..*at + 4) == Some(&id::CLUSTER.to_be_bytes());
            let last = (0..tail.len()).rev().filter(begins).find_map(|at| cluster_time(tail.get(at..)?));
            let Some(ticks) = last else { return Ok(None) };
            ticks as f64
        }
    };
    let micros = ticks * head.scale as f64 / 1_000.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded in the same line")]
    let micros = micros.clamp(0.0, limits::DURATION_US as f64) as u64;
    Ok(Some(MediaTime::from_micros(micros)))
}
