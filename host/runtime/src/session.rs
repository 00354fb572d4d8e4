//! A session: one analyzer over one segment of media.

use std::sync::Arc;

use rushes_model::media::{AudioBlock, Cue, Outcome, SessionSetup, VideoFrame};
use rushes_model::pipeline::Limits;
use rushes_model::{MediaTime, StopToken};

use crate::bind::latest;
use crate::call::Call;
use crate::component::Component;
use crate::error::{Error, Result};
use crate::limits::{CARRY_SIZE, PARTIAL_SIZE, media_fuel};
use crate::log::Line;
use crate::sandbox::{Sandbox, Usage};

/// Bytes of an undecoded object that count as a second of media.
const BYTES_PER_SECOND: u64 = 1 << 20;

/// An analyzer at work on one segment. Calls block: they run on the caller's thread, which needs a stack of 4 MiB, and
/// wait for a free core. After an error every further call gives [`Error::Over`]. Dropping it frees its memory.
pub struct Session {
    sandbox: Sandbox,
    guest: latest::Session,
    limits: Limits,
    /// Interleaved samples each second, where known.
    samples_per_second: Option<u64>,
    /// From where media time counts: the segment's start or, with lead-in, what was pushed first.
    began: MediaTime,
    pushed: MediaTime,
    pushed_bytes: u64,
}

impl Session {
    /// Makes an instance and a session in it.
    ///
    /// # Errors
    /// When the analyzer refuses its parameters or the recording, breaks, passes a limit, or `stop` says so.
    pub fn open(component: &Component, limits: &Limits, setup: &SessionSetup, stop: StopToken) -> Result<Self> {
        let seed = component.digest().seed(setup.start.as_micros());
        let mut sandbox = Sandbox::new(component.engine(), limits, seed, Arc::clone(component.assets()), stop)?;
        sandbox.set_place(setup.start);
        let guest = sandbox.enter(Call::Open, |store| component.pre().open(store, setup))?;
        let samples_per_second =
            setup.audio.as_ref().map(|audio| u64::from(audio.sample_rate).saturating_mul(audio.channels.len() as u64));
        Ok(Self {
            sandbox,
            guest,
            limits: *limits,
            samples_per_second,
            began: setup.start,
            pushed: setup.start,
            pushed_bytes: 0,
        })
    }

    /// Hands over a block of samples.
    ///
    /// # Errors
    /// When the analyzer refuses it, breaks, passes a limit, or is told to stop.
    pub fn push_audio(&mut self, block: &AudioBlock, lead_in: bool) -> Result<()> {
        let length = MediaTime::from_ratio(block.samples.len() as u64, self.samples_per_second.unwrap_or(0));
        self.advance(block.start, block.start + length)?;
        self.sandbox.enter(Call::PushAudio, |store| self.guest.push_audio(store, block, lead_in))
    }

    /// Hands over a picture.
    ///
    /// # Errors
    /// As [`Session::push_audio`].
    pub fn push_video(&mut self, frame: &VideoFrame, lead_in: bool) -> Result<()> {
        self.advance(frame.time, frame.time)?;
        self.sandbox.enter(Call::PushVideo, |store| self.guest.push_video(store, frame, lead_in))
    }

    /// Hands over cues.
    ///
    /// # Errors
    /// As [`Session::push_audio`].
    pub fn push_transcript(&mut self, cues: &[Cue]) -> Result<()> {
        // Where cues end is a file's claim; fuel isn't given on it.
        if let (Some(first), Some(last)) = (cues.first(), cues.last()) {
            self.advance(first.start, last.start)?;
        }
        self.sandbox.enter(Call::PushTranscript, |store| self.guest.push_transcript(store, cues))
    }

    /// Hands over undecoded bytes of the object.
    ///
    /// # Errors
    /// As [`Session::push_audio`].
    pub fn push_bytes(&mut self, offset: u64, bytes: &[u8]) -> Result<()> {
        self.pushed_bytes = self.pushed_bytes.saturating_add(bytes.len() as u64);
        self.raise_credit()?;
        self.sandbox.enter(Call::PushBytes, |store| self.guest.push_bytes(store, offset, bytes))
    }

    /// Ends the session. `is_last`: the media ends here.
    ///
    /// # Errors
    /// As [`Session::push_audio`], and when what it leaves is too large.
    pub fn finish(&mut self, is_last: bool) -> Result<Outcome> {
        let outcome = self.sandbox.enter(Call::Finish, |store| self.guest.finish(store, is_last))?;
        check_sizes(&outcome, self.sandbox.at())?;
        Ok(outcome)
    }

    /// What it used up so far.
    pub fn usage(&self) -> Usage {
        self.sandbox.usage()
    }

    /// Takes what it logged since the last time.
    pub fn take_log(&mut self) -> Vec<Line> {
        self.sandbox.take_log()
    }

    /// Media has been pushed up to `end`: that gives fuel.
    fn advance(&mut self, start: MediaTime, end: MediaTime) -> Result<()> {
        self.sandbox.set_place(start);
        self.began = self.began.min(start);
        self.pushed = self.pushed.max(end);
        self.raise_credit()
    }

    fn raise_credit(&mut self) -> Result<()> {
        let seconds_of_bytes = MediaTime::from_ratio(self.pushed_bytes, BYTES_PER_SECOND);
        let micros = (self.pushed - self.began + seconds_of_bytes).as_micros();
        self.sandbox.raise_credit(self.limits.fuel_base.saturating_add(media_fuel(&self.limits, micros)))
    }
}

fn check_sizes(outcome: &Outcome, at: MediaTime) -> Result<()> {
    let carried = outcome.carry.as_ref().map_or(0, Vec::len);
    let parts = [("partial", outcome.partial.len(), PARTIAL_SIZE), ("carry", carried, CARRY_SIZE)];
    match parts.into_iter().find(|(_, size, allowed)| *size > allowed.as_usize()) {
        Some((what, _, allowed)) => Err(Error::TooMuch { call: Call::Finish, at, what, allowed }),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_session_leaves_has_at_most_a_mebibyte_each() {
        let check = |partial, carry: Option<usize>| {
            let outcome = Outcome { partial: vec![0; partial], carry: carry.map(|size| vec![0; size]) };
            check_sizes(&outcome, MediaTime::ZERO).map_err(|error| error.to_string())
        };
        check(1 << 20, Some(1 << 20)).unwrap();
        assert!(check((1 << 20) + 1, None).unwrap_err().ends_with("its partial passes 1 MiB"));
        assert!(check(0, Some((1 << 20) + 1)).unwrap_err().ends_with("its carry passes 1 MiB"));
    }
}
