//! Pictures of the whole recording, in order.

use rushes_sdk::Series;

use crate::partial::{Frame, Partial};

/// A sampled picture and its times.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    /// When it was sampled.
    pub(crate) time_us: u64,
    /// When it was first shown.
    pub(crate) pts_us: u64,
    pub(crate) frame: Frame,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Moments {
    pub(crate) interval_us: u64,
    duration_us: u64,
    all: Vec<Moment>,
}

impl Moments {
    pub(crate) fn new(interval_us: u64, duration_us: u64) -> Self {
        Self { interval_us, duration_us, all: Vec::new() }
    }

    pub(crate) fn add(&mut self, partial: &Partial) {
        for &frame in &partial.frames {
            let time_us = frame.index.saturating_mul(self.interval_us);
            let pts_us = time_us.saturating_sub(u64::from(frame.shown_us));
            self.all.push(Moment { time_us, pts_us, frame });
        }
    }

    pub(crate) fn all(&self) -> &[Moment] {
        &self.all
    }

    /// Consecutive pictures without a gap between them.
    pub(crate) fn stretches(&self) -> impl Iterator<Item = &[Moment]> {
        self.all.chunk_by(|before, after| after.time_us == before.time_us.saturating_add(self.interval_us))
    }

    /// Until when a picture stands for what is shown, if none follows it: the next sample, or the end of the media.
    pub(crate) fn end_us(&self, moment: &Moment) -> u64 {
        moment.time_us.saturating_add(self.interval_us).min(self.duration_us.max(moment.time_us))
    }

    /// Share of the media whose pictures were seen.
    pub(crate) fn coverage(&self) -> f32 {
        let seen_us: u64 = self.all.iter().map(|moment| self.end_us(moment).saturating_sub(moment.time_us)).sum();
        if self.duration_us > 0 { (seen_us as f64 / self.duration_us as f64).min(1.0) as f32 } else { 0.0 }
    }

    /// A line over time.
    pub(crate) fn series(&self, name: &str, unit: &str, value_of: impl Fn(&Moment) -> f64) -> Series {
        let times = self.all.iter().map(|moment| moment.time_us).collect();
        let values = self.all.iter().map(|moment| value_of(moment) as f32).collect();
        match (self.stretches().count(), self.all.first()) {
            (1, Some(first)) => Series::regular(name, unit, first.time_us, self.interval_us, values),
            _ => Series::at(name, unit, times, values),
        }
    }
}
