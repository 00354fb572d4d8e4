//! `tkhd`: a track's number, whether it is meant to be used, and how its pictures are turned (ISO/IEC 14496-12, 8.3.2).

use super::atom::Atom;
use crate::error::Error;

/// What is needed of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct TrackHeader {
    pub(super) id: u32,
    pub(super) enabled: bool,
    /// Clockwise turn that makes the picture upright.
    pub(super) rotation: u16,
}

impl TrackHeader {
    pub(super) fn read(atom: &Atom) -> Result<Self, Error> {
        let mut fields = atom.fields();
        let (version, flags) = fields.full()?;
        fields.wide(version)?;
        fields.wide(version)?;
        let id = fields.u32()?;
        fields.skip(4)?;
        fields.wide(version)?;
        fields.skip(16)?;
        let (a, b) = (fields.i32()?, fields.i32()?);
        fields.skip(4)?;
        let (c, d) = (fields.i32()?, fields.i32()?);
        Ok(Self { id, enabled: flags & 1 != 0, rotation: turn([a, b, c, d]) })
    }
}

/// The matrix takes the picture's x axis (1, 0) to (a, b) and its y axis to (c, d), with y downwards.
///
/// A mirroring matrix is a swap of left and right and then a turn: the turn is made, the swap isn't. Such a picture stands
/// upright, and writing on it reads from right to left; front cameras write none of these.
fn turn([a, b, c, d]: [i32; 4]) -> u16 {
    let area = i64::from(a).saturating_mul(i64::from(d)).saturating_sub(i64::from(b).saturating_mul(i64::from(c)));
    if area < 0 { quarter_turn(a.saturating_neg(), b.saturating_neg()) } else { quarter_turn(a, b) }
}

/// The nearest.
fn quarter_turn(a: i32, b: i32) -> u16 {
    if b.unsigned_abs() > a.unsigned_abs() {
        if b > 0 { 90 } else { 270 }
    } else if a < 0 {
        180
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_stand_upright_mirrored_or_not() {
        let one = 1 << 16;
        for (matrix, expected) in [
            ([one, 0, 0, one], 0),
            ([0, one, -one, 0], 90),
            ([-one, 0, 0, -one], 180),
            ([0, -one, one, 0], 270),
            // Left and right swapped; up and down; both diagonals.
            ([-one, 0, 0, one], 0),
            ([one, 0, 0, -one], 180),
            ([0, one, one, 0], 270),
            ([0, -one, -one, 0], 90),
            ([i32::MIN, i32::MIN, i32::MIN, i32::MAX], 0),
            ([0; 4], 0),
        ] {
            assert_eq!(turn(matrix), expected, "{matrix:?}");
        }
    }
}
