//! Quarter turns.

/// Appends a plane, turned clockwise by 90, 180 or 270 degrees; by anything else it isn't turned.
pub(super) fn turn(samples: &[u8], width: usize, rotation: u16, turned: &mut Vec<u8>) {
    let width = width.max(1);
    let column = |x: usize| samples.iter().skip(x).step_by(width).copied();
    match rotation {
        90 => (0..width).for_each(|x| turned.extend(column(x).rev())),
        180 => turned.extend(samples.iter().rev()),
        270 => (0..width).rev().for_each(|x| turned.extend(column(x))),
        _ => turned.extend_from_slice(samples),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turned(rotation: u16) -> Vec<u8> {
        let mut out = Vec::new();
        turn(&[1, 2, 3, 4, 5, 6], 3, rotation, &mut out);
        out
    }

    #[test]
    fn the_top_left_goes_where_the_clock_says() {
        assert_eq!(turned(90), [4, 1, 5, 2, 6, 3]);
        assert_eq!(turned(180), [6, 5, 4, 3, 2, 1]);
        assert_eq!(turned(270), [3, 6, 2, 5, 1, 4]);
        assert_eq!(turned(0), [1, 2, 3, 4, 5, 6]);
    }
}
