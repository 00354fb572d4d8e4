//! A merger: one analyzer's partials become its findings.

use std::sync::Arc;

use rushes_model::media::MergeSetup;
use rushes_model::pipeline::Limits;
use rushes_model::report::Findings;
use rushes_model::{MediaTime, Span, StopToken};

use crate::bind::latest;
use crate::call::Call;
use crate::component::Component;
use crate::error::{Error, Result};
use crate::findings;
use crate::limits::{PARTIAL_SIZE, merge_fuel};
use crate::log::Line;
use crate::sandbox::{Sandbox, Usage};

/// Takes partials in order of time, each once, then gives the findings. Calls block as those of a
/// [`Session`](crate::Session).
pub struct Merger {
    sandbox: Sandbox,
    guest: latest::Merger,
    component: Component,
    fuel_base: u64,
    duration: MediaTime,
    added_bytes: u64,
}

impl Merger {
    /// Makes an instance and a merger in it.
    ///
    /// # Errors
    /// When the analyzer refuses its parameters, breaks, passes a limit, or `stop` says so.
    pub fn open(component: &Component, limits: &Limits, setup: &MergeSetup, stop: StopToken) -> Result<Self> {
        let seed = component.digest().seed(u64::MAX);
        let mut sandbox = Sandbox::new(component.engine(), limits, seed, Arc::clone(component.assets()), stop)?;
        let guest = sandbox.enter(Call::OpenMerger, |store| component.pre().open_merger(store, setup))?;
        Ok(Self {
            sandbox,
            guest,
            component: component.clone(),
            fuel_base: limits.fuel_base,
            duration: setup.duration,
            added_bytes: 0,
        })
    }

    /// Hands over the partial of a span.
    ///
    /// # Errors
    /// When the analyzer refuses it, breaks, passes a limit, or is told to stop.
    pub fn add(&mut self, span: Span, partial: &[u8]) -> Result<()> {
        self.sandbox.set_place(span.start);
        if partial.len() > PARTIAL_SIZE.as_usize() {
            let at = self.sandbox.at();
            return Err(Error::TooMuch { call: Call::Add, at, what: "partial", allowed: PARTIAL_SIZE });
        }
        self.added_bytes = self.added_bytes.saturating_add(partial.len() as u64);
        self.sandbox.raise_credit(self.fuel_base.saturating_add(merge_fuel(self.added_bytes)))?;
        self.sandbox.enter(Call::Add, |store| self.guest.add(store, span, partial))
    }

    /// Ends the merger: its report, checked against the contract and its own schema.
    ///
    /// # Errors
    /// As [`Merger::add`], and when the report can't be used.
    pub fn finish(&mut self) -> Result<Findings> {
        let report = self.sandbox.enter(Call::Report, |store| self.guest.finish(store))?;
        findings::check(report, self.duration, self.component.summary())
    }

    /// What it used up so far.
    pub fn usage(&self) -> Usage {
        self.sandbox.usage()
    }

    /// Takes what it logged since the last time.
    pub fn take_log(&mut self) -> Vec<Line> {
        self.sandbox.take_log()
    }
}
