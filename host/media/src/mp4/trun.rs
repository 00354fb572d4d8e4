//! `trun`: a run of samples in a fragment (ISO/IEC 14496-12, 8.8.8).

use super::Budget;
use super::atom::Atom;
use super::fields::Fields;
use super::trex::Defaults;
use crate::error::Error;
use crate::limits;

/// A run's header; its rows are still packed.
#[derive(Clone, Debug)]
pub(super) struct Run<'a> {
    /// From the fragment's base; none: where the last run ended.
    pub(super) offset: Option<i32>,
    count: u32,
    flags: u32,
    first_flags: Option<u32>,
    rows: Fields<'a>,
}

/// One sample of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RunSample {
    pub(super) duration: u32,
    pub(super) size: u32,
    /// From decoding to presentation.
    pub(super) shift: i64,
    pub(super) keyframe: bool,
}

const HAS_OFFSET: u32 = 0x01;
const HAS_FIRST_FLAGS: u32 = 0x04;
const HAS_DURATION: u32 = 0x100;
const HAS_SIZE: u32 = 0x200;
const HAS_FLAGS: u32 = 0x400;
const HAS_SHIFT: u32 = 0x800;

/// `sample_is_non_sync_sample`, and `sample_depends_on` = 1 (8.8.3.1).
const NO_KEYFRAME: u32 = 0x0001_0000 | 0x0100_0000;

impl<'a> Run<'a> {
    pub(super) fn read(atom: &'a Atom, budget: &mut Budget) -> Result<Self, Error> {
        let mut fields = atom.fields();
        let (_, flags) = fields.full()?;
        let count = fields.u32()?;
        budget.packets(atom.kind, u64::from(count))?;
        let offset = if flags & HAS_OFFSET != 0 { Some(fields.i32()?) } else { None };
        let first_flags = if flags & HAS_FIRST_FLAGS != 0 { Some(fields.u32()?) } else { None };
        let width =
            [HAS_DURATION, HAS_SIZE, HAS_FLAGS, HAS_SHIFT].iter().filter(|field| flags & **field != 0).count() * 4;
        let needed = usize::try_from(count).ok().and_then(|count| count.checked_mul(width));
        if needed.is_none_or(|needed| needed > fields.rest().len()) {
            return Err(atom.malformed(format!(
                "it claims {count} samples of {width} bytes and has {} bytes",
                fields.rest().len()
            )));
        }
        Ok(Self { offset, count, flags, first_flags, rows: fields })
    }

    /// How many samples; a room of that size may be made, the budget was asked.
    pub(super) fn count(&self) -> usize {
        usize::try_from(self.count).unwrap_or(0)
    }

    /// The samples, in decoding order.
    pub(super) fn samples(mut self, defaults: Defaults) -> impl Iterator<Item = Result<RunSample, Error>> + use<'a> {
        (0..self.count).map(move |index| {
            let mut field = |flag, default| if self.flags & flag != 0 { self.rows.u32() } else { Ok(default) };
            let duration = field(HAS_DURATION, defaults.duration)?;
            let size = field(HAS_SIZE, defaults.size)?;
            let first = self.first_flags.filter(|_| index == 0);
            let flags =
                first.map_or(field(HAS_FLAGS, defaults.flags), |first| field(HAS_FLAGS, first).map(|_| first))?;
            let shift = field(HAS_SHIFT, 0)?;
            // Unsigned in version 0 by the standard; signed in all, as in `ctts`.
            let shift = i64::from(shift.cast_signed());
            if u64::from(size) > limits::PACKET.as_bytes() {
                return Err(Error::too_large("a sample in trun", u64::from(size), limits::PACKET));
            }
            Ok(RunSample { duration, size, shift, keyframe: flags & NO_KEYFRAME == 0 })
        })
    }
}
