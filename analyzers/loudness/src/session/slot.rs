//! 100 ms of sound, and the 400 ms before its end.

use std::collections::VecDeque;

use rushes_signal::Spectrum;

use super::hop::Hop;
use crate::code::{level, momentary};

/// Hops in a slot.
pub(crate) const HOPS: u64 = 10;
/// Hops in the window of momentary loudness.
const WINDOW: usize = 40;
/// Hops in a level.
const HOPS_PER_LEVEL: usize = 2;
/// Longest transform: 43 ms at 48 kHz.
const MAX_TRANSFORM: usize = 2048;
/// The spectrum is taken of each fourth slot: the long-term one needs no more.
const SPECTRUM_EVERY: u64 = 4;

/// A slot, so far.
#[derive(Debug)]
pub(crate) struct Slot {
    pub(crate) index: u64,
    /// Each hop's frames, sum of squares over all channels, and whether it is complete.
    hops: [(u64, f64, bool); HOPS as usize],
    energy: f64,
    /// The greatest momentary loudness that ends here, as a mean square.
    momentary: Option<f64>,
    /// The last complete hops: frames and energy.
    window: VecDeque<(u64, f64)>,
    /// The mean of the channels.
    mono: Vec<f32>,
    spectrum: Option<Spectrum>,
}

/// What is kept of a slot.
pub(crate) struct Measured {
    pub(crate) energy: f32,
    pub(crate) momentary: u16,
    pub(crate) levels: [u8; HOPS as usize / HOPS_PER_LEVEL],
}

impl Slot {
    pub(crate) fn new(sample_rate: u32) -> Self {
        // The greatest power of two that a slot holds.
        let length = 1 << (sample_rate / 10).max(8).ilog2();
        Self {
            index: 0,
            hops: Default::default(),
            energy: 0.0,
            momentary: None,
            window: VecDeque::with_capacity(WINDOW + 1),
            mono: Vec::with_capacity(MAX_TRANSFORM),
            spectrum: Spectrum::new(MAX_TRANSFORM.min(length)),
        }
    }

    /// Begins another slot; the window goes on.
    pub(crate) fn begin(&mut self, index: u64) {
        self.index = index;
        self.hops = Default::default();
        self.energy = 0.0;
        self.momentary = None;
        self.mono.clear();
    }

    /// Ends the window: a gap follows.
    pub(crate) fn forget(&mut self) {
        self.window.clear();
    }

    /// Hears a piece of a hop.
    pub(crate) fn listen(&mut self, interleaved: &[f32], channels: usize) {
        let Some(spectrum) = self.spectrum.as_ref().filter(|_| self.has_spectrum()) else { return };
        let room = spectrum.length() - self.mono.len().min(spectrum.length());
        let scale = 1.0 / channels as f32;
        self.mono.extend(interleaved.chunks_exact(channels).take(room).map(|frame| frame.iter().sum::<f32>() * scale));
    }

    /// Adds a hop that has ended.
    pub(crate) fn add(&mut self, hop: &Hop) {
        let is_complete = hop.is_complete();
        if let Some(place) = self.hops.get_mut((hop.index % HOPS) as usize) {
            *place = (hop.frames, hop.squares(), is_complete);
        }
        self.energy += hop.energy;
        if !is_complete {
            self.window.clear();
            return;
        }
        self.window.push_back((hop.frames, hop.energy));
        if self.window.len() > WINDOW {
            self.window.pop_front();
        }
        if self.window.len() == WINDOW {
            let (frames, energy) =
                self.window.iter().fold((0, 0.0), |(frames, energy), hop| (frames + hop.0, energy + hop.1));
            let mean = energy / frames as f64;
            self.momentary = Some(self.momentary.map_or(mean, |greatest| greatest.max(mean)));
        }
    }

    pub(crate) fn has_frames(&self) -> bool {
        self.hops.iter().any(|hop| hop.0 > 0)
    }

    fn is_complete(&self) -> bool {
        self.hops.iter().all(|hop| hop.2)
    }

    fn has_spectrum(&self) -> bool {
        self.index.is_multiple_of(SPECTRUM_EVERY)
    }

    /// The power in each bin, of a complete slot whose spectrum is taken.
    pub(crate) fn spectrum(&mut self) -> Option<&[f32]> {
        if !self.is_complete() || !self.has_spectrum() {
            return None;
        }
        self.spectrum.as_mut().map(|spectrum| spectrum.power(&self.mono))
    }

    pub(crate) fn measured(&self, channels: usize) -> Measured {
        let frames: u64 = self.hops.iter().map(|hop| hop.0).sum();
        // Samples are finite, but a file of floats may hold any.
        let energy = (self.energy / frames as f64).min(f64::from(f32::MAX)) as f32;
        let mut levels = [level::UNKNOWN; HOPS as usize / HOPS_PER_LEVEL];
        for (code, hops) in levels.iter_mut().zip(self.hops.chunks_exact(HOPS_PER_LEVEL)) {
            if hops.iter().all(|hop| hop.2) {
                let frames: u64 = hops.iter().map(|hop| hop.0).sum();
                let squares: f64 = hops.iter().map(|hop| hop.1).sum();
                *code = level::encode(squares / (frames * channels as u64) as f64);
            }
        }
        Measured {
            energy: if self.is_complete() { energy } else { -1.0 },
            momentary: self.momentary.map_or(momentary::UNKNOWN, momentary::encode),
            levels,
        }
    }
}
