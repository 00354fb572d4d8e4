//! Between the contract's types and the SDK's. Lists of samples and pixels are moved, never copied.

use serde_json::Value;

use crate::bindings::rushes::analyzer::types as wit;
use crate::described::{Described, parse};
use crate::{
    AudioBlock, AudioFormat, ByteBlock, Cue, Error, Event, Feed, Gap, Input, MergeSetup, Outcome, PixelFormat, Point,
    Report, Sampling, Segmentation, Series, Setup, Span, Timing, Track, Unmeasured, VideoFrame, Word,
};

impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::BadParams(why) => Self::BadParams(why),
            Error::BadInput(why) => Self::BadInput(why),
            Error::Failed(why) => Self::Failed(why),
        }
    }
}

impl From<Described> for wit::Descriptor {
    fn from(described: Described) -> Self {
        let descriptor = described.descriptor;
        Self {
            name: descriptor.name,
            version: descriptor.version,
            summary: descriptor.summary,
            inputs: descriptor.inputs.into_iter().map(Into::into).collect(),
            segmentation: match descriptor.segmentation {
                Segmentation::Whole => wit::Segmentation::Whole,
                Segmentation::Chained => wit::Segmentation::Chained,
                Segmentation::Independent(lead_in_ms) => wit::Segmentation::Independent(lead_in_ms),
            },
            params_schema: described.params_schema.as_value().to_string(),
            merge_params_schema: described.merge_params_schema.as_value().to_string(),
            summary_schema: described.summary_schema.as_value().to_string(),
            extra: descriptor.extra.to_string(),
        }
    }
}

impl From<Input> for wit::Input {
    fn from(input: Input) -> Self {
        let feed = match input.feed {
            Feed::Audio(request) => wit::Feed::Audio(wit::AudioRequest {
                sample_rate: request.sample_rate,
                mono: request.mono,
                block_ms: request.block_ms,
            }),
            Feed::Video(request) => wit::Feed::Video(wit::VideoRequest {
                max_side: request.max_side,
                pixels: match request.pixels {
                    PixelFormat::Gray8 => wit::PixelFormat::Gray8,
                    PixelFormat::Rgb8 => wit::PixelFormat::Rgb8,
                    PixelFormat::Yuv420p => wit::PixelFormat::Yuv420p,
                },
                sampling: match request.sampling {
                    Sampling::EveryFrame => wit::Sampling::EveryFrame,
                    Sampling::Interval(micros) => wit::Sampling::Interval(micros),
                    Sampling::Keyframes(micros) => wit::Sampling::Keyframes(micros),
                },
            }),
            Feed::Transcript => wit::Feed::Transcript,
            Feed::Bytes(block) => wit::Feed::Bytes(block),
        };
        Self { feed, required: input.required }
    }
}

/// Parameters, and the rest.
impl TryFrom<wit::Setup> for (String, Setup) {
    type Error = Error;

    fn try_from(setup: wit::Setup) -> Result<Self, Error> {
        let wit::Setup { params, media, audio, start_us, end_us, carry } = setup;
        let media = parse_media(&media)?;
        Ok((params, Setup { media, audio: audio.map(Into::into), start_us, end_us, carry }))
    }
}

/// Parameters, the merger's own, and the rest.
impl TryFrom<wit::MergeSetup> for (String, String, MergeSetup) {
    type Error = Error;

    fn try_from(setup: wit::MergeSetup) -> Result<Self, Error> {
        let wit::MergeSetup { params, merge_params, media, audio, duration_us, gaps } = setup;
        let gaps = gaps.into_iter().map(Into::into).collect();
        let media = parse_media(&media)?;
        Ok((params, merge_params, MergeSetup { media, audio: audio.map(Into::into), duration_us, gaps }))
    }
}

fn parse_media(media: &str) -> Result<Value, Error> {
    parse(media).map_err(|error| Error::Failed(format!("the host's media facts aren't JSON: {error}")))
}

impl From<wit::AudioFormat> for AudioFormat {
    fn from(format: wit::AudioFormat) -> Self {
        Self { sample_rate: format.sample_rate, channels: format.channels }
    }
}

impl From<wit::AudioBlock> for AudioBlock {
    fn from(block: wit::AudioBlock) -> Self {
        let wit::AudioBlock { start_us, first_sample, lead_in, samples } = block;
        Self { start_us, first_sample, lead_in, samples }
    }
}

impl From<wit::VideoFrame> for VideoFrame {
    fn from(frame: wit::VideoFrame) -> Self {
        let wit::VideoFrame { time_us, pts_us, duration_us, width, height, keyframe, full_range, lead_in, data } =
            frame;
        Self { time_us, pts_us, duration_us, width, height, keyframe, full_range, lead_in, data }
    }
}

impl From<wit::ByteBlock> for ByteBlock {
    fn from(block: wit::ByteBlock) -> Self {
        Self { offset: block.offset, data: block.data }
    }
}

impl From<wit::Cue> for Cue {
    fn from(cue: wit::Cue) -> Self {
        let wit::Cue { start_us, end_us, speaker, language, text, confidence, words } = cue;
        let words = words.into_iter().map(Into::into).collect();
        Self { start_us, end_us, speaker, language, text, confidence, words }
    }
}

impl From<Cue> for wit::Cue {
    fn from(cue: Cue) -> Self {
        let Cue { start_us, end_us, speaker, language, text, confidence, words } = cue;
        let words = words.into_iter().map(Into::into).collect();
        Self { start_us, end_us, speaker, language, text, confidence, words }
    }
}

impl From<wit::Word> for Word {
    fn from(word: wit::Word) -> Self {
        Self { start_us: word.start_us, end_us: word.end_us, text: word.text, confidence: word.confidence }
    }
}

impl From<Word> for wit::Word {
    fn from(word: Word) -> Self {
        Self { start_us: word.start_us, end_us: word.end_us, text: word.text, confidence: word.confidence }
    }
}

impl From<wit::Gap> for Gap {
    fn from(gap: wit::Gap) -> Self {
        let span = Span { start_us: gap.start_us, end_us: gap.end_us };
        Self { span, input: gap.input, cause: gap.cause }
    }
}

impl From<Outcome<Vec<u8>>> for wit::Outcome {
    fn from(outcome: Outcome<Vec<u8>>) -> Self {
        Self { partial: outcome.partial, carry: outcome.carry }
    }
}

impl From<Report<Value>> for wit::Report {
    fn from(report: Report<Value>) -> Self {
        Self {
            summary: report.summary.to_string(),
            coverage: report.coverage,
            not_measured: report.not_measured.into_iter().map(Into::into).collect(),
            series: report.series.into_iter().map(Into::into).collect(),
            events: report.events.into_iter().map(Into::into).collect(),
            tracks: report.tracks.into_iter().map(Into::into).collect(),
            cues: report.cues.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Unmeasured> for wit::Unmeasured {
    fn from(unmeasured: Unmeasured) -> Self {
        Self { what: unmeasured.what, why: unmeasured.why }
    }
}

impl From<Series> for wit::Series {
    fn from(series: Series) -> Self {
        let timing = match series.timing {
            Timing::Regular { start_us, step_us } => wit::Timing::Regular((start_us, step_us)),
            Timing::At(times_us) => wit::Timing::At(times_us),
        };
        Self { name: series.name, unit: series.unit, timing, values: series.values }
    }
}

impl From<Event> for wit::Event {
    fn from(event: Event) -> Self {
        let Event { start_us, end_us, kind, label, confidence, track, detail } = event;
        Self { start_us, end_us, kind, label, confidence, track, detail: detail.map(|detail| detail.to_string()) }
    }
}

impl From<Point> for wit::Point {
    fn from(point: Point) -> Self {
        let Point { time_us, x, y, w, h, confidence } = point;
        Self { time_us, x, y, w, h, confidence }
    }
}

impl From<Track> for wit::Track {
    fn from(track: Track) -> Self {
        let Track { id, kind, label, hold_us, points } = track;
        Self { id, kind, label, hold_us, points: points.into_iter().map(Into::into).collect() }
    }
}
