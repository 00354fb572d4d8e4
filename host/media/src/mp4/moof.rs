//! `moof`: a fragment's samples, added to the tracks of `moov` (ISO/IEC 14496-12, 8.8.4 to 8.8.8).

use super::Budget;
use super::atom::Atom;
use super::hdlr::Kind;
use super::moov::Moov;
use super::tfdt;
use super::tfhd::FragmentHeader;
use super::trun::Run;
use crate::error::Error;
use crate::index::Packet;

impl Moov {
    /// Adds the packets of a fragment.
    pub(super) fn add(&mut self, moof: &Atom, budget: &mut Budget) -> Result<(), Error> {
        // Without a base of its own a track fragment goes on where the one before ended; the first begins at the `moof`.
        let mut end = moof.at;
        for child in moof.children(0) {
            let child = child?;
            if &child.kind.0 == b"traf" {
                end = self.add_track(&child, moof.at, end, budget)?;
            }
        }
        Ok(())
    }

    /// Adds a track's runs; gives the end of its bytes.
    fn add_track(&mut self, traf: &Atom, moof_at: u64, end: u64, budget: &mut Budget) -> Result<u64, Error> {
        let header = FragmentHeader::read(&traf.expect(b"tfhd")?, &self.defaults)?;
        let base = header.base.unwrap_or(if header.base_is_moof { moof_at } else { end });
        let time = traf.find(b"tfdt")?.map(|atom| tfdt::read(&atom)).transpose()?;
        let mut trak = self.traks.iter_mut().find(|trak| trak.header.id == header.defaults.track);
        if let (Some(trak), Some(time)) = (trak.as_deref_mut(), time) {
            trak.next_dts = time;
        }
        let mut next = base;
        for child in traf.children(0) {
            let child = child?;
            if &child.kind.0 != b"trun" {
                continue;
            }
            let run = Run::read(&child, budget)?;
            if let Some(offset) = run.offset {
                next = base
                    .checked_add_signed(i64::from(offset))
                    .ok_or_else(|| child.malformed(format!("its samples begin {offset} bytes from byte {base}")))?;
            }
            if let Some(trak) = trak.as_deref_mut() {
                trak.packets.reserve(run.count());
            }
            for sample in run.samples(header.defaults) {
                let sample = sample?;
                if let Some(trak) = trak.as_deref_mut() {
                    trak.packets.push(Packet {
                        offset: next,
                        size: sample.size,
                        pts: trak.next_dts.saturating_add(sample.shift),
                        duration: sample.duration,
                        keyframe: sample.keyframe || trak.kind == Kind::Audio,
                        hidden: false,
                    });
                    trak.next_dts = trak.next_dts.saturating_add(i64::from(sample.duration));
                }
                next = next.saturating_add(u64::from(sample.size));
            }
        }
        Ok(next)
    }
}
