//! From measurements to a report.

mod clipped;
mod programme;
mod quiet;
mod timeline;
mod totals;

use rushes_sdk::{Error, MergeSetup, Merger, NoParams, Report, Result, Series, Span, Timing};

use self::programme::Programme;
use self::quiet::Quiet;
use self::timeline::Timeline;
use self::totals::Whole;
use crate::params::MergeParams;
use crate::partial::{ClippedSlot, Partial, Second, Totals};
use crate::session::{self, Loudness};
use crate::summary::{Method, Summary, Targets};

/// Makes the report: every threshold and every state that spans time is here.
#[derive(Debug)]
pub struct Merge {
    params: MergeParams,
    sample_rate: u32,
    duration_us: u64,
    /// When the sound begins; partials count from there.
    origin_us: u64,
    timeline: Timeline,
    seconds: Vec<Second>,
    clipped: Vec<ClippedSlot>,
    totals: Totals,
}

impl Merger<Loudness> for Merge {
    type Params = MergeParams;
    type Summary = Summary;

    fn new(_: NoParams, params: MergeParams, setup: &MergeSetup) -> Result<Self> {
        let sample_rate = setup.audio.as_ref().map_or(0, |format| format.sample_rate);
        Ok(Self {
            params,
            sample_rate,
            duration_us: setup.duration_us,
            origin_us: session::origin(&setup.media).saturating_mul(1_000_000) / u64::from(sample_rate.max(1)),
            timeline: Timeline::default(),
            seconds: Vec::new(),
            clipped: Vec::new(),
            totals: Totals::default(),
        })
    }

    fn add(&mut self, _: Span, partial: Partial) -> Result<()> {
        for stretch in &partial.stretches {
            self.timeline.add(stretch).ok_or_else(|| {
                Error::bad_input(format!("slot {} is more than {} days away", stretch.first_slot, timeline::MAX_DAYS))
            })?;
        }
        for second in partial.seconds {
            self.add_second(second);
        }
        self.clipped.extend(partial.clipped);
        self.totals.add(&partial.totals);
        Ok(())
    }

    fn finish(self) -> Result<Report<Summary>> {
        let programme = Programme::new(&self.timeline);
        let quiet = Quiet::new(&self.timeline, &self.params);
        let whole = Whole::new(&self.totals, self.sample_rate);
        let summary = self.summary(&programme, &quiet, &whole);

        let mut report = Report::new(summary, whole.coverage(self.duration_us));
        report.series.push(self.timeline.momentary_series());
        report.series.push(programme.short_term_series());
        report.series.push(self.peak_series());
        report.events.extend(quiet.events());
        report.events.extend(clipped::events(&self.clipped, self.sample_rate, self.params.clipping_gap_ms));
        report.events.sort_by(|a, b| (a.start_us, a.end_us, &a.kind).cmp(&(b.start_us, b.end_us, &b.kind)));
        self.explain(&mut report);
        delay(&mut report, self.origin_us);
        Ok(report)
    }
}

/// Moves everything from the sound's time to the recording's.
fn delay(report: &mut Report<Summary>, by_us: u64) {
    for event in &mut report.events {
        event.start_us = event.start_us.saturating_add(by_us);
        event.end_us = event.end_us.saturating_add(by_us);
    }
    for series in &mut report.series {
        if let Timing::Regular { start_us, .. } = &mut series.timing {
            *start_us = start_us.saturating_add(by_us);
        }
    }
}

impl Merge {
    /// Two segments may hold a second that was cut.
    fn add_second(&mut self, second: Second) {
        match self.seconds.last_mut().filter(|last| last.index == second.index) {
            Some(last) => {
                last.sample_peak = last.sample_peak.max(second.sample_peak);
                last.true_peak = last.true_peak.max(second.true_peak);
            }
            None => self.seconds.push(second),
        }
    }

    fn summary(&self, programme: &Programme, quiet: &Quiet, whole: &Whole) -> Summary {
        let integrated = programme.integrated();
        let peak = |of: fn(&Second) -> f32| self.seconds.iter().map(of).fold(0.0, f32::max);
        Summary {
            integrated_lufs: integrated.map(hundredths),
            lra_lu: programme.range().map(hundredths),
            max_momentary_lufs: self.timeline.max_momentary().map(hundredths),
            max_short_term_lufs: programme.max_short_term().map(hundredths),
            true_peak_dbtp: decibels(peak(|second| second.true_peak)),
            sample_peak_dbfs: decibels(peak(|second| second.sample_peak)),
            rms_dbfs: whole.rms_dbfs().map(hundredths),
            dc_offset: whole.dc_offset(),
            clipped_samples: self.clipped.iter().map(|slot| u64::from(slot.samples)).sum(),
            clipping_runs: self.clipped.iter().map(|slot| u64::from(slot.runs)).sum(),
            noise_floor_dbfs: quiet.noise_floor_dbfs,
            snr_db: quiet.snr_db.map(hundredths),
            silence_seconds: quiet.silence_seconds(),
            silence_ratio: quiet.silence_ratio(),
            channel_balance_db: whole.balance_db().map(hundredths),
            phase_correlation: whole.correlation(),
            channels_identical: whole.identical(),
            silent_channels: whole.silent_channels(),
            bandwidth_hz: whole.bandwidth_hz(),
            targets: Targets {
                r128_target: self.params.target_lufs,
                delta_lu: integrated.map(|lufs| hundredths(lufs - self.params.target_lufs)),
            },
            method: method(&self.params),
        }
    }

    fn peak_series(&self) -> Series {
        let start = self.seconds.first().map_or(0, |second| second.index);
        let length = self.seconds.last().map_or(0, |last| last.index - start + 1);
        let mut values = vec![f32::NAN; usize::try_from(length).unwrap_or(0)];
        for second in &self.seconds {
            let place = usize::try_from(second.index - start).ok().and_then(|index| values.get_mut(index));
            if let (Some(value), Some(peak)) = (place, decibels(second.true_peak)) {
                *value = peak as f32;
            }
        }
        Series::regular("peak", "dBTP", start.saturating_mul(1_000_000), 1_000_000, values)
    }

    /// Says why figures are missing.
    fn explain(&self, report: &mut Report<Summary>) {
        report.leave_out(
            "snr_wada_db",
            "blind estimation of the signal-to-noise ratio isn't implemented; snr_db compares levels",
        );
        report.leave_out(
            "clipping_below_full_scale",
            "tops cut off by a limiter below full scale can't be told from loud sound",
        );
        if report.summary.integrated_lufs.is_none() {
            report.leave_out("integrated_lufs", "no 400 ms in a row are above -70 LUFS: silence has no loudness");
        }
        if report.summary.lra_lu.is_none() {
            report.leave_out("lra_lu", "no 3 s in a row are above -70 LUFS");
        }
        if report.summary.snr_db.is_none() {
            report.leave_out("snr_db", "the level is steady: loud and quiet moments can't be told apart");
        }
        if self.totals.channels.len() != 2 {
            report.leave_out("channel_balance_db, phase_correlation, channels_identical", "only with two channels");
        } else if report.summary.phase_correlation.is_none() {
            report.leave_out("channel_balance_db, phase_correlation", "a channel is silent");
        }
    }
}

fn method(params: &MergeParams) -> Method {
    Method {
        loudness: "ITU-R BS.1770-5, EBU Tech 3341",
        range: "EBU Tech 3342",
        true_peak: "ITU-R BS.1770-5 Annex 2, 4x",
        clipping: "3 samples in a row or more at 0.999 of full scale",
        noise_floor: "10th percentile of the level in 20 ms, without digital silence",
        snr: "mean power of 20 ms more than 6 dB above the noise floor, less the floor's, over the floor's",
        silence: format!(
            "below {} dBFS and at most {} dB above the noise floor for {} ms",
            params.silence_below_dbfs, params.silence_margin_db, params.silence_min_ms
        ),
        bandwidth: "95 % of the energy of the differentiated signal",
    }
}

fn hundredths(value: f64) -> f64 {
    (value * 100.0).round() / 100.0
}

/// Of an amplitude; none for 0.
fn decibels(amplitude: f32) -> Option<f64> {
    (amplitude > 0.0).then(|| hundredths(rushes_signal::level::amplitude_db(f64::from(amplitude))))
}
