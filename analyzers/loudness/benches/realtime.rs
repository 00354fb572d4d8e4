//! How many times faster than realtime the analyzer runs natively, on one core: `cargo bench -p rushes-loudness`.
//!
//! CPU time isn't told apart from wall time here, so run it on an idle machine; the best of five rounds counts.

use std::time::Instant;

use rushes_loudness::Loudness;
use rushes_sdk::{Analyzer, AudioBlock, AudioFormat, NoParams, Setup};

const SAMPLE_RATE: u32 = 48_000;
const SECONDS: u32 = 120;

fn main() {
    for channels in [&["M"][..], &["FL", "FR"], &["FL", "FR", "FC", "LFE", "BL", "BR"]] {
        let samples = programme(channels.len());
        let best = (0..5).map(|_| run(channels, &samples)).fold(f64::INFINITY, f64::min);
        println!(
            "loudness, {} channels at {SAMPLE_RATE} Hz: {:.0} x realtime",
            channels.len(),
            f64::from(SECONDS) / best
        );
    }
}

/// Noise with a slow swell, up to clipping.
fn programme(channels: usize) -> Vec<f32> {
    let mut state = 1u32;
    (0..SECONDS as usize * SAMPLE_RATE as usize * channels)
        .map(|n| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let swell = (n as f32 * 1e-5).sin().abs() * 1.02;
            swell * ((state >> 8) as f32 / 8_388_608.0 - 1.0)
        })
        .collect()
}

/// Seconds that a session takes for it all.
fn run(channels: &[&str], samples: &[f32]) -> f64 {
    let names = channels.iter().map(|&name| name.to_owned()).collect();
    let audio = Some(AudioFormat { sample_rate: SAMPLE_RATE, channels: names });
    let setup = Setup { media: serde_json::json!({}), audio, start_us: 0, end_us: None, carry: None };
    let block = SAMPLE_RATE as usize / 10;
    let blocks: Vec<AudioBlock> = (0u64..)
        .zip(samples.chunks(block * channels.len()))
        .map(|(index, samples)| AudioBlock {
            start_us: index * 100_000,
            first_sample: index * block as u64,
            lead_in: false,
            samples: samples.to_vec(),
        })
        .collect();
    let started = Instant::now();
    let mut session = Loudness::new(NoParams {}, &setup).expect("a layout that it knows");
    for block in blocks {
        session.push_audio(block).expect("samples that it takes");
    }
    let outcome = session.finish(true).expect("a partial");
    let seconds = started.elapsed().as_secs_f64();
    assert!(outcome.partial.totals.frames > 0);
    seconds
}
