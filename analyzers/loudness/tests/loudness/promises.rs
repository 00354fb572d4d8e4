//! What doesn't depend on anything, and what each kind of fault looks like.

use std::f64::consts::PI;

use rushes_sdk::Span;

use crate::run::{assert_events, events, number, recording, report, series};

const STEREO: &[&str] = &["FL", "FR"];

fn sine(sample_rate: u32, hz: f64, amplitude: f64, seconds: f64) -> Vec<f32> {
    let rate = f64::from(sample_rate);
    (0..(seconds * rate) as usize).map(|n| (amplitude * (2.0 * PI * hz * n as f64 / rate).sin()) as f32).collect()
}

/// White noise, the same each time.
fn noise(amplitude: f32, length: usize) -> Vec<f32> {
    let mut state = 7u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / 8_388_608.0 - 1.0
    };
    (0..length).map(|_| amplitude * next()).collect()
}

/// Something of everything: tones, noise, silence, clipping, in stereo.
fn programme(sample_rate: u32) -> Vec<f32> {
    let rate = sample_rate as usize;
    let mut left = sine(sample_rate, 440.0, 0.2, 3.3);
    left.extend(noise(0.001, rate * 3 / 2));
    left.extend(sine(sample_rate, 220.0, 1.7, 1.1).iter().map(|sample| sample.clamp(-1.0, 1.0)));
    left.extend(noise(0.3, rate * 2));
    left.extend(vec![0.0; rate * 7 / 10]);
    left.extend(sine(sample_rate, 997.0, 0.5, 2.05));
    let right = noise(0.05, left.len());
    left.iter().zip(right).flat_map(|(&left, right)| [left, 0.5 * left + 0.1 * right]).collect()
}

#[test]
fn the_report_does_not_depend_on_cuts() {
    for sample_rate in [48_000, 44_100, 11_025] {
        let samples = programme(sample_rate);
        let whole = recording(sample_rate, STEREO, &samples).run().unwrap().report;
        let sevenths: Vec<u64> = (1..7).map(|part| part * 1_523_457).collect();
        for cuts in [&[3_300_000, 6_000_000][..], &sevenths] {
            let cut = recording(sample_rate, STEREO, &samples).cuts_us(cuts).run().unwrap();
            assert_eq!(cut.partials.len(), cuts.len() + 1);
            assert_eq!(cut.report.summary, whole.summary, "{sample_rate} {cuts:?}");
            assert_eq!(cut.report.events, whole.events, "{sample_rate} {cuts:?}");
            for (found, expected) in cut.report.series.iter().zip(&whole.series) {
                let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
                assert_eq!(bits(&found.values), bits(&expected.values), "{sample_rate} {cuts:?} {}", found.name);
            }
        }
    }
}

#[test]
fn the_report_does_not_depend_on_the_blocks() {
    let samples = programme(44_100);
    let whole = recording(44_100, STEREO, &samples).run().unwrap().report;
    for block_ms in [10, 37, 1_000] {
        let report = recording(44_100, STEREO, &samples).block_ms(block_ms).cuts_us(&[5_000_000]).run().unwrap().report;
        assert_eq!(report.summary, whole.summary, "{block_ms}");
        assert_eq!(report.events, whole.events, "{block_ms}");
    }
}

#[test]
fn silence_has_no_loudness() {
    let report = report(48_000, STEREO, &[0.0; 5 * 96_000]);
    for field in [
        "integrated_lufs",
        "lra_lu",
        "max_momentary_lufs",
        "max_short_term_lufs",
        "true_peak_dbtp",
        "rms_dbfs",
        "noise_floor_dbfs",
    ] {
        assert_eq!(number(&report, field), None, "{field}");
    }
    assert_eq!(number(&report, "silence_ratio"), Some(1.0));
    assert_events(&report, "silence", &[(0.0, 5.0)], 0.0);
    // A level that isn't complete isn't one.
    assert_events(&crate::run::report(48_000, STEREO, &[0.0; 96_000 * 5 + 2 * 720]), "silence", &[(0.0, 5.0)], 0.0);
    assert!(report.not_measured.iter().any(|missing| missing.what == "integrated_lufs"));
}

#[test]
fn less_than_a_window_is_measured_as_far_as_it_goes() {
    let report = report(48_000, &["M"], &sine(48_000, 1_000.0, 0.5, 0.255));
    assert_eq!(report.coverage, 1.0);
    assert_eq!(number(&report, "integrated_lufs"), None);
    assert!((number(&report, "true_peak_dbtp").unwrap() + 6.02).abs() < 0.05);
    assert!((number(&report, "rms_dbfs").unwrap() + 9.03).abs() < 0.01);
}

#[test]
fn a_recording_without_a_sample_is_a_report_all_the_same() {
    let run = recording(48_000, STEREO, &[]).duration_us(1_000_000).run().unwrap();
    assert_eq!((run.report.coverage, run.report.events.len()), (0.0, 0));
}

#[test]
fn sound_that_ends_before_its_segment_is_measured_to_its_end() {
    let samples = sine(48_000, 1_000.0, 0.5, 1.055);
    let run = recording(48_000, &["M"], &samples).duration_us(4_220_000).cuts_us(&[2_000_000]).run().unwrap();
    assert_eq!(run.report.coverage, 0.25);
}

#[test]
fn pauses_are_silence_within_60_ms() {
    // Two tones in faint noise, with pauses of 1.5 and 0.7 s, and one that is too short.
    let mut samples = noise(0.0003, 48_000 * 9);
    for (start, end) in [(0.0, 2.0), (3.5, 5.0), (5.7, 7.0), (7.4, 9.0)] {
        let range = (start * 48_000.0) as usize..(end * 48_000.0) as usize;
        for (sample, tone) in samples[range].iter_mut().zip(sine(48_000, 300.0, 0.25, end - start)) {
            *sample += tone;
        }
    }
    let report = report(48_000, &["M"], &samples);
    assert_events(&report, "silence", &[(2.0, 3.5), (5.0, 5.7)], 0.02);
    assert!((number(&report, "silence_seconds").unwrap() - 2.2).abs() <= 0.08);
    // The noise's RMS is its amplitude over the square root of 3.
    assert!(
        (number(&report, "noise_floor_dbfs").unwrap() + 75.23).abs() <= 0.75,
        "{:?}",
        number(&report, "noise_floor_dbfs")
    );
}

#[test]
fn a_clipped_second_is_one_event_at_its_place() {
    let mut samples = sine(48_000, 200.0, 0.5, 5.0);
    for (sample, clipped) in samples[96_000..144_000].iter_mut().zip(sine(48_000, 200.0, 2.0, 1.0)) {
        *sample = clipped.clamp(-1.0, 1.0);
    }
    let report = report(48_000, &["M"], &samples);
    assert_events(&report, "clipping", &[(2.0, 3.0)], 0.005);
    // A sine of amplitude 2 is beyond 0.999 for 2/3 of its time, in 400 tops.
    let expected = samples.iter().filter(|sample| sample.abs() >= 0.999).count() as f64;
    assert_eq!((number(&report, "clipped_samples"), number(&report, "clipping_runs")), (Some(expected), Some(400.0)));
}

#[test]
fn a_hole_in_sound_is_a_dropout() {
    let mut samples = noise(0.3, 3 * 48_000);
    samples[48_000..48_000 + 9_600].fill(0.0);
    let report = report(48_000, &["M"], &samples);
    assert_events(&report, "dropout", &[(1.0, 1.2)], 0.02);
}

#[test]
fn noise_under_a_tone_is_told_from_it_in_the_pauses() {
    for expected_db in [10.0, 20.0, 30.0] {
        let amplitude = 0.1 * 10f64.powf(-expected_db / 20.0) * (1.5f64).sqrt();
        let mut samples = noise(amplitude as f32, 10 * 48_000);
        for (n, sample) in samples.iter_mut().enumerate().filter(|(n, _)| (n / 48_000).is_multiple_of(2)) {
            *sample += (0.1 * (2.0 * PI * 500.0 * n as f64 / 48_000.0).sin()) as f32;
        }
        let found = number(&report(48_000, &["M"], &samples), "snr_db").unwrap();
        assert!((found - expected_db).abs() <= 2.0, "{found} for {expected_db}");
    }
}

#[test]
fn channels_are_compared() {
    let tone = sine(48_000, 500.0, 0.4, 2.0);
    let stereo = |of: fn(f32) -> [f32; 2]| {
        report(48_000, STEREO, &tone.iter().flat_map(|&sample| of(sample)).collect::<Vec<_>>())
    };

    let same = stereo(|sample| [sample, sample]);
    assert_eq!((number(&same, "channel_balance_db"), number(&same, "phase_correlation")), (Some(0.0), Some(1.0)));
    assert_eq!(same.summary["channels_identical"], true);

    let turned = stereo(|sample| [sample, -0.5 * sample]);
    assert_eq!((number(&turned, "channel_balance_db"), number(&turned, "phase_correlation")), (Some(6.02), Some(-1.0)));
    assert_eq!(turned.summary["channels_identical"], false);

    let left = stereo(|sample| [sample, 0.0]);
    assert_eq!((number(&left, "channel_balance_db"), left.summary["silent_channels"][0].as_u64()), (None, Some(1)));
}

#[test]
fn an_offset_is_found() {
    let samples: Vec<f32> = sine(48_000, 300.0, 0.1, 3.0).iter().map(|sample| sample - 0.2).collect();
    assert!((number(&report(48_000, &["M"], &samples), "dc_offset").unwrap() + 0.2).abs() < 1e-6);
}

#[test]
fn bandwidth_tells_a_telephone_from_a_studio() {
    let wide = noise(0.2, 5 * 48_000);
    let found = number(&report(48_000, &["M"], &wide), "bandwidth_hz").unwrap();
    assert!((23_000.0..=24_000.0).contains(&found), "{found}");

    let tones = |n: usize| {
        [300.0, 1_000.0, 2_200.0, 3_400.0].map(|hz| (2.0 * PI * hz * n as f64 / 48_000.0).sin()).iter().sum::<f64>()
    };
    let narrow: Vec<f32> = (0..5 * 48_000).map(|n| (0.1 * tones(n)) as f32).collect();
    let found = number(&report(48_000, &["M"], &narrow), "bandwidth_hz").unwrap();
    assert!((3_000.0..=3_700.0).contains(&found), "{found}");
}

#[test]
fn a_gap_is_no_silence() {
    let samples = sine(48_000, 440.0, 0.25, 6.0);
    let gap = Span { start_us: 2_000_000, end_us: 4_000_000 };
    let report = recording(48_000, &["M"], &samples).gap(gap, "audio", "damaged").run().unwrap().report;
    assert_eq!(events(&report, "silence"), []);
    assert_eq!(events(&report, "dropout"), []);
    assert!((report.coverage - 4.0 / 6.0).abs() < 0.02, "{}", report.coverage);
    let momentary = series(&report, "momentary");
    let is_known = |at: f64| momentary.iter().any(|&(time, value)| (time - at).abs() < 0.01 && !value.is_nan());
    assert!(is_known(2.0) && !is_known(3.0) && !is_known(4.3) && is_known(4.4));
    // The tone is as loud as without the gap.
    let expected = number(&crate::run::report(48_000, &["M"], &samples), "integrated_lufs").unwrap();
    assert!((number(&report, "integrated_lufs").unwrap() - expected).abs() < 0.02);
}

#[test]
fn a_rate_that_cannot_be_weighted_is_refused_with_the_reason() {
    let error = recording(2_000, &["M"], &[0.0; 4_000]).run().unwrap_err().to_string();
    assert!(error.contains("1 channels at 2000 Hz can't be measured"), "{error}");
}

#[test]
fn samples_far_beyond_full_scale_are_measured() {
    let loud = report(48_000, &["M"], &sine(48_000, 1_000.0, 1e30, 2.0));
    assert!(number(&loud, "true_peak_dbtp").unwrap() > 590.0);
    assert!(number(&loud, "integrated_lufs").unwrap().is_finite());
}

#[test]
fn an_hour_in_one_segment_fits_into_a_partial() {
    let minute = programme(8_000);
    let repeats = 3_600 * 2 * 8_000 / minute.len() + 1;
    let run = recording(8_000, STEREO, &minute.repeat(repeats)).run().unwrap();
    let [(span, partial)] = run.partials.as_slice() else { panic!("one segment") };
    assert!(span.end_us > 3_600_000_000 && partial.len() < 1 << 20, "{} bytes", partial.len());
}
