//! ISO base media (ISO/IEC 14496-12): MP4, M4A, and QuickTime's MOV, which it grew out of; fragmented or not.
//!
//! ```text
//! top level ─► ftyp  moov ─► trak … ─► Media (coding, edits, packets)      one or two reads
//!              mdat  moof ─► traf … ─► more packets                        a small read each; `mdat` is never read
//!                     └──────────────► timeline: media time, what is missing ─► Index
//! ```
//! Boxes are read by own code and not by a crate of typed boxes: counts are bounded before anything is allocated,
//! tables stay packed (an hour's tables unpacked have several times its size), and an error says at which byte.
//! Files here are called as the standard calls the box. Nothing recurses, so nesting can't be too deep.

mod alac;
mod atom;
mod audio;
mod colr;
mod ctts;
mod dfla;
mod dops;
mod dvcc;
mod elst;
mod esds;
mod fields;
mod hdlr;
mod keyframes;
mod mdhd;
mod moof;
mod moov;
mod pcm;
mod record;
mod rows;
mod runs;
mod sbgp;
mod sinf;
mod starts;
mod stbl;
mod stco;
mod stsc;
mod stsd;
mod stss;
mod stsz;
mod stts;
mod tfdt;
mod tfhd;
mod timeline;
mod tkhd;
mod top;
mod trak;
mod trex;
mod trun;
mod visual;
mod vorbis;

use crate::error::Error;
use crate::index::Index;
use crate::limits;
use crate::window::{Ahead, Window};
use atom::FourCc;
use moov::Moov;
use top::TopLevel;

/// Reads `moov`, wherever it lies, and the fragments behind it if it says that there are any.
pub(crate) fn open(window: &mut Window<'_>) -> Result<Index, Error> {
    let mut walk = TopLevel::new();
    let mut seen = Seen::default();
    let mut budget = Budget::default();
    let mut moov: Option<Moov> = None;
    let size = window.size();
    while let Some(found) = walk.next(window, if moov.is_some() { Ahead::Header } else { Ahead::Index })? {
        if found.kind == FourCc(*b"moov") && moov.is_none() {
            if found.end > size {
                return Err(cut_off(found.kind, found.at, found.end, size));
            }
            let read = Moov::read(&budget.take(window, &found)?, &mut budget)?;
            if !read.is_fragmented() {
                return settled(read, window);
            }
            moov = Some(read);
            window.expect_fragments();
        } else if let (b"moof", Some(moov)) = (&found.kind.0, moov.as_mut()) {
            if found.end > size {
                tracing::warn!(at = found.at, size, "the last fragment's header is cut off");
                break;
            }
            moov.add(&budget.take(window, &found)?, &mut budget)?;
        }
        seen.note(found.kind, found.at, found.end);
    }
    match moov {
        Some(moov) => settled(moov, window),
        None => Err(seen.no_moov(size)),
    }
}

/// On one line, and with marks that hold.
fn settled(moov: Moov, window: &mut Window<'_>) -> Result<Index, Error> {
    let mut index = timeline::index(moov, window.size())?;
    window.expect_fragments();
    keyframes::settle(&mut index, window)?;
    Ok(index)
}

/// What all boxes together may take.
#[derive(Debug)]
struct Budget {
    bytes: u64,
    packets: usize,
}

impl Default for Budget {
    fn default() -> Self {
        Self { bytes: limits::INDEX.as_bytes(), packets: limits::PACKETS }
    }
}

impl Budget {
    /// Reads a box whole.
    fn take(&mut self, window: &mut Window<'_>, found: &top::Found) -> Result<atom::Atom, Error> {
        let length = found.end.saturating_sub(found.body);
        self.bytes =
            self.bytes.checked_sub(length).ok_or_else(|| Error::too_large(found.kind, length, limits::INDEX))?;
        let ahead = if found.kind == FourCc(*b"moov") { Ahead::Index } else { Ahead::Header };
        Ok(atom::Atom {
            kind: found.kind,
            at: found.at,
            body: window.read(found.body, length, ahead)?,
            body_at: found.body,
        })
    }

    /// Before so many packets are made.
    fn packets(&mut self, place: FourCc, count: u64) -> Result<usize, Error> {
        let claimed = usize::try_from(count).ok();
        let left = claimed.and_then(|claimed| self.packets.checked_sub(claimed));
        self.packets = left
            .ok_or_else(|| Error::limits(place, format!("{count} samples"), format!("{} in all", limits::PACKETS)))?;
        Ok(claimed.unwrap_or(0))
    }
}

/// What was seen on the way to a `moov` that isn't there.
#[derive(Debug, Default)]
struct Seen {
    samples: Option<(FourCc, u64, u64)>,
}

impl Seen {
    fn note(&mut self, kind: FourCc, at: u64, end: u64) {
        if matches!(&kind.0, b"mdat" | b"moof") {
            self.samples = Some((kind, at, end));
        }
    }

    fn no_moov(&self, size: u64) -> Error {
        match self.samples {
            Some((kind, at, end)) if end > size => cut_off(kind, at, end, size),
            Some(_) => Error::Unfinished { what: "samples are there, their index (`moov`) isn't".to_owned(), size },
            None => {
                Error::Unfinished { what: "there are neither samples (`mdat`) nor an index (`moov`)".to_owned(), size }
            }
        }
    }
}

fn cut_off(kind: FourCc, at: u64, end: u64, size: u64) -> Error {
    let what = match &kind.0 {
        b"moov" => format!("its index (`moov` at byte {at}) reaches to byte {end}"),
        _ => format!("`{kind}` at byte {at} reaches to byte {end} and the index (`moov`) isn't there"),
    };
    Error::Unfinished { what, size }
}
