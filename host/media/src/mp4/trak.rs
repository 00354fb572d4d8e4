//! `trak`: one track, as `moov` describes it (ISO/IEC 14496-12, 8.3.1).

use rushes_decode::AudioCodec;

use super::Budget;
use super::atom::Atom;
use super::elst::Edits;
use super::hdlr::Kind;
use super::stbl::{Joined, SampleTables};
use super::tkhd::TrackHeader;
use super::{mdhd, pcm, stsd};
use crate::error::Error;
use crate::index::{Coding, Table};

/// A track of sound or pictures.
#[derive(Debug)]
pub(super) struct Trak {
    pub(super) header: TrackHeader,
    pub(super) kind: Kind,
    /// Ticks each second of `packets` and `edits`.
    pub(super) timescale: u32,
    pub(super) edits: Edits,
    /// How it is coded, or why it can't be decoded.
    pub(super) coding: Result<Coding, String>,
    pub(super) packets: Table,
    /// Where a fragment without a time of its own goes on.
    pub(super) next_dts: i64,
}

impl Trak {
    /// Reads it; none where it is neither sound nor pictures.
    pub(super) fn read(trak: &Atom, movie_timescale: u32, budget: &mut Budget) -> Result<Option<Self>, Error> {
        let mdia = trak.expect(b"mdia")?;
        let Some(kind) = Kind::read(&mdia.expect(b"hdlr")?)? else { return Ok(None) };
        let header = TrackHeader::read(&trak.expect(b"tkhd")?)?;
        let timescale = mdhd::timescale(&mdia.expect(b"mdhd")?)?;
        let stbl = mdia.expect(b"minf")?.expect(b"stbl")?;
        let mut coding = stsd::read(&stbl.expect(b"stsd")?, kind, header.rotation)?;
        let edits = match trak.find(b"edts")?.map(|edts| edts.find(b"elst")).transpose()?.flatten() {
            Some(elst) => Edits::read(&elst, movie_timescale, timescale)?,
            None => Ok(Edits::default()),
        };
        let edits = edits.unwrap_or_else(|why| {
            coding = Err(why);
            Edits::default()
        });
        let joined = match join(&stbl, &coding, budget) {
            // A track that isn't decoded counts for the recording's length, if it can.
            Err(_) if coding.is_err() => Joined::default(),
            joined => joined?,
        };
        let Joined { packets, next_dts } = joined;
        Ok(Some(Self { header, kind, timescale, edits, coding, packets, next_dts }))
    }
}

fn join(stbl: &Atom, coding: &Result<Coding, String>, budget: &mut Budget) -> Result<Joined, Error> {
    let Some(tables) = SampleTables::read(stbl)? else { return Ok(Joined::default()) };
    match coding {
        Ok(Coding::Audio(config)) => match config.codec {
            AudioCodec::Pcm(coding) => tables.join_frames(pcm::frame_bytes(coding, config), budget),
            _ => tables.join(budget),
        },
        Ok(Coding::Video(_)) | Err(_) => tables.join(budget),
    }
}
