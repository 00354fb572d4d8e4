//! The quiet moments: noise floor, silence, dropouts.

use std::ops::Range;

use rushes_sdk::Event;
use rushes_signal::level::{db_power, percentile, power_db};
use serde_json::json;

use super::timeline::Timeline;
use crate::code::level;
use crate::params::MergeParams;

/// Length of a level in ms.
const LEVEL_MS: u32 = 20;
/// Share of levels at or below the noise floor.
const FLOOR_SHARE: f64 = 0.10;
/// From this far above the floor a moment counts as signal, in dB.
const SIGNAL_MARGIN_DB: f64 = 6.0;
/// Signal must fill at least this share of the time, else the level is steady.
const SIGNAL_SHARE: f64 = 0.05;
/// A dropout lies between moments louder than this, in dBFS.
const LOUD_DBFS: f64 = -40.0;

/// What the levels tell.
pub(crate) struct Quiet<'a> {
    timeline: &'a Timeline,
    pub(crate) noise_floor_dbfs: Option<f64>,
    pub(crate) snr_db: Option<f64>,
    /// Levels below the silence threshold, in dBFS.
    threshold_dbfs: f64,
    silences: Vec<Range<usize>>,
    dropouts: Vec<Range<usize>>,
}

impl<'a> Quiet<'a> {
    pub(crate) fn new(timeline: &'a Timeline, params: &MergeParams) -> Self {
        let mut audible: Vec<u8> =
            timeline.levels.iter().copied().filter(|&code| code > level::DIGITAL_SILENCE).collect();
        audible.sort_unstable();
        let noise_floor_dbfs = percentile(&audible, FLOOR_SHARE).and_then(level::decode);
        let above = noise_floor_dbfs.map_or(f64::INFINITY, |floor| floor + params.silence_margin_db);
        let threshold_dbfs = above.min(params.silence_below_dbfs);
        let is_silent = |code: u8| level::decode(code).is_some_and(|dbfs| dbfs < threshold_dbfs);
        let silences = runs(&timeline.levels, is_silent, params.silence_min_ms.div_ceil(LEVEL_MS) as usize);
        Self {
            timeline,
            noise_floor_dbfs,
            snr_db: noise_floor_dbfs.and_then(|floor| snr_db(&audible, floor)),
            threshold_dbfs,
            silences,
            dropouts: dropouts(&timeline.levels, (params.dropout_max_ms / LEVEL_MS) as usize),
        }
    }

    pub(crate) fn silence_seconds(&self) -> f64 {
        let levels: usize = self.silences.iter().map(Range::len).sum();
        (levels as u64 * u64::from(LEVEL_MS)) as f64 / 1000.0
    }

    /// Of what is known, 0..1, to four places.
    pub(crate) fn silence_ratio(&self) -> f64 {
        let known = self.timeline.levels.iter().filter(|&&code| code != level::UNKNOWN).count();
        let levels: usize = self.silences.iter().map(Range::len).sum();
        (levels as f64 / known.max(1) as f64 * 10_000.0).round() / 10_000.0
    }

    pub(crate) fn events(&self) -> impl Iterator<Item = Event> {
        let event = |levels: &Range<usize>, kind: &str, label: &str| {
            let (start_us, end_us) = (self.timeline.level_us(levels.start), self.timeline.level_us(levels.end));
            Event::new(start_us, end_us, kind, label)
        };
        let below = json!({ "below_dbfs": self.threshold_dbfs });
        let silences =
            self.silences.iter().map(move |levels| event(levels, "silence", "silence").with_detail(below.clone()));
        let dropouts =
            self.dropouts.iter().map(move |levels| event(levels, "dropout", "digital silence in the middle of sound"));
        silences.chain(dropouts)
    }
}

/// Mean power of the moments above the floor, less the floor's, over the floor's.
fn snr_db(audible: &[u8], floor_dbfs: f64) -> Option<f64> {
    let powers: Vec<f64> = audible
        .iter()
        .filter_map(|&code| level::decode(code))
        .filter(|&dbfs| dbfs > floor_dbfs + SIGNAL_MARGIN_DB)
        .map(db_power)
        .collect();
    let is_enough = powers.len() as f64 >= audible.len() as f64 * SIGNAL_SHARE && !powers.is_empty();
    let (noise, mean) = (db_power(floor_dbfs), powers.iter().sum::<f64>() / powers.len() as f64);
    is_enough.then(|| power_db((mean - noise) / noise))
}

/// Runs of at least so many levels of a kind.
fn runs(levels: &[u8], is_kind: impl Fn(u8) -> bool, least: usize) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut start = 0;
    for part in levels.chunk_by(|&a, &b| is_kind(a) == is_kind(b)) {
        let end = start + part.len();
        if part.len() >= least && part.first().is_some_and(|&code| is_kind(code)) {
            found.push(start..end);
        }
        start = end;
    }
    found
}

/// Short runs of digital silence that loud moments enclose.
fn dropouts(levels: &[u8], most: usize) -> Vec<Range<usize>> {
    let is_loud = |index: Option<usize>| {
        let code = index.and_then(|index| levels.get(index)).copied();
        code.and_then(level::decode).is_some_and(|dbfs| dbfs > LOUD_DBFS)
    };
    let mut found = runs(levels, |code| code == level::DIGITAL_SILENCE, 1);
    // The levels next to it hold part of the hole; those beyond tell how loud it was.
    found.retain(|run| run.len() <= most && is_loud(run.start.checked_sub(2)) && is_loud(Some(run.end + 1)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(dbfs: &[f64]) -> Vec<u8> {
        dbfs.iter().map(|&db| level::encode(db_power(db))).collect()
    }

    #[test]
    fn a_steady_level_has_no_signal_to_noise_ratio() {
        assert_eq!(snr_db(&codes(&[-20.0; 100]), -20.0), None);
    }

    #[test]
    fn the_signal_to_noise_ratio_is_that_of_loud_against_quiet() {
        let mut levels = codes(&[-60.0; 50]);
        levels.extend(codes(&[-20.0; 50]));
        assert!((snr_db(&levels, -60.0).unwrap() - 40.0).abs() < 0.01);
    }

    #[test]
    fn a_hole_between_loud_moments_is_a_dropout_and_one_in_silence_is_not() {
        let loud = codes(&[-20.0; 4]);
        let quiet = codes(&[-70.0; 4]);
        let hole = [level::DIGITAL_SILENCE; 3];
        assert_eq!(dropouts(&[&loud[..], &hole, &loud].concat(), 20).first(), Some(&(4..7)));
        assert!(dropouts(&[&loud[..], &hole, &quiet].concat(), 20).is_empty());
        assert!(dropouts(&[&loud[..], &hole, &loud].concat(), 2).is_empty());
    }

    #[test]
    fn unknown_levels_end_a_run() {
        let levels = [1, 1, 0, 1, 1, 1];
        assert_eq!(runs(&levels, |code| code == 1, 2), [0..2, 3..6]);
        assert_eq!(runs(&levels, |code| code == 1, 3).first(), Some(&(3..6)));
    }
}
