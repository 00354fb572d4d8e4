//! Runs an analyzer as a host would: any cuts, any block sizes, in `cargo test`, with a debugger.

mod check;
mod params;
mod pushes;
mod recording;

use std::collections::BTreeMap;
use std::marker::PhantomData;

use serde_json::Value;

use crate::described::describe;
use crate::harness::params::Params;
use crate::harness::recording::Recording;
use crate::session::{Merging, Session};
use crate::{Analyzer, AudioFormat, Cue, Gap, MergeSetup, Report, Result, Segmentation, Setup, Span, assets, log};

pub use crate::harness::recording::Picture;

/// A recording and an analyzer, to be run natively.
///
/// It goes the way of the sandbox but for the sandbox: parameters get their defaults from the schema, partials and carries go through
/// bytes, sessions of an independent analyzer run in reverse order (they may be run in any), and what comes out is held against
/// the contract. Pictures and samples must already be as the analyzer asks for them; see `sdk/README.md` for an example.
pub struct Harness<A> {
    params: Params,
    recording: Recording,
    cuts_us: Vec<u64>,
    assets: BTreeMap<String, Vec<u8>>,
    analyzer: PhantomData<A>,
}

/// What came out.
#[derive(Clone, Debug)]
pub struct Run {
    /// The report.
    pub report: Report<Value>,
    /// What each session handed over.
    pub partials: Vec<(Span, Vec<u8>)>,
    /// What sessions and merger wrote.
    pub log: Vec<log::Line>,
}

impl<A: Analyzer> Harness<A> {
    /// An analyzer with these parameters, its own and its merger's in one object, and an empty recording.
    ///
    /// # Errors
    /// [`Error::BadParams`](crate::Error::BadParams) for a name that no schema has or that both have; any error of `describe`.
    pub fn new(params: Value) -> Result<Self> {
        let described = describe::<A>(None)?;
        let params = Params::split(&params, &described.params_schema, &described.merge_params_schema)?;
        let described = describe::<A>(Some(&params.shared))?;
        check::descriptor(&described.descriptor)?;
        Ok(Self {
            params,
            recording: Recording::new(described.descriptor),
            cuts_us: Vec::new(),
            assets: BTreeMap::new(),
            analyzer: PhantomData,
        })
    }

    /// Gives it sound from media time 0: interleaved samples, and the names of the channels as in [`AudioFormat::channels`].
    #[must_use]
    pub fn audio(mut self, sample_rate: u32, channels: &[&str], samples: &[f32]) -> Self {
        let channels = channels.iter().map(|&channel| channel.to_owned()).collect();
        self.recording.audio = Some((AudioFormat { sample_rate, channels }, samples.to_vec()));
        self
    }

    /// Gives it pictures, by pts. The harness picks those that the analyzer's sampling asks for.
    #[must_use]
    pub fn video(mut self, pictures: Vec<Picture>) -> Self {
        self.recording.pictures = Some(pictures);
        self
    }

    /// Gives it a transcript, by start.
    #[must_use]
    pub fn transcript(mut self, cues: Vec<Cue>) -> Self {
        self.recording.cues = Some(cues);
        self
    }

    /// Gives it the object's bytes, for an analyzer that asks for them.
    #[must_use]
    pub fn bytes(mut self, object: Vec<u8>) -> Self {
        self.recording.object = Some(object);
        self
    }

    /// What sessions and merger see as [`Setup::media`]; an empty object otherwise.
    #[must_use]
    pub fn media(mut self, facts: Value) -> Self {
        self.recording.facts = facts;
        self
    }

    /// How long the recording is; otherwise as long as what it holds.
    #[must_use]
    pub fn duration_us(mut self, duration_us: u64) -> Self {
        self.recording.duration_us = Some(duration_us);
        self
    }

    /// Where segments begin, beside 0.
    #[must_use]
    pub fn cuts_us(mut self, cuts_us: &[u64]) -> Self {
        self.cuts_us = cuts_us.to_vec();
        self
    }

    /// Blocks of another length than the analyzer asks for: measurements must not depend on it.
    #[must_use]
    pub fn block_ms(mut self, block_ms: u32) -> Self {
        self.recording.block_ms = Some(block_ms);
        self
    }

    /// Leaves out what an input has in a span, and names the gap to the merger.
    #[must_use]
    pub fn gap(mut self, span: Span, input: &str, cause: &str) -> Self {
        self.recording.gaps.push(Gap { span, input: input.to_owned(), cause: cause.to_owned() });
        self
    }

    /// Grants a file.
    #[must_use]
    pub fn asset(mut self, name: &str, bytes: Vec<u8>) -> Self {
        self.assets.insert(name.to_owned(), bytes);
        self
    }

    /// Runs sessions and merger.
    ///
    /// # Errors
    /// Any error of the analyzer; [`Error::Failed`](crate::Error::Failed) where what it returns breaks the contract;
    /// [`Error::BadInput`](crate::Error::BadInput) where the recording isn't what the analyzer asks for.
    pub fn run(&self) -> Result<Run> {
        self.recording.check()?;
        assets::native::grant(self.assets.clone());
        log::take();
        let partials = self.run_sessions()?;
        let mut merging = Merging::<A>::open(&self.params.shared, &self.params.merger, &self.merge_setup())?;
        for (span, partial) in &partials {
            merging.add(*span, partial)?;
        }
        let report = merging.finish()?;
        check::report(&report, self.recording.end_us())?;
        Ok(Run { report, partials, log: log::take() })
    }

    fn run_sessions(&self) -> Result<Vec<(Span, Vec<u8>)>> {
        let segments = self.segments();
        let mut partials = Vec::new();
        match self.recording.descriptor.segmentation {
            Segmentation::Whole | Segmentation::Chained => {
                let mut carry = None;
                for &segment in &segments {
                    let (partial, next) = self.run_session(segment, 0, carry)?;
                    partials.push((segment, partial));
                    carry = next;
                }
            }
            Segmentation::Independent(lead_in_ms) => {
                for &segment in segments.iter().rev() {
                    let (partial, _) = self.run_session(segment, u64::from(lead_in_ms) * 1_000, None)?;
                    partials.push((segment, partial));
                }
                partials.reverse();
            }
        }
        Ok(partials)
    }

    fn run_session(
        &self,
        segment: Span,
        lead_in_us: u64,
        carry: Option<Vec<u8>>,
    ) -> Result<(Vec<u8>, Option<Vec<u8>>)> {
        let setup = Setup {
            media: self.recording.facts.clone(),
            audio: self.recording.audio_format(),
            start_us: segment.start_us,
            end_us: Some(segment.end_us),
            carry,
        };
        let mut session = Session::<A>::open(&self.params.shared, &setup)?;
        for push in self.recording.pushes(segment, lead_in_us) {
            push.into_session(&mut session)?;
        }
        let outcome = session.finish(segment.end_us == self.recording.end_us())?;
        Ok((outcome.partial, outcome.carry))
    }

    /// As many as there are cuts inside the recording, and one; none for a recording without anything.
    fn segments(&self) -> Vec<Span> {
        let end_us = self.recording.end_us();
        let mut starts = match self.recording.descriptor.segmentation {
            Segmentation::Whole => Vec::new(),
            Segmentation::Chained | Segmentation::Independent(_) => self.cuts_us.clone(),
        };
        starts.push(0);
        starts.sort_unstable();
        starts.dedup();
        starts.retain(|&start_us| start_us < end_us);
        let ends = starts.iter().copied().skip(1).chain([end_us]);
        starts.iter().copied().zip(ends).map(|(start_us, end_us)| Span { start_us, end_us }).collect()
    }

    fn merge_setup(&self) -> MergeSetup {
        MergeSetup {
            media: self.recording.facts.clone(),
            audio: self.recording.audio_format(),
            duration_us: self.recording.end_us(),
            gaps: self.recording.gaps.clone(),
        }
    }
}
