//! How large a picture is shown.

/// Size upright, with square pixels, within `max_side`; never enlarged, so a wide pixel makes the picture lower, not wider.
/// Rounded to the nearest pixel, at least one.
pub fn shown_size(
    width: u32,
    height: u32,
    pixel_aspect: (u32, u32),
    rotation: u16,
    max_side: Option<u32>,
) -> (u32, u32) {
    let (across, down) = nearly_square(pixel_aspect);
    let (width, height) = (u128::from(width), u128::from(height));
    // Both sides over the same denominator.
    let larger = across.max(down);
    let (wide, high) = (width * across, height * down);
    let denominator = larger;
    let longest = wide.max(high).max(1);
    let bound = max_side.map_or(u128::MAX, |side| u128::from(side.max(1)));
    let side = |length: u128| {
        let rounded = if longest > bound.saturating_mul(denominator) {
            (length * bound * 2 + longest) / (longest * 2)
        } else {
            (length * 2 + denominator) / (denominator * 2)
        };
        u32::try_from(rounded.max(1)).unwrap_or(u32::MAX)
    };
    match rotation {
        90 | 270 => (side(high), side(wide)),
        _ => (side(wide), side(high)),
    }
}

/// An aspect within half a percent of 1 comes from rounding a size (854x480 is 1280:1281): scaling would only blur.
fn nearly_square((across, down): (u32, u32)) -> (u128, u128) {
    let (across, down) = (u128::from(across.max(1)), u128::from(down.max(1)));
    if across.abs_diff(down) * 200 <= across.max(down) { (1, 1) } else { (across, down) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_side_is_bounded_and_nothing_is_enlarged() {
        assert_eq!(shown_size(1280, 720, (1, 1), 0, Some(640)), (640, 360));
        assert_eq!(shown_size(320, 240, (1, 1), 0, Some(640)), (320, 240));
        assert_eq!(shown_size(1920, 1080, (1, 1), 90, Some(640)), (360, 640));
        assert_eq!(shown_size(16_384, 1, (1, 1), 0, Some(64)), (64, 1));
    }

    #[test]
    fn pixels_become_square_by_losing_some() {
        assert_eq!(shown_size(720, 576, (16, 11), 0, None), (720, 396));
        assert_eq!(shown_size(720, 480, (8, 9), 0, None), (640, 480));
        assert_eq!(shown_size(720, 576, (16, 11), 0, Some(360)), (360, 198));
        assert_eq!(shown_size(854, 480, (1280, 1281), 0, None), (854, 480));
    }
}
