//! Pictures made in code.

use rushes_sdk::Picture;

pub(crate) const WIDTH: usize = 160;
pub(crate) const HEIGHT: usize = 90;
pub(crate) const FRAME_US: u64 = 40_000;

/// Pictures at 25 a second, limited range, by number and place.
pub(crate) fn film(count: u64, luma: impl Fn(u64, usize, usize) -> u8) -> Vec<Picture> {
    (0..count)
        .map(|number| Picture {
            pts_us: number * FRAME_US,
            duration_us: FRAME_US,
            width: WIDTH as u32,
            height: HEIGHT as u32,
            keyframe: number % 25 == 0,
            full_range: false,
            data: (0..WIDTH * HEIGHT).map(|place| luma(number, place % WIDTH, place / WIDTH)).collect(),
        })
        .collect()
}

/// A scene: soft blobs that depend on its number, moving slowly, with a little grain.
pub(crate) fn scene(scene: u64, number: u64, x: usize, y: usize) -> u8 {
    let (x, y) = (x as f64 + number as f64 * 0.3, y as f64);
    let waves = (x * (0.05 + 0.02 * scene as f64)).sin() + (y * (0.11 - 0.01 * scene as f64)).cos();
    let grain = (number.wrapping_mul(2_654_435_761).wrapping_add((x * 7.0 + y * 131.0) as u64) >> 7) % 5;
    (70.0 + 20.0 * ((scene * 3) % 5) as f64 + 25.0 * waves) as u8 + grain as u8
}
