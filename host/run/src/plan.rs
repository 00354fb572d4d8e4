//! A pure function of the index and the pipeline: who runs, what each is fed, which segments are missing.
//!
//! The plan decides everything, so that the flow only executes. It never reads or computes media.

use std::sync::Arc;

use rushes_media::feed::{self, AudioWant, VideoWant, Wants};
use rushes_media::{Decoders, Index};
use rushes_model::Identity;
use rushes_model::media::{AudioFormat, AudioRequest, Feed, Segment, Segmentation, VideoRequest};

use crate::analyze::Analyzer;
use crate::key::{KeyBase, KeyParts};

/// Bytes of one segment of an undecoded feed.
pub(crate) const BYTES_SEGMENT: u64 = 64 << 20;

/// All that is decided about a job.
#[derive(Debug)]
pub(crate) struct Plan {
    /// Distinct audio requests; a lane names one by its place.
    pub(crate) audio: Vec<AudioRequest>,
    /// Distinct video requests.
    pub(crate) video: Vec<VideoRequest>,
    /// Who runs.
    pub(crate) lanes: Vec<Lane>,
    /// Who doesn't, and why.
    pub(crate) skipped: Vec<Skipped>,
    /// Facts of the recording as components get them.
    pub(crate) media_json: Arc<str>,
}

/// One analyzer that runs.
#[derive(Debug)]
pub(crate) struct Lane {
    /// Its place in the job's list.
    pub(crate) analyzer: usize,
    /// Its audio request's place.
    pub(crate) audio: Option<usize>,
    /// Its video request's place.
    pub(crate) video: Option<usize>,
    /// Bytes of a block, for an undecoded feed.
    pub(crate) bytes: Option<u32>,
    /// Layout of its audio.
    pub(crate) format: Option<AudioFormat>,
    /// Keys of its partials.
    pub(crate) key: KeyBase,
    /// Decoders and converters that feed it.
    pub(crate) decoder: String,
}

/// One analyzer that doesn't run.
#[derive(Debug, Clone)]
pub(crate) struct Skipped {
    /// Its place in the job's list.
    pub(crate) analyzer: usize,
    /// For the report.
    pub(crate) why: String,
}

/// What a plan is made from.
pub(crate) struct Given<'a> {
    pub(crate) index: &'a Index,
    pub(crate) decoders: &'a dyn Decoders,
    pub(crate) analyzers: &'a [Analyzer],
    pub(crate) identity: &'a Identity,
    pub(crate) nonce: &'a str,
}

impl Plan {
    pub(crate) fn new(given: &Given<'_>) -> Self {
        let media_json: Arc<str> =
            serde_json::to_string(&given.index.facts()).expect("facts are plain values").as_str().into();
        let mut plan =
            Self { audio: Vec::new(), video: Vec::new(), lanes: Vec::new(), skipped: Vec::new(), media_json };
        for (place, analyzer) in given.analyzers.iter().enumerate() {
            match plan.lane(place, analyzer, given) {
                Ok(lane) => plan.lanes.push(lane),
                Err(why) => plan.skipped.push(Skipped { analyzer: place, why }),
            }
        }
        plan
    }

    /// What an analyzer is fed, or why it can't run.
    fn lane(&mut self, place: usize, analyzer: &Analyzer, given: &Given<'_>) -> Result<Lane, String> {
        let index = given.index;
        let (mut audio, mut video, mut bytes) = (None, None, None);
        for input in &analyzer.descriptor.inputs {
            let is_there = match input.feed {
                Feed::Audio(request) => index.audio().map(|_| audio = Some(request)).is_some(),
                Feed::Video(request) => index.video().map(|_| video = Some(request)).is_some(),
                Feed::Bytes(size) => {
                    bytes = Some(size);
                    true
                }
                Feed::Transcript => false,
            };
            if !is_there && input.required {
                return Err(missing(input.feed.name(), index));
            }
        }
        if audio.is_none() && video.is_none() && bytes.is_none() {
            return Err("none of its inputs is in this recording".into());
        }
        let decoder = decoder_name(given, audio.is_some(), video.is_some());
        let key = KeyBase::new(KeyParts {
            contract: analyzer.component.contract(),
            digest: &analyzer.component.digest().to_string(),
            params: &analyzer.params,
            identity: given.identity,
            nonce: given.nonce,
            fed: &format!("{:?} {:?} {:?} {:?}", audio, video, bytes, analyzer.descriptor.segmentation),
            media: &self.media_json,
            decoder: &decoder,
            engine: rushes_runtime::ENGINE,
        });
        Ok(Lane {
            analyzer: place,
            format: audio.as_ref().and_then(|request| feed::audio_format(index, request)),
            audio: audio.map(|request| place_of(&mut self.audio, request)),
            video: video.map(|request| place_of(&mut self.video, request)),
            bytes,
            key,
            decoder,
        })
    }

    /// What one segment must be decoded into for those lanes that miss its partial; none where nobody does.
    pub(crate) fn wants(&self, segment: &Segment, missing: &[&Lane], analyzers: &[Analyzer]) -> Option<Wants> {
        let lead_in = |is_fed: &dyn Fn(&Lane) -> bool| {
            missing
                .iter()
                .filter(|lane| is_fed(lane))
                .map(|lane| analyzers.get(lane.analyzer).map_or(0, Analyzer::lead_in_ms))
                .max()
        };
        let audio = want_list(&self.audio, |place| lead_in(&|lane| lane.audio == Some(place)));
        let video = want_list(&self.video, |place| lead_in(&|lane| lane.video == Some(place)));
        if audio.is_empty() && video.is_empty() {
            return None;
        }
        Some(Wants {
            segment: *segment,
            audio: audio
                .iter()
                .map(|(_, request, lead_in_ms)| AudioWant { request: *request, lead_in_ms: *lead_in_ms })
                .collect(),
            video: video
                .iter()
                .map(|(_, request, lead_in_ms)| VideoWant { request: *request, lead_in_ms: *lead_in_ms })
                .collect(),
        })
    }

    /// The places of the requests that a segment's wants hold, in their order.
    pub(crate) fn wanted_places(&self, missing: &[&Lane]) -> (Vec<usize>, Vec<usize>) {
        let places = |count: usize, of: &dyn Fn(&Lane) -> Option<usize>| {
            (0..count).filter(|place| missing.iter().any(|lane| of(lane) == Some(*place))).collect()
        };
        (places(self.audio.len(), &|lane| lane.audio), places(self.video.len(), &|lane| lane.video))
    }
}

impl Analyzer {
    /// How much before a segment it wants to see.
    pub(crate) fn lead_in_ms(&self) -> u32 {
        match self.descriptor.segmentation {
            Segmentation::Independent { lead_in_ms } => lead_in_ms,
            Segmentation::Whole | Segmentation::Chained => 0,
        }
    }
}

/// The requests that somebody wants, each with its place and longest lead-in.
fn want_list<R: Copy>(requests: &[R], lead_in: impl Fn(usize) -> Option<u32>) -> Vec<(usize, R, u32)> {
    requests
        .iter()
        .enumerate()
        .filter_map(|(place, request)| lead_in(place).map(|lead_in_ms| (place, *request, lead_in_ms)))
        .collect()
}

/// Where a request stands in the list, adding it if it is new: each is converted once.
fn place_of<R: PartialEq>(list: &mut Vec<R>, request: R) -> usize {
    list.iter().position(|known| *known == request).unwrap_or_else(|| {
        list.push(request);
        list.len() - 1
    })
}

fn missing(kind: &str, index: &Index) -> String {
    if kind == "transcript" {
        return "there is no transcript".into();
    }
    let refused: Vec<_> = index.refused.iter().filter(|why| why.starts_with(kind)).map(String::as_str).collect();
    if refused.is_empty() {
        format!("the recording has no {kind}")
    } else {
        format!("the recording's {kind} can't be decoded: {}", refused.join("; "))
    }
}

fn decoder_name(given: &Given<'_>, audio: bool, video: bool) -> String {
    match (audio || video).then(|| feed::decoder_name(given.index, given.decoders, audio, video)) {
        Some(name) => name,
        None => "none".into(),
    }
}
