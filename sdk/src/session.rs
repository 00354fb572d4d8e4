//! A session and a merger behind plain bytes: what the sandbox and the native harness both run.

use serde_json::Value;

use crate::described::parse;
use crate::{
    Analyzer, AudioBlock, ByteBlock, Cue, Error, MergeSetup, Merger, Outcome, Report, Result, Setup, Span, VideoFrame,
    partial,
};

/// Bytes that a partial, and a carry, may have.
const LARGEST: usize = 1 << 20;

/// An analyzer at work on a segment. After `finish` it takes nothing more.
pub(crate) struct Session<A>(Option<A>);

impl<A: Analyzer> Session<A> {
    pub(crate) fn open(params: &str, setup: &Setup) -> Result<Self> {
        A::new(parse(params)?, setup).map(|analyzer| Self(Some(analyzer)))
    }

    pub(crate) fn push_audio(&mut self, block: AudioBlock) -> Result<()> {
        self.analyzer()?.push_audio(block)
    }

    pub(crate) fn push_video(&mut self, frame: VideoFrame) -> Result<()> {
        self.analyzer()?.push_video(frame)
    }

    pub(crate) fn push_transcript(&mut self, cues: Vec<Cue>) -> Result<()> {
        self.analyzer()?.push_transcript(cues)
    }

    pub(crate) fn push_bytes(&mut self, block: ByteBlock) -> Result<()> {
        self.analyzer()?.push_bytes(block)
    }

    pub(crate) fn finish(&mut self, is_last: bool) -> Result<Outcome<Vec<u8>>> {
        let Outcome { partial, carry } = self.0.take().ok_or_else(finished)?.finish(is_last)?;
        let partial = partial::encode(&partial)?;
        check_size("partial", partial.len())?;
        check_size("carry", carry.as_ref().map_or(0, Vec::len))?;
        Ok(Outcome { partial, carry })
    }

    fn analyzer(&mut self) -> Result<&mut A> {
        self.0.as_mut().ok_or_else(finished)
    }
}

/// A merger at work on a report. After `finish` it takes nothing more.
pub(crate) struct Merging<A: Analyzer>(Option<A::Merger>);

impl<A: Analyzer> Merging<A> {
    pub(crate) fn open(params: &str, merge_params: &str, setup: &MergeSetup) -> Result<Self> {
        A::Merger::new(parse(params)?, parse(merge_params)?, setup).map(|merger| Self(Some(merger)))
    }

    pub(crate) fn add(&mut self, span: Span, partial: &[u8]) -> Result<()> {
        self.0.as_mut().ok_or_else(finished)?.add(span, partial::decode(partial)?)
    }

    pub(crate) fn finish(&mut self) -> Result<Report<Value>> {
        let report = self.0.take().ok_or_else(finished)?.finish()?;
        let summary = serde_json::to_value(&report.summary)
            .map_err(|error| Error::Failed(format!("the summary can't be serialised: {error}")))?;
        Ok(Report {
            summary,
            coverage: report.coverage,
            not_measured: report.not_measured,
            series: report.series,
            events: report.events,
            tracks: report.tracks,
            cues: report.cues,
        })
    }
}

fn finished() -> Error {
    Error::Failed("called after finish".to_owned())
}

fn check_size(what: &str, size: usize) -> Result<()> {
    if size > LARGEST {
        return Err(Error::Failed(format!(
            "a {what} has {size} bytes, more than the {LARGEST} that the contract allows"
        )));
    }
    Ok(())
}
