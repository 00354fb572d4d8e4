//! The test signals of EBU Tech 3341 (version 4, table 1) and EBU Tech 3342 (version 4, table 1), generated from their descriptions.
//!
//! Cases 7 and 8 of Tech 3341 and 5 and 6 of Tech 3342 are recorded programmes, which can't be generated. Nothing here names the analyzer,
//! so that the component can be fed the same signals.

use std::f64::consts::PI;

pub(crate) const SAMPLE_RATE: u32 = 48_000;

/// What a case demands.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Demand {
    /// Integrated loudness in LUFS, within 0.1 LU.
    Integrated(f64),
    /// Greatest short-term loudness in LUFS, within 0.1 LU.
    MaxShortTerm(f64),
    /// Short-term loudness from 3 s on, within 0.1 LU.
    SteadyShortTerm(f64),
    /// Greatest momentary loudness in LUFS, within 0.1 LU.
    MaxMomentary(f64),
    /// Momentary loudness from 1 s on, within 0.1 LU.
    SteadyMomentary(f64),
    /// Greatest short-term loudness up to each of these seconds: -38, -37 … LUFS, within 0.1 LU.
    RisingShortTerm { period_s: f64 },
    /// The same of momentary loudness.
    RisingMomentary { period_s: f64 },
    /// True peak in dBTP, +0.2 and -0.4 dB.
    TruePeak(f64),
    /// Loudness range in LU, within 1 LU.
    Range(f64),
}

/// A signal and what must be found in it.
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) channels: &'static [&'static str],
    /// Interleaved.
    pub(crate) samples: Vec<f32>,
    pub(crate) demands: Vec<Demand>,
}

const STEREO: &[&str] = &["FL", "FR"];

/// All cases.
pub(crate) fn all() -> Vec<Case> {
    let mut cases = vec![
        stereo(
            "3341-1",
            &[(-23.0, 20.0)],
            &[Demand::SteadyMomentary(-23.0), Demand::SteadyShortTerm(-23.0), Demand::Integrated(-23.0)],
        ),
        stereo(
            "3341-2",
            &[(-33.0, 20.0)],
            &[Demand::SteadyMomentary(-33.0), Demand::SteadyShortTerm(-33.0), Demand::Integrated(-33.0)],
        ),
        stereo("3341-3", &[(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)], &[Demand::Integrated(-23.0)]),
        stereo(
            "3341-4",
            &[(-72.0, 10.0), (-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0), (-72.0, 10.0)],
            &[Demand::Integrated(-23.0)],
        ),
        stereo("3341-5", &[(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)], &[Demand::Integrated(-23.0)]),
        five_channels(),
        stereo("3341-9", &[(-20.0, 1.34), (-30.0, 1.66)].repeat(5), &[Demand::SteadyShortTerm(-23.0)]),
        rising("3341-11", 3.0, 3.0, 0.15, Demand::RisingShortTerm { period_s: 6.0 }),
        stereo("3341-12", &[(-20.0, 0.18), (-30.0, 0.22)].repeat(25), &[Demand::SteadyMomentary(-23.0)]),
        rising("3341-14", 0.4, 0.4, 0.02, Demand::RisingMomentary { period_s: 0.8 }),
        peak("3341-15", 4.0, 0.0, 0.5, -6.0),
        peak("3341-16", 4.0, 45.0, 0.5, -6.0),
        peak("3341-17", 6.0, 60.0, 0.5, -6.0),
        peak("3341-18", 8.0, 67.5, 0.5, -6.0),
        peak("3341-19", 4.0, 45.0, 1.41, 3.0),
        stereo("3342-1", &[(-20.0, 20.0), (-30.0, 20.0)], &[Demand::Range(10.0)]),
        stereo("3342-2", &[(-20.0, 20.0), (-15.0, 20.0)], &[Demand::Range(5.0)]),
        stereo("3342-3", &[(-40.0, 20.0), (-20.0, 20.0)], &[Demand::Range(20.0)]),
        stereo(
            "3342-4",
            &[(-50.0, 20.0), (-35.0, 20.0), (-20.0, 20.0), (-35.0, 20.0), (-50.0, 20.0)],
            &[Demand::Range(15.0)],
        ),
    ];
    for index in 0..20 {
        let i = f64::from(index);
        let silence = (f64::NEG_INFINITY, 0.15 * i);
        let parts = [silence, (-23.0, 3.0), (f64::NEG_INFINITY, 1.0)];
        cases.push(stereo(&format!("3341-10.{index}"), &parts, &[Demand::MaxShortTerm(-23.0)]));
        let parts = [(f64::NEG_INFINITY, 0.02 * i), (-23.0, 0.4), (f64::NEG_INFINITY, 1.0)];
        cases.push(stereo(&format!("3341-13.{index}"), &parts, &[Demand::MaxMomentary(-23.0)]));
    }
    cases
}

/// A 1 kHz sine in both channels, at levels in dBFS for so many seconds each.
fn stereo(name: &str, parts: &[(f64, f64)], demands: &[Demand]) -> Case {
    let samples = sine(parts).into_iter().flat_map(|sample| [sample, sample]).collect();
    Case { name: name.to_owned(), channels: STEREO, samples, demands: demands.to_vec() }
}

/// Case 6: 20 s of 5.0, front at -28, centre at -24, surround at -30 dBFS.
fn five_channels() -> Case {
    let at = |level: f64| sine(&[(level, 20.0)]);
    let (front, centre, surround) = (at(-28.0), at(-24.0), at(-30.0));
    let samples = (0..front.len()).flat_map(|n| [front[n], front[n], centre[n], surround[n], surround[n]]).collect();
    Case {
        name: "3341-6".into(),
        channels: &["FL", "FR", "FC", "BL", "BR"],
        samples,
        demands: vec![Demand::Integrated(-23.0)],
    }
}

/// Cases 11 and 14: twenty tones of -38, -37 … -19 dBFS, each a bit later in its period than the one before.
fn rising(name: &str, tone_s: f64, rest_s: f64, step_s: f64, demand: Demand) -> Case {
    let parts: Vec<(f64, f64)> = (0..20)
        .flat_map(|index| {
            let late = step_s * f64::from(index);
            [(f64::NEG_INFINITY, late), (f64::from(index) - 38.0, tone_s), (f64::NEG_INFINITY, rest_s - late)]
        })
        .collect();
    stereo(name, &parts, &[demand])
}

/// Cases 15 to 19: a sine of so many samples a cycle, faded in and out.
fn peak(name: &str, cycle: f64, phase_degrees: f64, amplitude: f64, expected_dbtp: f64) -> Case {
    let (length, fade) = (3 * 48_000, 4_800);
    let samples = (0..length)
        .flat_map(|n| {
            let gain = (n.min(length - n) as f64 / f64::from(fade)).min(1.0);
            let sample = (gain * amplitude * (2.0 * PI * (f64::from(n) / cycle + phase_degrees / 360.0)).sin()) as f32;
            [sample, sample]
        })
        .collect();
    Case { name: name.to_owned(), channels: STEREO, samples, demands: vec![Demand::TruePeak(expected_dbtp)] }
}

/// A 1 kHz sine at levels in dBFS for so many seconds each, without a jump of phase.
fn sine(parts: &[(f64, f64)]) -> Vec<f32> {
    let mut samples = Vec::new();
    let mut end_s = 0.0;
    for &(level, seconds) in parts {
        end_s += seconds;
        let amplitude = 10f64.powf(level / 20.0);
        let end = (end_s * f64::from(SAMPLE_RATE)).round() as usize;
        let tone = |n: usize| amplitude * (2.0 * PI * 1000.0 * n as f64 / f64::from(SAMPLE_RATE)).sin();
        samples.extend((samples.len()..end).map(|n| tone(n) as f32));
    }
    samples
}
