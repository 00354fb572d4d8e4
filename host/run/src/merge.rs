//! From partials to a report: each analyzer's merger is given its partials by time, one at a time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_model::media::{Gap, MergeSetup, Segment, Segmentation};
use rushes_model::report::Findings;
use rushes_model::stop::StopToken;
use rushes_model::{Code, Failure, LogLine, MediaTime};
use rushes_runtime::Merger;

use crate::analyze::Analyzer;
use crate::journal::Journal;
use crate::partials::Partials;
use crate::plan::Lane;
use crate::session::find_kept;

/// What one analyzer found, and what its partials say of how they were made.
#[derive(Debug)]
pub(crate) struct Merged {
    pub(crate) findings: Findings,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) fuel: u64,
    pub(crate) cpu: Duration,
    pub(crate) peak_memory: u64,
    pub(crate) busy: Duration,
}

/// All that a merge works with.
pub(crate) struct Merging<'a> {
    pub(crate) analyzer: &'a Analyzer,
    pub(crate) lane: &'a Lane,
    pub(crate) segments: Vec<Segment>,
    /// Of a `whole` session.
    pub(crate) whole: Segment,
    pub(crate) media_json: &'a Arc<str>,
    pub(crate) duration: MediaTime,
    /// What the index alone shows to be missing, in what this analyzer is fed.
    pub(crate) index_gaps: Vec<Gap>,
    pub(crate) partials: &'a dyn Partials,
    pub(crate) journal: &'a dyn Journal,
    pub(crate) stop: &'a StopToken,
}

impl Merging<'_> {
    pub(crate) fn run(mut self) -> Result<Merged, Failure> {
        let began = Instant::now();
        if self.analyzer.descriptor.segmentation == Segmentation::Whole {
            self.segments = vec![self.whole];
        }
        let (gaps, mut fuel, mut peak_memory) = self.survey()?;
        let mut merger = self.open(gaps.clone())?;
        let result = self.feed(&mut merger);
        for line in merger.take_log() {
            let (analyzer, level) = (self.analyzer.name.clone(), line.level.as_str());
            self.journal.log(LogLine { analyzer, segment: None, level, message: line.message });
        }
        let findings = result?;
        let usage = merger.usage();
        fuel = fuel.saturating_add(usage.fuel);
        peak_memory = peak_memory.max(usage.peak_memory);
        Ok(Merged { findings, gaps, fuel, cpu: usage.cpu, peak_memory, busy: began.elapsed() })
    }

    fn open(&self, gaps: Vec<Gap>) -> Result<Merger, Failure> {
        let setup = MergeSetup {
            params: Arc::clone(&self.analyzer.params),
            merge_params: Arc::clone(&self.analyzer.merge_params),
            media: Arc::clone(self.media_json),
            audio: self.lane.format.clone(),
            duration: self.duration,
            gaps,
        };
        Merger::open(&self.analyzer.component, &self.analyzer.limits, &setup, self.stop.clone())
            .map_err(|error| Failure::of(&error))
    }

    fn feed(&self, merger: &mut Merger) -> Result<Findings, Failure> {
        self.for_each(|segment, kept| merger.add(segment.span, &kept.partial).map_err(|error| Failure::of(&error)))?;
        merger.finish().map_err(|error| Failure::of(&error))
    }

    /// Gaps, fuel and memory over all partials; they are read twice so that only one is held at a time.
    fn survey(&self) -> Result<(Vec<Gap>, u64, u64), Failure> {
        let (mut gaps, mut fuel, mut peak_memory) = (self.index_gaps.clone(), 0u64, 0);
        self.for_each(|_, kept| {
            gaps.extend(kept.gaps.iter().cloned());
            fuel = fuel.saturating_add(kept.fuel);
            peak_memory = peak_memory.max(kept.peak_memory);
            Ok(())
        })?;
        gaps.sort();
        gaps.dedup();
        Ok((gaps, fuel, peak_memory))
    }

    fn for_each(
        &self,
        mut each: impl FnMut(&Segment, &crate::partials::Kept) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let chained = self.analyzer.descriptor.segmentation == Segmentation::Chained;
        let mut carry: Option<Vec<u8>> = None;
        for segment in &self.segments {
            self.stop.check().map_err(|stop| Failure::of(&stop))?;
            let key = self.lane.key.of(segment, carry.as_deref());
            let kept = find_kept(self.partials, &key)?.ok_or_else(|| gone(segment))?;
            each(segment, &kept)?;
            carry = if chained { kept.carry } else { None };
        }
        Ok(())
    }
}

/// A partial that was written a moment ago isn't there: it was pruned under our feet.
fn gone(segment: &Segment) -> Failure {
    Failure::new(
        Code::DatabaseUnavailable,
        rushes_model::Class::Transient,
        format!("the partial of segment {} is gone from the store", segment.index),
    )
}
