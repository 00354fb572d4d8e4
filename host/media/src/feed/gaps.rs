//! What was missing of a segment, joined where it touches.

use rushes_model::media::{Cause, Gap};
use rushes_model::{MediaTime, Span};

use super::Sink;

/// A hole in a track that is shorter is no news: edit lists and the last packet leave such at every end.
const WORTH_NAMING: MediaTime = MediaTime::from_millis(100);

/// Collects gaps, cut to one segment.
pub(super) struct Gaps<'a> {
    segment: Span,
    /// What the index knows already; it isn't said twice.
    known: &'a [Gap],
    found: Vec<Gap>,
}

impl<'a> Gaps<'a> {
    pub(super) fn new(segment: Span, known: &'a [Gap]) -> Self {
        Self { segment, known, found: Vec::new() }
    }

    /// Something could not be decoded.
    pub(super) fn damaged(&mut self, input: &str, span: Span) {
        self.add(input, span, Cause::Damaged);
    }

    /// The track has nothing there.
    pub(super) fn missing(&mut self, input: &str, span: Span) {
        let known = self.known.iter().any(|gap| gap.input == input && gap.span.overlaps(span));
        if self.cut(span).is_some_and(|span| span.length() > WORTH_NAMING) && !known {
            self.add(input, span, Cause::Missing);
        }
    }

    fn cut(&self, span: Span) -> Option<Span> {
        let cut = Span::new(span.start.max(self.segment.start), span.end.min(self.segment.end));
        (cut.start < cut.end).then_some(cut)
    }

    fn add(&mut self, input: &str, span: Span, cause: Cause) {
        if let Some(span) = self.cut(span) {
            self.found.push(Gap { span, input: input.to_owned(), cause });
        }
    }

    /// By time, joined.
    pub(super) fn report(mut self, sink: &mut dyn Sink) {
        self.found.sort();
        let mut joined: Vec<Gap> = Vec::new();
        for gap in self.found {
            let same =
                |last: &&mut Gap| last.input == gap.input && last.cause == gap.cause && gap.span.start <= last.span.end;
            match joined.iter_mut().rev().find(same) {
                Some(last) => last.span.end = last.span.end.max(gap.span.end),
                None => joined.push(gap),
            }
        }
        joined.into_iter().for_each(|gap| sink.gap(gap));
    }
}
