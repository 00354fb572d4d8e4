use proptest::prelude::*;

use super::*;
use crate::video::Colour;

fn noise(width: usize, height: usize, seed: u32) -> Vec<u8> {
    let mut state = seed | 1;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..width * height).map(|_| next()).collect()
}

/// The mean of what each output covers, in floating point, the plain way.
fn naive(plane: &Plane, width: usize, height: usize) -> Vec<f64> {
    let (step_x, step_y) = (plane.width as f64 / width as f64, plane.height as f64 / height as f64);
    let share = |begin: f64, end: f64, index: usize| (end.min(index as f64 + 1.0) - begin.max(index as f64)).max(0.0);
    let mut out = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (left, top) = (x as f64 * step_x, y as f64 * step_y);
            let mut sum = 0.0;
            for row in top as usize..plane.height.min((top + step_y).ceil() as usize + 1) {
                for column in left as usize..plane.width.min((left + step_x).ceil() as usize + 1) {
                    let weight = share(top, top + step_y, row) * share(left, left + step_x, column);
                    sum += weight * f64::from(plane.row(row)[column]);
                }
            }
            out.push(sum / step_x / step_y);
        }
    }
    out
}

proptest! {
    #[test]
    fn every_output_is_the_mean_of_what_it_covers(
        (from, to) in (1usize..90, 1usize..70).prop_flat_map(|(w, h)| (Just((w, h)), (1..=w, 1..=h))), seed: u32,
    ) {
        let plane = Plane::whole(noise(from.0, from.1, seed), from.0, from.1);
        let mut out = Vec::new();
        Area::new(from, to).scale(&plane, &mut out);
        for (&ours, ideal) in out.iter().zip(naive(&plane, to.0, to.1)) {
            // Half a step by rounding, a little for the reference's own.
            prop_assert!((f64::from(ours) - ideal).abs() <= 0.5 + 1e-9);
        }
        prop_assert_eq!(out.len(), to.0 * to.1);
    }
}

#[test]
fn white_stays_white_at_any_ratio() {
    for (from, to) in
        [((1280, 720), (640, 360)), ((1279, 719), (640, 359)), ((1920, 1080), (640, 360)), ((5000, 3001), (7, 3))]
    {
        let plane = Plane::whole(vec![255; from.0 * from.1], from.0, from.1);
        let mut out = Vec::new();
        Area::new(from, to).scale(&plane, &mut out);
        assert!(out.iter().all(|&sample| sample == 255), "{from:?} to {to:?}");
        assert_eq!(out.len(), to.0 * to.1);
    }
}

fn picture(width: usize, height: usize, [y, u, v]: [u8; 3], colour: Colour) -> Picture {
    let plane = |value, width: usize, height: usize| Plane::whole(vec![value; width * height], width, height);
    let planes = [plane(y, width, height), plane(u, width / 2, height / 2), plane(v, width / 2, height / 2)];
    Picture { width, height, pixel_aspect: (1, 1), colour, planes }
}

fn rgb_of(yuv: [u8; 3], matrix: u16, full_range: bool) -> [u8; 3] {
    let picture = picture(4, 4, yuv, Colour { full_range, matrix });
    let converted = Converter::new(PixelFormat::Rgb8, None, 0).convert(&picture);
    assert!(converted.full_range);
    converted.data[..3].try_into().unwrap()
}

#[test]
fn colours_come_out_as_the_standards_bars_have_them() {
    // 100 % bars in 8 bit: ITU-R BT.709-6 and BT.601-7 by their quantisation equations.
    assert_eq!(rgb_of([235, 128, 128], 1, false), [255, 255, 255]);
    assert_eq!(rgb_of([16, 128, 128], 1, false), [0, 0, 0]);
    assert_eq!(rgb_of([63, 102, 240], 1, false), [255, 1, 0]);
    assert_eq!(rgb_of([81, 90, 240], 6, false), [254, 0, 0]);
    assert_eq!(rgb_of([76, 85, 255], 6, true), [254, 0, 0]);
    assert_eq!(rgb_of([32, 240, 118], 1, false), [1, 0, 255]);
}

#[test]
fn a_turned_picture_is_upright_with_its_sides_swapped() {
    let mut upright = picture(4, 2, [0; 3], Colour { full_range: false, matrix: 2 });
    upright.planes[0].samples = vec![1, 2, 3, 4, 5, 6, 7, 8];
    let turned = Converter::new(PixelFormat::Gray8, None, 90).convert(&upright);
    assert_eq!((turned.width, turned.height), (2, 4));
    assert_eq!(*turned.data, [5, 1, 6, 2, 7, 3, 8, 4]);
    assert!(!turned.full_range);
}

#[test]
fn odd_sizes_keep_a_chroma_sample_for_the_last_pixel() {
    let picture = picture(10, 6, [9, 8, 7], Colour { full_range: true, matrix: 2 });
    let small = Converter::new(PixelFormat::Yuv420p, Some(5), 0).convert(&picture);
    assert_eq!((small.width, small.height), (5, 3));
    assert_eq!(small.data.len(), 15 + 6 + 6);
    assert!(small.data[..15].iter().all(|&luma| luma == 9) && small.data[21..].iter().all(|&chroma| chroma == 7));
}
