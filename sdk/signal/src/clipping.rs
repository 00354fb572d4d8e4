//! Samples that hit full scale.

/// Counts runs of samples at full scale in each of several interleaved channels.
///
/// A run is three samples or more at 0.999 of full scale or beyond: one sample there is a peak that just fits, three in a row are a top that
/// was cut off. It counts where its third sample lies, so a run across two pushes counts once.
///
/// ```
/// use rushes_signal::Clipping;
///
/// let found = Clipping::new(1).push(&[0.2, 1.0, 1.0, 1.0, 1.0, 0.3, -1.0, -1.0]);
/// assert_eq!((found.runs, found.samples), (1, 4));
/// assert_eq!(found.span, Some((1, 5)));
/// ```
#[derive(Clone, Debug)]
pub struct Clipping {
    /// Length of the run that each channel is in.
    lengths: Vec<u32>,
}

/// Frames that are looked at together before they are looked at one by one.
const STRETCH: usize = 32;

/// What [`Clipping::push`] found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Clipped {
    /// Samples in runs, over all channels.
    pub samples: u32,
    /// Runs that became three samples long.
    pub runs: u32,
    /// Frames of what was pushed, from the first in a run to after the last.
    pub span: Option<(usize, usize)>,
}

impl Clipping {
    /// The magnitude from which a sample counts: 16-bit full scale and what lossy codecs make of it.
    pub const LEVEL: f32 = 0.999;
    /// Samples that make a run.
    pub const RUN: u32 = 3;

    /// For so many interleaved channels.
    pub fn new(channels: usize) -> Self {
        Self { lengths: vec![0; channels.max(1)] }
    }

    /// Ends all runs, as after a gap.
    pub fn reset(&mut self) {
        self.lengths.fill(0);
    }

    /// Takes interleaved frames. Cheap for those that don't come near full scale: the caller passes their greatest magnitude to
    /// [`skip`](Self::skip) instead.
    pub fn push(&mut self, interleaved: &[f32]) -> Clipped {
        let mut found = Clipped::default();
        for (turn, frames) in interleaved.chunks(STRETCH * self.lengths.len()).enumerate() {
            let is_quiet = frames.iter().fold(true, |is_quiet, sample| is_quiet & (sample.abs() < Self::LEVEL));
            if is_quiet {
                self.reset();
            } else {
                self.search(frames, turn * STRETCH, &mut found);
            }
        }
        found
    }

    /// Goes through frames one by one; the first has this index.
    fn search(&mut self, frames: &[f32], first: usize, found: &mut Clipped) {
        for (index, frame) in frames.chunks_exact(self.lengths.len()).enumerate() {
            for (length, sample) in self.lengths.iter_mut().zip(frame) {
                *length = if sample.abs() >= Self::LEVEL { length.saturating_add(1) } else { 0 };
                if *length >= Self::RUN {
                    found.take(*length == Self::RUN, first + index);
                }
            }
        }
    }

    /// Passes over frames whose greatest magnitude is known; false where it is too great for that and they must be pushed.
    pub fn skip(&mut self, peak: f32) -> bool {
        let quiet = peak < Self::LEVEL;
        if quiet {
            self.reset();
        }
        quiet
    }
}

impl Clipped {
    /// Counts the sample at a frame; the one that makes a run brings those before it along.
    fn take(&mut self, is_new: bool, frame: usize) {
        let back = if is_new { Clipping::RUN as usize - 1 } else { 0 };
        self.runs += u32::from(is_new);
        self.samples += 1 + back as u32;
        let start = frame.saturating_sub(back);
        let (first, last) = self.span.unwrap_or((start, 0));
        self.span = Some((first.min(start), last.max(frame + 1)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_samples_at_full_scale_are_no_clipping() {
        assert_eq!(Clipping::new(1).push(&[1.0, 1.0, 0.5, -1.0, -1.0]), Clipped::default());
    }

    #[test]
    fn a_run_across_pushes_counts_once_with_all_its_samples() {
        let mut clipping = Clipping::new(1);
        let parts = [clipping.push(&[0.0, 1.0, 1.0]), clipping.push(&[1.0, 1.0, 0.0])];
        assert_eq!(parts.map(|part| (part.runs, part.samples)), [(0, 0), (1, 4)]);
    }

    #[test]
    fn channels_are_counted_apart() {
        let found = Clipping::new(2).push(&[1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0, 1.0]);
        assert_eq!(found.runs, 0);
    }

    #[test]
    fn quiet_frames_may_be_skipped_and_end_a_run() {
        let mut clipping = Clipping::new(1);
        clipping.push(&[1.0, 1.0]);
        assert!(clipping.skip(0.5));
        assert!(!clipping.skip(1.0));
        assert_eq!(clipping.push(&[1.0]).runs, 0);
    }
}
