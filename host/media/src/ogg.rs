//! Ogg (RFC 3533) with Opus (RFC 7845), Vorbis (Vorbis I, annex A) or FLAC (RFC 9639, 10.1).
//!
//! ```text
//! page … page            a link: pages that begin streams, then all others; behind its end another link may begin
//!  └ part … part         a packet may lie in several pages
//! ```
//! The first stream of sound is used. Links that go on with the same coding are one track: each link's pre-skip and padding
//! are cut out of it.

mod codec;
mod page;
mod vorbis;

use rushes_model::MediaTime;
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::index::{Coding, Container, Index, Odd, Packet, Packets, Table, Track, micros};
use crate::limits;
use crate::scan::{Begun, Demuxer, Found, Input, Kind};
use crate::window::{Ahead, Window};
use codec::{Codec, Stream};
use page::Page;
use vorbis::Blocks;

/// Titles and pictures may stand before the last header.
const HEADERS: u64 = 32 << 20;

/// So much of a packet tells how many samples it holds.
const TOLD: usize = 16;

/// A jump of granule positions that no lost page explains is believed from here on: a tenth of a second.
const JUMPS_IN_A_SECOND: i64 = 10;

/// Reads the pages that begin streams, and of Vorbis the other headers.
pub(crate) fn open(window: &mut Window<'_>) -> Result<Begun, Error> {
    let mut refused = Vec::new();
    let mut at = 0;
    let mut used = None;
    while let Some((page, bytes)) = page_at(window, at)? {
        if !page.is_first {
            break;
        }
        let packet = page.parts().first().and_then(|(from, size, _)| bytes.get(*from..from + size));
        match Stream::read(packet.unwrap_or_default()) {
            Stream::Audio(codec) if used.is_none() => used = Some((page.serial, codec)),
            Stream::Refused(why) => refused.push(why.to_owned()),
            Stream::Audio(_) | Stream::Ignored => {}
        }
        at = at.saturating_add(page.bytes() as u64);
    }
    let Some((serial, mut codec)) = used else {
        return Err(match refused.is_empty() {
            true => Error::malformed("Ogg", at, "no stream of sound begins in it"),
            false => Error::Tracks { refused },
        });
    };
    let mut laced = Vec::new();
    if let Codec::Vorbis(identification, blocks) = &mut codec {
        let [comment, setup] = headers(window, at, serial)?;
        *blocks = Blocks::read(identification, &setup);
        laced = lace(identification, &comment, &setup);
    }
    let config = codec.config(laced).ok_or_else(|| Error::malformed("Ogg", 0, "its first header is too short"))?;
    if config.sample_rate == 0 || config.sample_rate > limits::SAMPLE_RATE {
        return Err(Error::malformed("Ogg", 0, format!("its sample rate is {}", config.sample_rate)));
    }
    let rate = config.sample_rate;
    let track = Track {
        id: 1,
        enabled: true,
        timescale: rate,
        coding: Coding::Audio(config),
        origin_us: 0,
        presented: i64::from(codec.pre_skip())..i64::MAX,
        packets: Packets::Table(Table::default()),
    };
    let index = Index {
        container: Container::Ogg,
        tracks: vec![track],
        refused,
        is_complete: false,
        duration: MediaTime::ZERO,
        gaps: Vec::new(),
    };
    let state = State { end: 0, link: None, is_beginning: true, links: 0 };
    Ok(Begun { index, demuxer: Box::new(Pages { codec, rate, state }), at: 0, declared: None })
}

fn page_at(window: &mut Window<'_>, at: u64) -> Result<Option<(Page, bytes::Bytes)>, Error> {
    let bytes = window.read(at, page::LARGEST as u64, Ahead::Index)?;
    Ok(Page::read(&bytes).map(|page| (page, bytes)))
}

/// The two packets of a stream that follow its first.
fn headers(window: &mut Window<'_>, mut at: u64, serial: u32) -> Result<[Vec<u8>; 2], Error> {
    let (mut whole, mut packet) = (Vec::new(), Vec::new());
    let begin = at;
    while at - begin < HEADERS {
        let Some((page, bytes)) = page_at(window, at)? else { break };
        at = at.saturating_add(page.bytes() as u64);
        for (from, size, ends) in page.parts().into_iter().filter(|_| page.serial == serial) {
            packet.extend_from_slice(bytes.get(from..from + size).unwrap_or_default());
            if ends {
                whole.push(std::mem::take(&mut packet));
            }
            if whole.len() == 2
                && let (Some(setup), Some(comment)) = (whole.pop(), whole.pop())
            {
                return Ok([comment, setup]);
            }
        }
    }
    Err(Error::malformed("Ogg", at, "the headers of its Vorbis stream don't end"))
}

/// As Matroska has them (RFC 9559's codec mappings: Xiph lacing).
fn lace(identification: &[u8], comment: &[u8], setup: &[u8]) -> Vec<u8> {
    let mut laced = vec![2];
    for header in [identification, comment] {
        laced.extend(std::iter::repeat_n(255, header.len() / 255));
        laced.push(u8::try_from(header.len() % 255).unwrap_or_default());
    }
    for header in [identification, comment, setup] {
        laced.extend_from_slice(header);
    }
    laced
}

struct Pages {
    /// Of the first link; the decoder's.
    codec: Codec,
    rate: u32,
    state: State,
}

/// What goes on from page to page.
#[derive(Serialize, Deserialize)]
struct State {
    /// Behind the last presented sample.
    end: i64,
    link: Option<Link>,
    /// Only pages that begin streams were seen of this link.
    is_beginning: bool,
    links: u32,
}

/// A stream of one link.
#[derive(Serialize, Deserialize)]
struct Link {
    serial: u32,
    /// Its own, where it is read with the decoder of the first link.
    codec: Codec,
    headers_left: u32,
    /// Time of the next sample that is decoded.
    next: i64,
    /// Samples that are still to be cut off in front.
    front: u32,
    /// Granule position less time; none before the first page with a whole packet.
    shift: Option<i64>,
    page_number: Option<u32>,
    block: Option<u32>,
    /// The packet that goes on: its pieces, and its first bytes.
    pieces: Vec<(u64, u32)>,
    told: Vec<u8>,
}

/// A packet that ended in the page.
struct Whole {
    pieces: Vec<(u64, u32)>,
    samples: u32,
}

impl Demuxer for Pages {
    fn next(&mut self, input: &mut Input<'_>, found: &mut Vec<Found>) -> Result<bool, Error> {
        let at = input.at();
        let bytes = input.peek(page::LARGEST)?;
        let Some(page) = Page::read(bytes) else {
            // To the next one; a page is whole or of no use.
            let next = bytes.windows(4).skip(1).position(|four| four == b"OggS");
            let step = next.map_or(bytes.len().saturating_sub(3), |next| next + 1);
            if bytes.len() < page::HEADER {
                return Ok(false);
            }
            input.skip(step.max(1) as u64)?;
            return Ok(true);
        };
        let size = page.bytes();
        if page.is_first {
            self.begin(&page, bytes);
        } else {
            self.state.is_beginning = false;
        }
        if let Some(link) = self.state.link.as_mut().filter(|link| link.serial == page.serial) {
            let whole = link.take(&page, bytes, at);
            found.extend(link.place(&page, whole, self.rate));
            self.state.end = link.next.max(self.state.end);
            if page.is_last {
                self.state.end = link.next;
            }
        }
        input.skip(size as u64)?;
        Ok(true)
    }

    fn end(&mut self, index: &mut Index) {
        if let Some(track) = index.tracks.first_mut() {
            track.presented.end = self.state.end;
        }
    }

    fn state(&self) -> Vec<u8> {
        postcard::to_allocvec(&self.state).unwrap_or_default()
    }

    fn restore(&mut self, state: &[u8]) -> Option<()> {
        self.state = postcard::from_bytes(state).ok()?;
        Some(())
    }
}

impl Pages {
    /// A page that begins a stream; after others it begins another link.
    fn begin(&mut self, page: &Page, bytes: &[u8]) {
        if !self.state.is_beginning {
            self.state.link = None;
            self.state.is_beginning = true;
        }
        let packet = page.parts().first().and_then(|(from, size, _)| bytes.get(*from..from + size));
        let Stream::Audio(mut codec) = Stream::read(packet.unwrap_or_default()) else { return };
        if self.state.link.is_some() || !codec.goes_on_with(&self.codec) {
            return;
        }
        if let (Codec::Vorbis(_, blocks), Codec::Vorbis(_, known)) = (&mut codec, &self.codec) {
            blocks.clone_from(known);
        }
        let pre_skip = codec.pre_skip();
        let is_chained = self.state.links > 0;
        self.state.links = self.state.links.saturating_add(1);
        self.state.link = Some(Link {
            serial: page.serial,
            headers_left: codec.headers(),
            codec,
            next: if is_chained { self.state.end.saturating_sub(i64::from(pre_skip)) } else { 0 },
            front: match self.codec {
                _ if !is_chained => 0,
                // Its first packet gives nothing, but the decoder laps it with the last one of the link before.
                Codec::Vorbis(..) => LAPPED,
                Codec::Opus(_) | Codec::Flac(..) => pre_skip,
            },
            shift: None,
            page_number: None,
            block: None,
            pieces: Vec::new(),
            told: Vec::new(),
        });
    }
}

impl Link {
    /// Takes a page's parts; gives the packets that end in it.
    fn take(&mut self, page: &Page, bytes: &[u8], at: u64) -> Vec<Whole> {
        let goes_on = page.is_continued && self.page_number.is_some_and(|number| number.wrapping_add(1) == page.number);
        if !goes_on {
            self.pieces.clear();
            self.told.clear();
        }
        let mut is_orphan = page.is_continued && !goes_on;
        let mut whole = Vec::new();
        for (from, size, ends) in page.parts() {
            if std::mem::take(&mut is_orphan) {
                // Its beginning was lost.
                is_orphan = !ends;
                continue;
            }
            let part = bytes.get(from..from + size).unwrap_or_default();
            let piece = (at.saturating_add(from as u64), u32::try_from(size).unwrap_or(u32::MAX));
            self.pieces.push(piece);
            let room = TOLD.saturating_sub(self.told.len()).min(part.len());
            self.told.extend_from_slice(part.get(..room).unwrap_or_default());
            if self.pieces.len() > MOST_PIECES {
                self.pieces.clear();
            }
            if ends {
                let (pieces, told) = (std::mem::take(&mut self.pieces), std::mem::take(&mut self.told));
                if self.headers_left > 0 {
                    self.headers_left -= 1;
                } else if let Some(samples) = self.codec.samples(&told, &mut self.block) {
                    whole.push(Whole { pieces, samples });
                }
            }
        }
        whole
    }

    /// Gives the packets of a page their times.
    fn place(&mut self, page: &Page, whole: Vec<Whole>, rate: u32) -> Vec<Found> {
        let mut found = Vec::new();
        let goes_on = self.page_number.is_none_or(|number| number.wrapping_add(1) == page.number);
        self.page_number = Some(page.number);
        if whole.is_empty() {
            return found;
        }
        let samples: i64 = whole.iter().map(|packet| i64::from(packet.samples)).sum();
        let mut padding = 0;
        if page.granule >= 0 {
            let begins = page.granule.saturating_sub(samples);
            // A recording may begin anywhere, but one that ends in its first page begins at 0.
            let first = if page.is_last { begins.max(0) } else { begins };
            let shift = *self.shift.get_or_insert(first.saturating_sub(self.next));
            let said = begins.saturating_sub(shift);
            let jump = said.saturating_sub(self.next);
            if jump > 0 && (!goes_on || jump > i64::from(rate) / JUMPS_IN_A_SECOND) {
                let time = |ticks| micros(ticks, rate);
                found.push(Found::Lost(Kind::Audio, time(self.next), time(said)));
                self.next = said;
            }
            if page.is_last {
                padding = self.next.saturating_add(samples).saturating_sub(page.granule.saturating_sub(shift)).max(0);
            }
        }
        let mut ends = self.next.saturating_add(samples);
        let presented = ends.saturating_sub(padding);
        ends = self.next;
        for Whole { pieces, samples } in whole {
            let (pts, length) = (ends, i64::from(samples));
            ends = ends.saturating_add(length);
            let back = ends.saturating_sub(presented.max(pts)).clamp(0, length);
            let front = if samples == 0 { self.front } else { self.front.min(samples) };
            self.front -= front;
            let packet = Packet {
                offset: pieces.first().map_or(0, |(offset, _)| *offset),
                size: pieces.iter().fold(0u32, |all, (_, size)| all.saturating_add(*size)),
                pts,
                duration: samples,
                keyframe: true,
                hidden: false,
            };
            let pieces = if pieces.len() > 1 { pieces } else { Vec::new() };
            found.push(Found::Odd(0, packet, Odd { pieces, front, back: u32::try_from(back).unwrap_or(0) }));
        }
        self.next = presented;
        found
    }
}

/// More than Vorbis' largest block.
const LAPPED: u32 = 16_384;

/// A packet of 64 MiB fills as many pages.
const MOST_PIECES: usize = 1_024;

#[cfg(test)]
mod tests;
