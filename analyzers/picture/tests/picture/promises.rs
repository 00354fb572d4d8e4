//! What doesn't depend on anything, and what each kind of fault looks like.

use rushes_sdk::Span;
use serde_json::json;

use crate::film::{FRAME_US, WIDTH, film, scene};
use crate::run::{events, instants, misplaced, number, recording, report};

/// Three scenes, black from 4 to 5 s, the last scene frozen from 8 s on.
fn feature() -> Vec<rushes_sdk::Picture> {
    film(300, |number, x, y| match number {
        0..50 => scene(1, number, x, y),
        50..100 => scene(2, number, x, y),
        100..125 => 16,
        _ => scene(3, number.min(200), x, y),
    })
}

#[test]
fn the_report_does_not_depend_on_cuts() {
    let pictures = feature();
    for interval_ms in [40, 200, 1_000] {
        let params = json!({ "interval_ms": interval_ms });
        let whole = recording(params.clone(), &pictures).run().unwrap().report;
        let sevenths: Vec<u64> = (1..7).map(|part| part * 1_723_457).collect();
        for cuts in [&[4_480_000, 8_000_000][..], &sevenths] {
            let cut = recording(params.clone(), &pictures).cuts_us(cuts).run().unwrap();
            assert_eq!(cut.partials.len(), cuts.len() + 1);
            assert_eq!(cut.report.summary, whole.summary, "{interval_ms} {cuts:?}");
            assert_eq!(cut.report.events, whole.events, "{interval_ms} {cuts:?}");
            for (found, expected) in cut.report.series.iter().zip(&whole.series) {
                let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                assert_eq!(
                    (&found.timing, bits(&found.values)),
                    (&expected.timing, bits(&expected.values)),
                    "{interval_ms} {}",
                    found.name
                );
            }
        }
    }
}

#[test]
fn every_fault_of_the_feature_is_found_at_its_place() {
    for (interval_ms, tolerance_s) in [(40, 0.001), (200, 0.2)] {
        let found = report(interval_ms, &feature());
        assert_eq!(misplaced(&found, "cut", &instants(&[2.0, 4.0, 5.0]), tolerance_s), None);
        assert_eq!(misplaced(&found, "black", &[(4.0, 5.0)], tolerance_s), None);
        assert_eq!(misplaced(&found, "freeze", &[(8.0, 12.0)], tolerance_s), None);
        assert_eq!((number(&found, "/cuts"), number(&found, "/shots_per_min")), (Some(3.0), Some(20.0)));
        assert!((number(&found, "/black/seconds").unwrap() - 1.0).abs() <= tolerance_s);
        assert_eq!(found.coverage, 1.0);
    }
}

#[test]
fn black_is_not_reported_as_too_dark() {
    let pictures = film(100, |number, x, _| if number < 50 { 16 } else { 25 + (x % 4) as u8 });
    let found = report(40, &pictures);
    assert_eq!((events(&found, "black"), events(&found, "too_dark")), (vec![(0.0, 4.0)], vec![]));
    let dim = film(100, |number, x, _| if number < 50 { 120 } else { 41 + (x % 4) as u8 });
    assert_eq!(events(&report(40, &dim), "too_dark"), [(2.0, 4.0)]);
}

#[test]
fn too_bright_is_told_by_the_range() {
    let mut pictures = film(50, |_, x, _| 205 + (x % 8) as u8);
    assert_eq!(events(&report(40, &pictures), "too_bright"), [(0.0, 2.0)]);
    for picture in &mut pictures {
        picture.full_range = true;
    }
    assert_eq!(events(&report(40, &pictures), "too_bright"), []);
}

#[test]
fn bars_are_measured_and_a_black_picture_has_none() {
    let boxed = film(50, |number, x, y| if (12..78).contains(&y) && number > 10 { scene(1, number, x, y) } else { 16 });
    let found = report(40, &boxed);
    assert_eq!((number(&found, "/letterbox/top"), number(&found, "/letterbox/bottom")), (Some(12.0), Some(12.0)));
    assert_eq!((number(&found, "/letterbox/left"), number(&found, "/letterbox/right")), (Some(0.0), Some(0.0)));
    // A night scene within the frame makes no larger bars.
    let night =
        film(
            50,
            |number, x, y| {
                if (12..if number < 30 { 78 } else { 40 }).contains(&y) { scene(1, number, x, y) } else { 16 }
            },
        );
    assert_eq!(number(&report(40, &night), "/letterbox/bottom"), Some(12.0));
    let black = report(40, &film(50, |_, _, _| 16));
    assert!(black.summary["letterbox"].is_null());
}

#[test]
fn a_flat_picture_has_no_sharpness() {
    let found = report(40, &film(25, |_, _, _| 120));
    assert_eq!(
        (number(&found, "/sharpness"), number(&found, "/blurry_ratio"), number(&found, "/si_mean")),
        (None, None, Some(0.0))
    );
    assert!(found.not_measured.iter().any(|missing| missing.what == "sharpness"));
    let dithered = report(40, &film(25, |_, x, y| 120 + ((x + y) % 2) as u8));
    assert_eq!(number(&dithered, "/sharpness"), None);
}

#[test]
fn without_a_grain_of_detail_a_picture_is_blurry() {
    let soft = film(50, |_, x, _| 60 + (x * 100 / WIDTH) as u8);
    assert_eq!(events(&report(40, &soft), "blurry"), [(0.0, 2.0)]);
    let sharp = film(50, |_, x, y| if (x / 4 + y / 4).is_multiple_of(2) { 60 } else { 160 });
    assert_eq!(events(&report(40, &sharp), "blurry"), []);
}

#[test]
fn a_dissolve_is_no_cut() {
    let pictures = film(100, |number, x, y| {
        let share = (number.clamp(30, 70) - 30) as f64 / 40.0;
        (f64::from(scene(1, 0, x, y)) * (1.0 - share) + f64::from(scene(2, 0, x, y)) * share) as u8
    });
    assert_eq!(events(&report(40, &pictures), "cut"), []);
}

#[test]
fn a_picture_that_changes_all_the_time_is_not_cut() {
    let restless = film(100, |number, x, y| scene(number % 4, 0, x, y));
    assert_eq!(events(&report(40, &restless), "cut"), []);
}

#[test]
fn a_gap_ends_spans_and_is_no_cut() {
    let gap = Span { start_us: 4_000_000, end_us: 6_000_000 };
    let pictures = film(250, |number, x, y| scene(if number < 125 { 1 } else { 3 }, 0, x, y));
    let found = recording(json!({ "interval_ms": 40 }), &pictures).gap(gap, "video", "damaged").run().unwrap().report;
    assert_eq!(events(&found, "cut"), []);
    assert_eq!(events(&found, "freeze"), [(0.0, 4.0), (6.0, 10.0)]);
    assert!((found.coverage - 0.8).abs() < 0.01, "{}", found.coverage);
    let motion = found.series.iter().find(|series| series.name == "motion").unwrap();
    assert_eq!(
        motion.values.iter().filter(|value| value.is_nan()).count(),
        2,
        "the first picture and the one after the gap"
    );
}

#[test]
fn a_picture_that_is_shown_for_long_is_a_freeze() {
    let mut pictures = film(100, |number, x, y| scene(1, number, x, y));
    pictures.retain(|picture| !(1_000_000..3_200_000).contains(&picture.pts_us) || picture.pts_us == 1_000_000);
    pictures[25].duration_us = 2_200_000;
    let found = recording(json!({}), &pictures).duration_us(100 * FRAME_US).run().unwrap().report;
    assert_eq!(events(&found, "freeze"), [(1.0, 3.2)]);
}

#[test]
fn a_change_of_size_is_survived() {
    let mut pictures = film(50, |number, x, y| scene(1, number, x, y));
    for picture in &mut pictures[25..] {
        (picture.width, picture.height) = (picture.height, picture.width);
    }
    let found = report(40, &pictures);
    assert_eq!(number(&found, "/frames_analysed"), Some(50.0));
}

#[test]
fn a_recording_without_a_picture_is_a_report_all_the_same() {
    let found = recording(json!({}), &[]).duration_us(1_000_000).run().unwrap().report;
    assert_eq!((found.coverage, number(&found, "/luma_mean"), found.events.len()), (0.0, None, 0));
}

#[test]
fn an_hour_in_one_segment_fits_into_a_partial() {
    // Two small pictures by turns, shown for 100 ms each.
    let noisy = |number: u64| (0..53 * 30).map(|n| ((n as u64 * 7_919 + number * 977) % 251) as u8).collect::<Vec<_>>();
    let pictures: Vec<_> = (0..36_000u64)
        .map(|number| rushes_sdk::Picture {
            pts_us: number * 100_000,
            duration_us: 100_000,
            width: 53,
            height: 30,
            keyframe: number == 0,
            full_range: false,
            data: noisy(number),
        })
        .collect();
    let run = recording(json!({}), &pictures).run().unwrap();
    let [(_, partial)] = run.partials.as_slice() else { panic!("one segment") };
    assert!(partial.len() < 1 << 20, "{} bytes", partial.len());
}
