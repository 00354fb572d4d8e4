//! The audio lane: packets through the decoder, and from there to each want in its rate and its blocks.

use std::collections::VecDeque;

use bytes::Bytes;
use rushes_decode::{AudioDecoder, Decoders, Mono, Resampler};
use rushes_model::Span;
use rushes_model::stop::Stop;

use super::blocks::{Blocks, Grid};
use super::gaps::Gaps;
use super::placed::{AudioPlan, Placed};
use super::{AudioWant, Fed, Sink, Wants};
use crate::error::Error;

/// Decodes one segment's audio.
pub(super) struct Lane<'a> {
    plan: &'a AudioPlan<'a>,
    decoder: Box<dyn AudioDecoder>,
    outputs: Vec<Output>,
    /// As many packets as pre-roll needs, with their samples, for a decoder that is made anew on the way.
    recent: VecDeque<(i64, Bytes)>,
    samples: Vec<f32>,
    /// The packet after a damaged one overlaps with it.
    is_tainted: bool,
    segment: Span,
}

impl<'a> Lane<'a> {
    pub(super) fn open(plan: &'a AudioPlan<'a>, wants: &Wants, decoders: &dyn Decoders) -> Result<Self, Error> {
        let outputs =
            wants.audio.iter().enumerate().map(|(place, want)| Output::new(place, want, plan, wants)).collect();
        Ok(Self {
            plan,
            decoder: decoders.audio(plan.config)?,
            outputs,
            recent: VecDeque::new(),
            samples: Vec::new(),
            is_tainted: false,
            segment: wants.segment.span,
        })
    }

    /// Takes the next packet of the plan.
    pub(super) fn packet(
        &mut self,
        index: usize,
        packet: &Bytes,
        sink: &mut dyn Sink,
        gaps: &mut Gaps<'_>,
        fed: &mut Fed,
    ) -> Result<(), Error> {
        let Some(placed) = self.plan.get(index).copied() else { return Ok(()) };
        self.restart_at(index);
        self.samples.clear();
        let outcome = self.decoder.decode(packet, &mut self.samples);
        self.remember(&placed, packet);
        fed.samples_decoded += (self.samples.len() / self.channels()) as u64;
        let heard = index >= self.plan.first;
        match outcome {
            Err(error) if !error.is_damage() => return Err(error.into()),
            Err(error) => {
                if matches!(error, rushes_decode::Error::Panicked { .. }) {
                    self.decoder.restart();
                }
                self.is_tainted = true;
                if heard {
                    self.lost(&placed, placed.samples, gaps);
                }
            }
            Ok(()) if !heard => self.is_tainted = false,
            Ok(()) if std::mem::take(&mut self.is_tainted) && self.plan.shape.has_memory() => {
                self.lost(&placed, placed.samples, gaps);
            }
            Ok(()) => self.deliver(&placed, sink, gaps)?,
        }
        sink.progress(self.plan.time(placed.at));
        Ok(())
    }

    /// Ends all blocks.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink, gaps: &mut Gaps<'_>) -> Result<(), Error> {
        for output in &mut self.outputs {
            output.finish(sink)?;
        }
        self.plan.name_holes(self.segment, gaps);
        Ok(())
    }

    fn channels(&self) -> usize {
        self.plan.shape.format.channels.len().max(1)
    }

    /// At each multiple of the codec's period the decoder is made anew and warmed up again, so that a packet's output is the
    /// same wherever decoding began.
    fn restart_at(&mut self, index: usize) {
        let shape = &self.plan.shape;
        let due = shape.restart_packets.is_some_and(|packets| index.is_multiple_of(packets.max(1) as usize));
        if !due || index <= self.plan.first {
            return;
        }
        self.decoder.restart();
        for (_, packet) in &self.recent {
            self.samples.clear();
            // Its own damage was named when it came.
            let _ = self.decoder.decode(packet, &mut self.samples);
        }
    }

    fn remember(&mut self, placed: &Placed, packet: &Bytes) {
        let shape = &self.plan.shape;
        if shape.restart_packets.is_none() {
            return;
        }
        self.recent.push_back((placed.samples, packet.clone()));
        let is_spare = |recent: &VecDeque<(i64, Bytes)>| {
            let samples: i64 = recent.iter().skip(1).map(|(samples, _)| samples).sum();
            recent.len() > shape.preroll_packets as usize && samples >= i64::from(shape.preroll_samples)
        };
        while is_spare(&self.recent) {
            self.recent.pop_front();
        }
    }

    fn lost(&self, placed: &Placed, samples: i64, gaps: &mut Gaps<'_>) {
        let presented = &self.plan.presented;
        let start = placed.at.clamp(presented.start, presented.end);
        let end = placed.at.saturating_add(samples).clamp(presented.start, presented.end);
        gaps.damaged("audio", Span::new(self.plan.time(start), self.plan.time(end)));
    }

    /// Hands on the samples that are presented and finite.
    fn deliver(&mut self, placed: &Placed, sink: &mut dyn Sink, gaps: &mut Gaps<'_>) -> Result<(), Stop> {
        let channels = self.channels();
        let count = i64::try_from(self.samples.len() / channels).unwrap_or(i64::MAX);
        let end = placed.at.saturating_add(count);
        let end = if placed.back > 0 { end.min(placed.end()) } else { end };
        let start = placed.at.saturating_add(placed.front);
        let presented = start.max(self.plan.presented.start)..end.min(self.plan.presented.end);
        let from = usize::try_from(presented.start - placed.at).unwrap_or(0).saturating_mul(channels);
        let to = usize::try_from(presented.end - placed.at).unwrap_or(0).saturating_mul(channels);
        let Some(samples) = self.samples.get(from..to) else { return Ok(()) };
        let mut at = u64::try_from(presented.start).unwrap_or(0);
        for run in runs(samples, channels) {
            let length = (run.len() / channels) as u64;
            if run.iter().all(|sample| sample.is_finite()) {
                for output in &mut self.outputs {
                    output.push(at, run, sink)?;
                }
            } else {
                let end = i64::try_from(at + length).unwrap_or(i64::MAX);
                let start = i64::try_from(at).unwrap_or(i64::MAX);
                gaps.damaged("audio", Span::new(self.plan.time(start), self.plan.time(end)));
            }
            at += length;
        }
        Ok(())
    }
}

/// Cuts interleaved samples into runs that are all finite, or all not.
fn runs(samples: &[f32], channels: usize) -> impl Iterator<Item = &[f32]> {
    let finite = |frame: &[f32]| frame.iter().all(|sample| sample.is_finite());
    let all_finite = finite(samples);
    let mut rest = samples;
    std::iter::from_fn(move || {
        let first = finite(rest.get(..channels)?);
        let length = match all_finite {
            true => rest.len() / channels,
            false => rest.chunks_exact(channels).take_while(|frame| finite(frame) == first).count(),
        };
        let (run, after) = rest.split_at_checked(length * channels)?;
        rest = after;
        Some(run)
    })
}

/// The way to one want.
struct Output {
    mono: Option<Mono>,
    resampler: Option<Resampler>,
    blocks: Blocks,
    /// Number of the sample that goes on without a jump.
    expected: Option<u64>,
    mixed: Vec<f32>,
    resampled: Vec<f32>,
}

impl Output {
    fn new(place: usize, want: &AudioWant, plan: &AudioPlan<'_>, wants: &Wants) -> Self {
        let (own, from) = (&plan.shape.format, plan.shape.format.sample_rate);
        let rate = want.request.sample_rate.map_or(from, |rate| rate.get());
        let mono = (want.request.mono && own.channels.len() > 1).then(|| Mono::new(own));
        let channels = if want.request.mono { 1 } else { own.channels.len() };
        let grid = Grid::new(rate, want.request.block_ms);
        let wanted = grid.samples(want, wants);
        Self {
            mono,
            resampler: (rate != from).then(|| Resampler::new(from, rate, channels)),
            blocks: Blocks::new(place, grid, channels, wanted, wants.segment.span.start),
            expected: None,
            mixed: Vec::new(),
            resampled: Vec::new(),
        }
    }

    fn push(&mut self, at: u64, interleaved: &[f32], sink: &mut dyn Sink) -> Result<(), Stop> {
        let samples = match &self.mono {
            Some(mono) => {
                self.mixed.clear();
                mono.mix(interleaved, &mut self.mixed);
                self.mixed.as_slice()
            }
            None => interleaved,
        };
        let count = (samples.len() / self.blocks.channels()) as u64;
        let jumped = self.expected.replace(at + count) != Some(at);
        let Some(resampler) = &mut self.resampler else {
            return self.blocks.push(at, samples, sink);
        };
        if jumped {
            finish_run(resampler, &mut self.resampled, &mut self.blocks, sink)?;
            resampler.begin(at);
        }
        let first = resampler.next_output();
        self.resampled.clear();
        resampler.push(samples, &mut self.resampled);
        self.blocks.push(first, &self.resampled, sink)
    }

    fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        if let Some(resampler) = &mut self.resampler {
            finish_run(resampler, &mut self.resampled, &mut self.blocks, sink)?;
        }
        self.blocks.flush(sink)
    }
}

/// Delivers what a run still holds.
fn finish_run(
    resampler: &mut Resampler,
    resampled: &mut Vec<f32>,
    blocks: &mut Blocks,
    sink: &mut dyn Sink,
) -> Result<(), Stop> {
    let first = resampler.next_output();
    resampled.clear();
    resampler.finish(resampled);
    blocks.push(first, resampled, sink)
}
