//! What the components that misbehave have in common: they listen, and if they get that far, find nothing.

use rushes_sdk::{Analyzer, AudioRequest, Descriptor, Feed, MergeSetup, Merger, NoParams, Report, Result, Span};

/// An analyzer that asks for sound.
pub fn listens(name: &str) -> Descriptor {
    Descriptor::new(name, env!("CARGO_PKG_VERSION"), "Misbehaves, to show that its host doesn't mind")
        .requires(Feed::Audio(AudioRequest::mono(48_000, 100)))
}

/// A merger that finds nothing.
pub struct Nothing;

impl<A: Analyzer> Merger<A> for Nothing {
    type Params = NoParams;
    type Summary = NoParams;

    fn new(_: A::Params, _: NoParams, _: &MergeSetup) -> Result<Self> {
        Ok(Self)
    }

    fn add(&mut self, _: Span, _: A::Partial) -> Result<()> {
        Ok(())
    }

    fn finish(self) -> Result<Report<NoParams>> {
        Ok(Report::new(NoParams {}, 1.0))
    }
}
