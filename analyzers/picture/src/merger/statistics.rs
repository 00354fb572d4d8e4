//! Means over the recording.

use rushes_signal::level::percentile;

use super::cuts::Cut;
use super::moments::{Moment, Moments};
use super::spans::Found;
use super::{BLACK_SHARE, is_blurry};
use crate::code::{PER_LEVEL, PER_ONE, decode};
use crate::measure::SI_PER_LEVEL;
use crate::params::MergeParams;
use crate::partial::Change;
use crate::summary::{Letterbox, Method, Spans, Summary};

/// Share of pictures that may have smaller bars than the letterbox: a subtitle, a flash.
const BARS_SHARE: f64 = 0.05;

pub(crate) fn summary(
    moments: &Moments,
    params: &MergeParams,
    black: &[Found],
    freezes: &[Found],
    cuts: &[Cut],
) -> Summary {
    let all = moments.all();
    let levels = |of: fn(&Moment) -> u16, per_one: f64, places: i32| {
        rounded(mean(all.iter().map(|moment| decode(of(moment), per_one))), places)
    };
    let changes = |of: fn(&Change) -> u16| {
        let known = all.iter().filter_map(|moment| moment.frame.change.as_ref());
        rounded(mean(known.map(|change| decode(of(change), PER_LEVEL))), 2)
    };
    let mut sharpness: Vec<f32> =
        all.iter().map(|moment| moment.frame.sharpness).filter(|&value| value >= 0.0).collect();
    sharpness.sort_by(f32::total_cmp);
    let blurry = all.iter().filter(|moment| is_blurry(moment, params)).count();
    Summary {
        frames_analysed: all.len() as u64,
        interval_s: moments.interval_us as f64 / 1e6,
        luma_mean: levels(|moment| moment.frame.luma, PER_LEVEL, 2),
        luma_p1: levels(|moment| u16::from(moment.frame.p1), 1.0, 1),
        luma_p99: levels(|moment| u16::from(moment.frame.p99), 1.0, 1),
        underexposed_ratio: levels(|moment| moment.frame.underexposed, PER_ONE, 4),
        overexposed_ratio: levels(|moment| moment.frame.overexposed, PER_ONE, 4),
        contrast_rms: levels(|moment| moment.frame.contrast, PER_LEVEL * 255.0, 4),
        sharpness: rounded(percentile(&sharpness, 0.5).map(f64::from), 5),
        blurry_ratio: rounded((!sharpness.is_empty()).then(|| blurry as f64 / sharpness.len() as f64), 4),
        si_mean: levels(|moment| moment.frame.si, SI_PER_LEVEL, 2),
        ti_mean: changes(|change| change.ti),
        motion_mean: changes(|change| change.motion),
        freezes: total(freezes),
        black: total(black),
        cuts: cuts.len() as u64,
        shots_per_min: shots_per_min(moments, cuts),
        letterbox: letterbox(all),
        method: method(moments, params),
    }
}

fn method(moments: &Moments, params: &MergeParams) -> Method {
    let interval_ms = moments.interval_us / 1000;
    Method {
        exposure: "luma, limited range stretched to 0..255",
        sharpness: format!("variance of the Laplacian over variance of luma; blurry below {}", params.blurry_below),
        motion: "ITU-T P.910 and mean absolute difference, 8-bit luma as coded",
        freezes: format!(
            "mean absolute difference below {} of full scale for {} ms",
            params.freeze_below, params.freeze_min_ms
        ),
        black: format!("{BLACK_SHARE} of the pixels below 0.1 of white for {} ms", params.black_min_ms),
        cuts: format!(
            "change of luma by {} levels and {} times that of the pictures around, every {interval_ms} ms",
            params.cut_min, params.cut_ratio
        ),
    }
}

fn total(spans: &[Found]) -> Spans {
    let us: u64 = spans.iter().map(|span| span.end_us.saturating_sub(span.start_us)).sum();
    Spans { count: spans.len() as u64, seconds: us as f64 / 1e6 }
}

fn shots_per_min(moments: &Moments, cuts: &[Cut]) -> Option<f64> {
    let (first, last) = (moments.all().first()?, moments.all().last()?);
    let minutes = moments.end_us(last).saturating_sub(first.pts_us) as f64 / 60e6;
    rounded((minutes > 0.0).then(|| (cuts.len() + 1) as f64 / minutes), 2)
}

/// Bars that nearly all pictures have; those of a black picture can't be told.
fn letterbox(all: &[Moment]) -> Option<Letterbox> {
    let side = |side: fn(&[u16; 4]) -> u16| {
        let mut sizes: Vec<u16> = all.iter().filter_map(|moment| moment.frame.bars.as_ref()).map(side).collect();
        sizes.sort_unstable();
        percentile(&sizes, BARS_SHARE)
    };
    Some(Letterbox {
        top: side(|bars| bars[0])?,
        bottom: side(|bars| bars[1])?,
        left: side(|bars| bars[2])?,
        right: side(|bars| bars[3])?,
    })
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0u64), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / count as f64)
}

fn rounded(value: Option<f64>, places: i32) -> Option<f64> {
    let scale = 10f64.powi(places);
    value.map(|value| (value * scale).round() / scale)
}
