//! How many times faster than realtime the analyzer runs natively, on one core, at five pictures a second: `cargo bench -p rushes-picture`.
//!
//! CPU time isn't told apart from wall time here, so run it on an idle machine; the best of five rounds counts.

use std::time::Instant;

use rushes_picture::{Params, Picture};
use rushes_sdk::{Analyzer, Setup, VideoFrame};

const INTERVAL_US: u64 = 200_000;
const PICTURES: u64 = 300;

fn main() {
    for (width, height) in [(640, 360), (640, 480), (360, 640)] {
        let pictures: Vec<VideoFrame> = (0..PICTURES).map(|number| picture(number, width, height)).collect();
        let best = (0..5).map(|_| run(pictures.clone())).fold(f64::INFINITY, f64::min);
        let media_s = (PICTURES * INTERVAL_US) as f64 / 1e6;
        let each_ms = best * 1e3 / PICTURES as f64;
        println!("picture, {width}x{height} at 5/s: {:.0} x realtime, {each_ms:.2} ms a picture", media_s / best);
    }
}

/// A moving gradient with grain.
fn picture(number: u64, width: u32, height: u32) -> VideoFrame {
    let mut state = number as u32 + 1;
    let data = (0..width * height)
        .map(|place| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            ((place % width + place / width + number as u32 * 3) / 5) as u8 ^ (state >> 29) as u8
        })
        .collect();
    let time_us = number * INTERVAL_US;
    VideoFrame {
        time_us,
        pts_us: time_us,
        duration_us: 40_000,
        width,
        height,
        keyframe: false,
        full_range: false,
        lead_in: false,
        data,
    }
}

/// Seconds that a session takes for it all.
fn run(pictures: Vec<VideoFrame>) -> f64 {
    let setup = Setup { media: serde_json::json!({}), audio: None, start_us: 0, end_us: None, carry: None };
    let started = Instant::now();
    let mut session = Picture::new(Params::default(), &setup).expect("defaults that it takes");
    for picture in pictures {
        session.push_video(picture).expect("a picture that it takes");
    }
    let outcome = session.finish(true).expect("a partial");
    let seconds = started.elapsed().as_secs_f64();
    assert_eq!(outcome.partial.frames.len() as u64, PICTURES);
    seconds
}
