use super::*;

fn tone(hz: f64, rate: u32, samples: std::ops::Range<u64>) -> Vec<f32> {
    samples.map(|n| (2.0 * PI * hz * n as f64 / f64::from(rate)).sin() as f32).collect()
}

fn resampled(from: u32, to: u32, input: &[f32]) -> Vec<f32> {
    let (mut resampler, mut out) = (Resampler::new(from, to, 1), Vec::new());
    resampler.begin(0);
    resampler.push(input, &mut out);
    resampler.finish(&mut out);
    out
}

/// Signal to error in dB against the same tone made at the other rate, away from the edges.
fn fidelity(hz: f64, from: u32, to: u32) -> f64 {
    let out = resampled(from, to, &tone(hz, from, 0..u64::from(from)));
    let ideal = tone(hz, to, 0..u64::from(to));
    let middle = to as usize / 4..to as usize * 3 / 4;
    let power = |error: bool| -> f64 {
        middle.clone().map(|n| f64::from(if error { out[n] - ideal[n] } else { ideal[n] }).powi(2)).sum()
    };
    10.0 * (power(false) / power(true)).log10()
}

#[test]
fn a_tone_keeps_its_place_and_height() {
    // 90 dB: what f32 sums over a hundred taps and a 100 dB filter leave.
    for (from, to) in
        [(48_000, 16_000), (44_100, 16_000), (44_100, 48_000), (8_000, 48_000), (48_000, 44_100), (44_101, 48_000)]
    {
        let fidelity = fidelity(1_000.0, from, to);
        assert!(fidelity > 90.0, "{from} to {to}: {fidelity:.1} dB");
    }
}

#[test]
fn tones_above_the_new_half_are_gone() {
    let out = resampled(48_000, 16_000, &tone(9_000.0, 48_000, 0..48_000));
    let loudest = out[1_000..15_000].iter().fold(0f32, |loudest, sample| loudest.max(sample.abs()));
    assert!(loudest < 2e-5, "{loudest}");
}

#[test]
fn as_many_come_out_as_fit_into_the_run() {
    assert_eq!(resampled(48_000, 16_000, &[0.0; 48_000]).len(), 16_000);
    assert_eq!(resampled(44_100, 48_000, &[0.0; 441]).len(), 480);
    assert_eq!(resampled(44_100, 16_000, &[0.0; 1]).len(), 1);
}

#[test]
fn it_does_not_matter_where_reading_began_or_how_it_was_cut() {
    for (from, to) in [(48_000, 16_000), (44_100, 16_000), (44_101, 48_000)] {
        let input = tone(440.0, from, 0..50_000);
        let whole = resampled(from, to, &input);
        let (mut resampler, mut part) = (Resampler::new(from, to, 1), Vec::new());
        resampler.begin(20_001);
        let first = resampler.next_output() as usize;
        for piece in input[20_001..40_000].chunks(777) {
            resampler.push(piece, &mut part);
        }
        let warm = (resampler.reach() * 2 * u64::from(to) / u64::from(from)) as usize + 2;
        assert!(part.len() > warm + 1_000);
        assert_eq!(part[warm..], whole[first + warm..first + part.len()], "{from} to {to}");
    }
}

#[test]
fn channels_stay_apart() {
    let stereo: Vec<f32> = tone(500.0, 48_000, 0..4_800).into_iter().flat_map(|left| [left, 0.0]).collect();
    let (mut resampler, mut out) = (Resampler::new(48_000, 16_000, 2), Vec::new());
    resampler.begin(0);
    resampler.push(&stereo, &mut out);
    resampler.finish(&mut out);
    let mono = resampled(48_000, 16_000, &tone(500.0, 48_000, 0..4_800));
    assert!(out.chunks(2).zip(&mono).all(|(pair, left)| pair[0] == *left && pair[1] == 0.0));
    assert_eq!(out.len(), 2 * mono.len());
}
