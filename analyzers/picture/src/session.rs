//! A session: pictures in, measurements out.

use rushes_sdk::{Analyzer, Descriptor, Error, Outcome, Result, Setup, VideoFrame};

use crate::measure::Seen;
use crate::merger::Merge;
use crate::params::Params;
use crate::partial::{Frame, Partial};

/// Measures the pictures of a segment, each by itself and against the sampled one before.
#[derive(Debug)]
pub struct Picture {
    interval_us: u64,
    /// The picture before, and when it was sampled.
    before: Option<(u64, Seen)>,
    partial: Partial,
}

impl Analyzer for Picture {
    type Params = Params;
    type Partial = Partial;
    type Merger = Merge;

    fn describe(params: &Params) -> Descriptor {
        crate::describe::descriptor(*params)
    }

    fn new(params: Params, _: &Setup) -> Result<Self> {
        Ok(Self { interval_us: params.interval_us(), before: None, partial: Partial::default() })
    }

    fn push_video(&mut self, frame: VideoFrame) -> Result<()> {
        let (time_us, pts_us) = (frame.time_us, frame.pts_us);
        if !time_us.is_multiple_of(self.interval_us) {
            return Err(Error::failed(format!(
                "a picture at {time_us} us isn't on the grid of {} us",
                self.interval_us
            )));
        }
        let is_lead_in = frame.lead_in;
        let seen = Seen::new(frame)?;
        if !is_lead_in {
            self.partial.frames.push(Frame {
                index: time_us / self.interval_us,
                shown_us: u32::try_from(time_us.saturating_sub(pts_us)).unwrap_or(u32::MAX),
                change: self.neighbour(time_us).and_then(|before| seen.change_from(before)),
                ..seen.measured()
            });
        }
        self.before = Some((time_us, seen));
        Ok(())
    }

    fn finish(self, _: bool) -> Result<Outcome<Partial>> {
        Ok(Outcome::new(self.partial))
    }
}

impl Picture {
    /// The picture sampled one interval earlier; none after a gap.
    fn neighbour(&self, time_us: u64) -> Option<&Seen> {
        let (before_us, seen) = self.before.as_ref()?;
        (before_us.saturating_add(self.interval_us) == time_us).then_some(seen)
    }
}
