//! A session: samples in, measurements out.

mod hop;
mod slot;
mod totals;

use std::num::NonZeroU32;

use rushes_sdk::serde_json::Value;
use rushes_sdk::{Analyzer, AudioBlock, AudioFormat, Descriptor, Error, NoParams, Outcome, Result, Setup};
use rushes_signal::{Clipping, KWeighting, Peaks, SampleGrid, Sums, TruePeak, channel_weights};

use self::hop::Hop;
use self::slot::{HOPS, Slot};
use self::totals::Adding;
use crate::merger::Merge;
use crate::partial::{ClippedSlot, Partial, Second, Stretch};

/// The greatest rate: beyond what any recorder does, and small enough for the buffers of a slot.
const MAX_SAMPLE_RATE: u32 = 768_000;
/// Hops in a second.
const HOPS_PER_SECOND: u64 = 100;

/// Measures the sound of a segment, in hops of 10 ms that make slots of 100 ms.
#[derive(Debug)]
pub struct Loudness {
    channels: usize,
    sample_rate: u64,
    grid: SampleGrid,
    /// Where the sound begins; everything here is counted from there. Where blocks of 400 ms lie changes the loudness of
    /// a short recording by tenths, so they begin with the sound as in other meters, not with the picture.
    origin: u64,
    weighting: KWeighting,
    true_peak: TruePeak,
    clipping: Clipping,
    sums: Sums,
    hop: Hop,
    slot: Slot,
    totals: Adding,
    /// The sample that comes next, counted from media time 0; none before the first block.
    next_sample: Option<u64>,
    end_us: Option<u64>,
    is_lead_in: bool,
    partial: Partial,
}

impl Analyzer for Loudness {
    type Params = NoParams;
    type Partial = Partial;
    type Merger = Merge;

    fn describe(_: &NoParams) -> Descriptor {
        crate::describe::descriptor()
    }

    fn new(_: NoParams, setup: &Setup) -> Result<Self> {
        let format = setup.audio.as_ref().ok_or_else(|| Error::bad_input("there is no audio"))?;
        Self::open(format, origin(&setup.media), setup.end_us)
    }

    fn push_audio(&mut self, block: AudioBlock) -> Result<()> {
        if !block.samples.len().is_multiple_of(self.channels) {
            let (samples, channels) = (block.samples.len(), self.channels);
            return Err(Error::bad_input(format!("a block of {samples} samples doesn't hold {channels} channels")));
        }
        let first_sample = block.first_sample.saturating_sub(self.origin);
        if self.next_sample != Some(first_sample) {
            self.jump(first_sample);
        }
        self.is_lead_in = block.lead_in;
        self.measure(&block.samples, first_sample);
        Ok(())
    }

    fn finish(mut self, is_last: bool) -> Result<Outcome<Partial>> {
        // What is incomplete here belongs to the next segment, unless the sound ends before this one does.
        let ends_early = match (self.next_sample, self.end_us) {
            (Some(next), Some(end_us)) => self.time_of(next.saturating_add(self.origin)) < end_us,
            _ => false,
        };
        if is_last || ends_early {
            self.flush();
        }
        self.partial.totals = self.totals.into_totals();
        Ok(Outcome::new(self.partial))
    }
}

impl Loudness {
    fn open(format: &AudioFormat, origin: u64, end_us: Option<u64>) -> Result<Self> {
        let (rate, channels) = (format.sample_rate, format.channels.len());
        let weighting = KWeighting::new(rate, &channel_weights(&format.channels))
            .filter(|_| channels > 0 && rate <= MAX_SAMPLE_RATE)
            .ok_or_else(|| {
                let least = KWeighting::MIN_SAMPLE_RATE;
                Error::bad_input(format!(
                    "{channels} channels at {rate} Hz can't be measured; 1 or more at {least} to {MAX_SAMPLE_RATE} Hz can"
                ))
            })?;
        let step = NonZeroU32::new(10).unwrap_or(NonZeroU32::MIN);
        let grid = SampleGrid::new(NonZeroU32::new(rate).unwrap_or(NonZeroU32::MIN), step);
        Ok(Self {
            channels,
            sample_rate: u64::from(rate),
            grid,
            origin,
            weighting,
            true_peak: TruePeak::new(channels),
            clipping: Clipping::new(channels),
            sums: Sums::new(channels),
            hop: Hop::default(),
            slot: Slot::new(rate),
            totals: Adding::new(channels, rate),
            next_sample: None,
            end_us,
            is_lead_in: false,
            partial: Partial::default(),
        })
    }

    /// Ends what a gap cut off, and begins anew at a sample.
    fn jump(&mut self, first_sample: u64) {
        if self.next_sample.is_some() {
            self.flush();
            self.weighting.reset();
            self.true_peak.reset();
            self.clipping.reset();
        }
        self.hop = Hop::begin(self.grid, first_sample);
        self.slot.begin(self.hop.index / HOPS);
        self.next_sample = Some(first_sample);
    }

    /// Takes samples piece by piece, none across a hop's end.
    fn measure(&mut self, samples: &[f32], first_sample: u64) {
        let mut rest = samples;
        let mut at = first_sample;
        while !rest.is_empty() {
            let room = usize::try_from(self.hop.end.saturating_sub(at)).unwrap_or(usize::MAX);
            let frames = room.min(rest.len() / self.channels).max(1);
            let (piece, after) = rest.split_at(frames * self.channels);
            self.take(piece, at);
            rest = after;
            at += frames as u64;
            self.next_sample = Some(at);
            if at >= self.hop.end {
                self.end_hop();
            }
        }
    }

    /// Measures a piece of a hop.
    fn take(&mut self, piece: &[f32], at: u64) {
        self.sums.measure(piece);
        let energy = self.weighting.energy(piece);
        self.hop.add(piece.len() / self.channels, energy, &self.sums);
        self.slot.listen(piece, self.channels);
        let peaks = self.true_peak.push(piece, self.peak_so_far());
        if !self.clipping.skip(peaks.sample) {
            self.take_clipped(piece, at);
        }
        if !self.is_lead_in {
            self.take_peaks(peaks);
        }
    }

    fn take_clipped(&mut self, piece: &[f32], at: u64) {
        let found = self.clipping.push(piece);
        let Some((first, end)) = found.span.filter(|_| !self.is_lead_in) else { return };
        let slot = self.hop.index / HOPS;
        let offset = at.saturating_sub(self.grid.start_of(slot * HOPS)) as u32;
        if self.partial.clipped.last().is_none_or(|last| last.slot != slot) {
            self.partial.clipped.push(ClippedSlot { slot, first: offset + first as u32, ..ClippedSlot::default() });
        }
        if let Some(last) = self.partial.clipped.last_mut() {
            last.samples += found.samples;
            last.runs += found.runs;
            last.end = offset + end as u32;
        }
    }

    /// The true peak of the second so far; nothing is greater than what a lead-in may show.
    fn peak_so_far(&self) -> f32 {
        if self.is_lead_in {
            return f32::INFINITY;
        }
        let second = self.partial.seconds.last().filter(|last| last.index == self.hop.index / HOPS_PER_SECOND);
        second.map_or(0.0, |last| last.true_peak)
    }

    fn take_peaks(&mut self, peaks: Peaks) {
        let index = self.hop.index / HOPS_PER_SECOND;
        if self.partial.seconds.last().is_none_or(|last| last.index != index) {
            self.partial.seconds.push(Second { index, ..Second::default() });
        }
        if let Some(last) = self.partial.seconds.last_mut() {
            last.sample_peak = last.sample_peak.max(peaks.sample);
            last.true_peak = last.true_peak.max(peaks.true_peak);
        }
    }

    /// Ends a hop, complete or not, and the slot that ends with it.
    fn end_hop(&mut self) {
        let is_kept = !self.is_lead_in;
        if is_kept {
            self.totals.add(&self.hop);
        }
        self.slot.add(&self.hop);
        if (self.hop.index + 1).is_multiple_of(HOPS) {
            self.end_slot(is_kept);
        }
        self.hop = Hop::begin(self.grid, self.hop.end);
    }

    fn end_slot(&mut self, is_kept: bool) {
        if is_kept {
            if let Some(power) = self.slot.spectrum() {
                self.totals.add_spectrum(power);
            }
            self.keep_slot();
        }
        self.slot.begin(self.slot.index + 1);
    }

    fn keep_slot(&mut self) {
        let measured = self.slot.measured(self.channels);
        let next = |stretch: &Stretch| stretch.first_slot + stretch.energies.len() as u64;
        if self.partial.stretches.last().is_none_or(|last| next(last) != self.slot.index) {
            self.partial.stretches.push(Stretch { first_slot: self.slot.index, ..Stretch::default() });
        }
        if let Some(stretch) = self.partial.stretches.last_mut() {
            stretch.energies.push(measured.energy);
            stretch.momentary.push(measured.momentary);
            stretch.levels.extend(measured.levels);
        }
    }

    /// Keeps what is incomplete: after it comes a gap, or nothing.
    fn flush(&mut self) {
        if self.hop.frames > 0 {
            if !self.is_lead_in {
                self.totals.add(&self.hop);
            }
            self.slot.add(&self.hop);
        }
        if self.slot.has_frames() && !self.is_lead_in {
            self.keep_slot();
        }
        self.slot.forget();
    }

    /// Media time of a sample in microseconds.
    fn time_of(&self, sample: u64) -> u64 {
        let time = u128::from(sample) * 1_000_000 / u128::from(self.sample_rate);
        u64::try_from(time).unwrap_or(u64::MAX)
    }
}

/// Samples from media time 0 to the first that is presented.
pub(crate) fn origin(media: &Value) -> u64 {
    media["audio"]["first_sample"].as_u64().unwrap_or(0)
}
