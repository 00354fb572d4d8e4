//! Contract 0.1: its bindings, and the way between its records and the host's words.

mod descriptor;

use rushes_model::media::{self, AudioBlock, VideoFrame};
use rushes_model::{MediaTime, Span};
use wasmtime::Store;
use wasmtime::component::{InstancePre, ResourceAny};

use crate::bind::Refusal;
use crate::log;
use crate::state::State;

/// Large lists are borrowed: one frame is shared by all sessions and copied once into each.
mod generated {
    wasmtime::component::bindgen!({
        path: "../../wit",
        world: "analyzer",
        ownership: Borrowing { duplicate_if_necessary: true },
    });
}

pub(crate) use generated::rushes::analyzer::types::{CueResult as Cue, Event, Point, Report, Series, Timing, Track};

pub(crate) use generated::rushes::analyzer::log::Level;

use generated::exports::rushes::analyzer::analysis::Guest;
use generated::rushes::analyzer::types;

/// What the analyzer answered, in what the engine says of the call.
type Answer<T> = wasmtime::Result<Result<T, Refusal>>;

/// A component that exports this contract, all its imports resolved.
#[derive(Clone)]
pub(crate) struct Pre(generated::AnalyzerPre<State>);

impl Pre {
    /// Checks the exports' types. Runs nothing.
    pub(crate) fn new(pre: InstancePre<State>) -> wasmtime::Result<Self> {
        Ok(Self(generated::AnalyzerPre::new(pre)?))
    }

    pub(crate) fn describe(&self, store: &mut Store<State>, params: Option<&str>) -> Answer<media::Descriptor> {
        let instance = self.0.instantiate(&mut *store)?;
        let answer = instance.rushes_analyzer_analysis().call_describe(store, params)?;
        Ok(answer.map(Into::into).map_err(Into::into))
    }

    pub(crate) fn open(&self, store: &mut Store<State>, setup: &media::SessionSetup) -> Answer<Session> {
        let instance = self.0.instantiate(&mut *store)?;
        let names = channel_names(setup.audio.as_ref());
        let wire = types::Setup {
            params: &setup.params,
            media: &setup.media,
            audio: setup.audio.as_ref().map(|audio| format(audio, &names)),
            start_us: setup.start.as_micros(),
            end_us: setup.end.map(MediaTime::as_micros),
            carry: setup.carry.as_deref(),
        };
        let answer = instance.rushes_analyzer_analysis().session().call_constructor(store, wire)?;
        Ok(answer.map(|session| Session { instance, session }).map_err(Into::into))
    }

    pub(crate) fn open_merger(&self, store: &mut Store<State>, setup: &media::MergeSetup) -> Answer<Merger> {
        let instance = self.0.instantiate(&mut *store)?;
        let names = channel_names(setup.audio.as_ref());
        let gaps: Vec<_> = setup.gaps.iter().map(gap).collect();
        let wire = types::MergeSetup {
            params: &setup.params,
            merge_params: &setup.merge_params,
            media: &setup.media,
            audio: setup.audio.as_ref().map(|audio| format(audio, &names)),
            duration_us: setup.duration.as_micros(),
            gaps: &gaps,
        };
        let answer = instance.rushes_analyzer_analysis().merger().call_constructor(store, wire)?;
        Ok(answer.map(|merger| Merger { instance, merger }).map_err(Into::into))
    }
}

/// A session inside a component.
pub(crate) struct Session {
    instance: generated::Analyzer,
    session: ResourceAny,
}

impl Session {
    fn guest(&self) -> &Guest {
        self.instance.rushes_analyzer_analysis()
    }

    pub(crate) fn push_audio(&self, store: &mut Store<State>, block: &AudioBlock, lead_in: bool) -> Answer<()> {
        let wire = types::AudioBlock {
            start_us: block.start.as_micros(),
            first_sample: block.first_sample,
            lead_in,
            samples: &block.samples,
        };
        Ok(self.guest().session().call_push_audio(store, self.session, wire)?.map_err(Into::into))
    }

    pub(crate) fn push_video(&self, store: &mut Store<State>, frame: &VideoFrame, lead_in: bool) -> Answer<()> {
        let wire = types::VideoFrame {
            time_us: frame.time.as_micros(),
            pts_us: frame.pts.as_micros(),
            duration_us: frame.duration.as_micros(),
            width: frame.width,
            height: frame.height,
            keyframe: frame.keyframe,
            full_range: frame.full_range,
            lead_in,
            data: &frame.data,
        };
        Ok(self.guest().session().call_push_video(store, self.session, wire)?.map_err(Into::into))
    }

    pub(crate) fn push_transcript(&self, store: &mut Store<State>, cues: &[media::Cue]) -> Answer<()> {
        let words: Vec<Vec<_>> = cues.iter().map(|cue| cue.words.iter().map(word).collect()).collect();
        let wire: Vec<_> = cues.iter().zip(&words).map(|(cue, words)| self::cue(cue, words)).collect();
        Ok(self.guest().session().call_push_transcript(store, self.session, &wire)?.map_err(Into::into))
    }

    pub(crate) fn push_bytes(&self, store: &mut Store<State>, offset: u64, data: &[u8]) -> Answer<()> {
        let wire = types::ByteBlock { offset, data };
        Ok(self.guest().session().call_push_bytes(store, self.session, wire)?.map_err(Into::into))
    }

    pub(crate) fn finish(&self, store: &mut Store<State>, is_last: bool) -> Answer<media::Outcome> {
        let answer = self.guest().session().call_finish(store, self.session, is_last)?;
        Ok(answer.map(|end| media::Outcome { partial: end.partial, carry: end.carry }).map_err(Into::into))
    }
}

/// A merger inside a component.
pub(crate) struct Merger {
    instance: generated::Analyzer,
    merger: ResourceAny,
}

impl Merger {
    pub(crate) fn add(&self, store: &mut Store<State>, span: Span, data: &[u8]) -> Answer<()> {
        let wire = types::Partial { start_us: span.start.as_micros(), end_us: span.end.as_micros(), data };
        let guest = self.instance.rushes_analyzer_analysis();
        Ok(guest.merger().call_add(store, self.merger, wire)?.map_err(Into::into))
    }

    pub(crate) fn finish(&self, store: &mut Store<State>) -> Answer<Report> {
        let guest = self.instance.rushes_analyzer_analysis();
        Ok(guest.merger().call_finish(store, self.merger)?.map_err(Into::into))
    }
}

impl From<Level> for log::Level {
    fn from(level: Level) -> Self {
        match level {
            Level::Debug => Self::Debug,
            Level::Info => Self::Info,
            Level::Warn => Self::Warn,
            Level::Error => Self::Error,
        }
    }
}

impl From<types::Error> for Refusal {
    fn from(error: types::Error) -> Self {
        match error {
            types::Error::BadParams(why) => Self::Params(why),
            types::Error::BadInput(why) => Self::Input(why),
            types::Error::Failed(why) => Self::Failed(why),
        }
    }
}

fn channel_names(audio: Option<&media::AudioFormat>) -> Vec<&str> {
    audio.map(|audio| audio.channels.iter().map(String::as_str).collect()).unwrap_or_default()
}

fn format<'a>(audio: &media::AudioFormat, channels: &'a [&'a str]) -> types::AudioFormat<'a> {
    types::AudioFormat { sample_rate: audio.sample_rate, channels }
}

fn gap(gap: &media::Gap) -> types::Gap<'_> {
    types::Gap {
        start_us: gap.span.start.as_micros(),
        end_us: gap.span.end.as_micros(),
        input: &gap.input,
        cause: gap.cause.as_str(),
    }
}

fn word(word: &media::Word) -> types::WordParam<'_> {
    types::WordParam {
        start_us: word.start.as_micros(),
        end_us: word.end.as_micros(),
        text: &word.text,
        confidence: word.confidence,
    }
}

fn cue<'a>(cue: &'a media::Cue, words: &'a [types::WordParam<'a>]) -> types::CueParam<'a> {
    types::CueParam {
        start_us: cue.start.as_micros(),
        end_us: cue.end.as_micros(),
        speaker: cue.speaker.as_deref(),
        language: cue.language.as_deref(),
        text: &cue.text,
        confidence: cue.confidence,
        words,
    }
}
