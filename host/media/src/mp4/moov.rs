//! `moov`: all that is known before the first fragment (ISO/IEC 14496-12, 8.2.1).

use super::Budget;
use super::atom::Atom;
use super::mdhd;
use super::trak::Trak;
use super::trex::Defaults;
use crate::error::Error;
use crate::limits;

/// The tracks, and what their fragments begin from.
#[derive(Debug)]
pub(super) struct Moov {
    /// Ticks each second of edit lists.
    pub(super) timescale: u32,
    pub(super) traks: Vec<Trak>,
    pub(super) defaults: Vec<Defaults>,
    /// `mvex` is there: an edit's length may be from before the first fragment.
    pub(super) has_fragments: bool,
}

impl Moov {
    pub(super) fn read(moov: &Atom, budget: &mut Budget) -> Result<Self, Error> {
        if moov.find(b"cmov")?.is_some() {
            return Err(Error::Container { container: "QuickTime with a compressed index (`cmov`)" });
        }
        let timescale = mdhd::timescale(&moov.expect(b"mvhd")?)?;
        let mut read = Self { timescale, traks: Vec::new(), defaults: Vec::new(), has_fragments: false };
        let mut count = 0;
        for child in moov.children(0) {
            let child = child?;
            match &child.kind.0 {
                b"trak" => {
                    count += 1;
                    if count > limits::TRACKS {
                        return Err(Error::limits(moov.kind, "more tracks", limits::TRACKS.to_string()));
                    }
                    read.traks.extend(Trak::read(&child, timescale, budget)?);
                }
                b"mvex" => read.read_mvex(&child)?,
                _ => {}
            }
        }
        Ok(read)
    }

    /// Whether there may be samples outside of `moov`: it says so, or has none inside.
    pub(super) fn is_fragmented(&self) -> bool {
        self.has_fragments || self.traks.iter().all(|trak| trak.packets.is_empty())
    }

    fn read_mvex(&mut self, mvex: &Atom) -> Result<(), Error> {
        self.has_fragments = true;
        for child in mvex.children(0) {
            let child = child?;
            if &child.kind.0 == b"trex" {
                if self.defaults.len() >= limits::TRACKS {
                    return Err(Error::limits(mvex.kind, "more tracks", limits::TRACKS.to_string()));
                }
                self.defaults.push(Defaults::read(&child)?);
            }
        }
        Ok(())
    }
}
