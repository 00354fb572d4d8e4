//! `elst`: which part of a track is presented, and when (ISO/IEC 14496-12, 8.6.6).
//!
//! Encoder delay is written here too: FFmpeg and Apple begin an AAC track's edit 1,024 or 2,112 samples into it.
//! Without an edit list nothing is known of a delay, and nothing is cut off.

use super::atom::Atom;
use crate::error::Error;
use crate::limits;

/// One stretch of a track: a pause first, then media without holes. Lists that cut something out are refused.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Edits {
    /// Nothing is shown for so long at first, in the movie's ticks.
    pub(super) delay: u64,
    /// First tick of the track that is presented.
    pub(super) start: i64,
    /// For how long, in the movie's ticks; none = to the end.
    pub(super) length: Option<u64>,
}

/// A row.
#[derive(Clone, Copy, Debug)]
struct Edit {
    length: u64,
    /// Negative: nothing is shown.
    start: i64,
    is_normal_speed: bool,
}

/// More rows than any editor's timeline that ends as one file.
const ROWS: u32 = 1 << 16;

impl Edits {
    /// Reads it; the inner error says why such a list isn't followed.
    pub(super) fn read(atom: &Atom, movie_timescale: u32, timescale: u32) -> Result<Result<Self, String>, Error> {
        let mut fields = atom.fields();
        let (version, _) = fields.full()?;
        let count = fields.u32()?;
        if count > ROWS {
            return Err(Error::limits(atom.kind, format!("{count} edits"), ROWS.to_string()));
        }
        let mut edits = Self::default();
        let mut has_media = false;
        let mut has_ended = false;
        for _ in 0..count {
            let edit = Edit::read(&mut fields, version)?;
            if edit.start < 0 {
                has_ended = has_media;
                if !has_media {
                    edits.delay = checked(edits.delay.checked_add(edit.length))?;
                }
            } else if !edit.is_normal_speed {
                return Ok(Err("an edit list that changes the speed isn't supported yet".to_owned()));
            } else if !has_media {
                has_media = true;
                edits.start = edit.start;
                edits.length = (edit.length > 0).then_some(edit.length);
            } else if has_ended || !edits.goes_on_at(edit.start, movie_timescale, timescale) {
                return Ok(Err(format!("an edit list of {count} parts with cuts between isn't supported yet")));
            } else {
                edits.length = match edits.length {
                    Some(length) if edit.length > 0 => Some(checked(length.checked_add(edit.length))?),
                    _ => None,
                };
            }
        }
        Ok(Ok(edits))
    }

    /// Last tick that is presented, plus one.
    pub(super) fn end(&self, movie_timescale: u32, timescale: u32) -> Option<i64> {
        let ticks = i128::from(self.length?) * i128::from(timescale) / i128::from(movie_timescale.max(1));
        i64::try_from(i128::from(self.start) + ticks).ok()
    }

    /// Whether an edit from `start` on continues this one, but for the movie's coarser ticks.
    fn goes_on_at(&self, start: i64, movie_timescale: u32, timescale: u32) -> bool {
        let slack = i64::from(timescale / movie_timescale.max(1)) + 1;
        self.end(movie_timescale, timescale).is_some_and(|end| end.saturating_sub(start).saturating_abs() <= slack)
    }
}

impl Edit {
    fn read(fields: &mut super::fields::Fields<'_>, version: u8) -> Result<Self, Error> {
        let length = fields.wide(version)?;
        let start = if version == 0 { i64::from(fields.i32()?) } else { fields.i64()? };
        let speed = fields.u32()?;
        Ok(Self { length, start, is_normal_speed: speed == 1 << 16 })
    }
}

fn checked(length: Option<u64>) -> Result<u64, Error> {
    length.ok_or_else(|| Error::limits("elst", "edits without end", format!("{} us", limits::DURATION_US)))
}
