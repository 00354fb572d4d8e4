//! The driving of decoders: an index and its packets become blocks of samples and pictures.
//!
//! ```text
//! Index + Wants ─► plan: which packets, in which order ─► ranges ─► ByteStream
//!                                                                       │ packets
//!                     Sink ◄─ blocks ◄─ resampler ◄─ audio decoder ◄────┤
//!                     Sink ◄─ order of time ◄─ converter ◄─ video decoder ◄
//! ```
//! A segment is a pure function of the object: [`feed`] makes fresh decoders, begins at a fixed pre-roll, and delivers what
//! starts in the segment. What comes out does not depend on what else is asked for, or on where reading began before.
//!
//! Samples that aren't finite (only a file of floating-point samples can hold them) count as damaged: they are left out, as a
//! jump, and a [`Gap`] names them.

use std::ops::Range;

use rushes_decode::{AudioShape, CONVERTERS, Decoders, audio_shape};
use rushes_model::MediaTime;
use rushes_model::media::{AudioBlock, AudioFormat, AudioRequest, Gap, Segment, VideoFrame, VideoRequest};
use rushes_model::stop::Stop;
use tracing::trace_span;

use crate::error::Error;
use crate::index::{Coding, Index, Track};
use crate::reader::ByteStream;

mod audio;
mod blocks;
mod gaps;
mod packets;
mod placed;
mod plan;
mod shown;
mod spans;
mod video;

/// One kind of audio, for all analyzers that want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AudioWant {
    /// What is wanted.
    pub request: AudioRequest,
    /// Blocks that begin so long before the segment are delivered too.
    pub lead_in_ms: u32,
}

/// One kind of pictures, for all analyzers that want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VideoWant {
    /// What is wanted.
    pub request: VideoRequest,
    /// Pictures so long before the segment are delivered too.
    pub lead_in_ms: u32,
}

/// What is fed of one segment. Requests are distinct; a request's place is its number at the [`Sink`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wants {
    /// Which segment.
    pub segment: Segment,
    /// Kinds of audio.
    pub audio: Vec<AudioWant>,
    /// Kinds of pictures.
    pub video: Vec<VideoWant>,
}

/// Takes what comes out. Calls for one want come by rising time; audio and pictures come as they lie in the file.
pub trait Sink {
    /// A block, or the part of it that is there: a hole in the track splits a block.
    ///
    /// # Errors
    /// When the work is to stop.
    fn audio(&mut self, want: usize, block: AudioBlock) -> Result<(), Stop>;

    /// A picture.
    ///
    /// # Errors
    /// When the work is to stop.
    fn video(&mut self, want: usize, frame: VideoFrame) -> Result<(), Stop>;

    /// A span of the segment of which an input gives nothing.
    fn gap(&mut self, gap: Gap);

    /// How far decoding is.
    fn progress(&mut self, at: MediaTime);
}

/// What one segment took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fed {
    /// Pictures that went through the decoder, pre-roll too.
    pub pictures_decoded: u64,
    /// Pictures that are presented in the segment.
    pub pictures_there: u64,
    /// Pictures of the segment that could not be decoded.
    pub pictures_lost: u64,
    /// Samples (of all channels) that were decoded, pre-roll too.
    pub samples_decoded: u64,
}

/// What [`feed`] will read, in its order. Between packets that are wanted, holes of up to `worth_skipping` bytes are read over:
/// a request more would cost more than they do. What is fed doesn't depend on it.
///
/// Empty where nothing is wanted or there.
pub fn ranges(index: &Index, wants: &Wants, worth_skipping: u64) -> Vec<Range<u64>> {
    plan::Plan::new(index, wants).map(|plan| packets::merge(plan.reads(), worth_skipping)).unwrap_or_default()
}

/// Feeds one segment. `stream` must go on with exactly the bytes of [`ranges`]; all of them are taken from it.
///
/// # Errors
/// When bytes can't be had, when a decoder can't go on at all, or when the sink says stop. A damaged packet is no error but a
/// gap.
pub fn feed(
    index: &Index,
    wants: &Wants,
    decoders: &dyn Decoders,
    stream: &mut dyn ByteStream,
    sink: &mut dyn Sink,
) -> Result<Fed, Error> {
    let plan = plan::Plan::new(index, wants)?;
    let mut gaps = gaps::Gaps::new(wants.segment.span, &index.gaps);
    let mut fed = Fed { pictures_there: plan.pictures_there(), ..Fed::default() };
    let mut audio = plan.audio.as_ref().map(|plan| audio::Lane::open(plan, wants, decoders)).transpose()?;
    let mut video = plan.video.as_ref().map(|plan| video::Lane::open(plan, wants, decoders)).transpose()?;
    let mut packets = packets::Packets::new(stream);
    for read in plan.reads() {
        let packet = {
            let _span = trace_span!(target: "rushes::time", "demux", offset = read.offset, bytes = read.size).entered();
            plan.whole(read.kind, packets.packet(&read)?)
        };
        let decode = match read.kind {
            plan::Kind::Audio => trace_span!(target: "rushes::time", "decode audio", packet = read.index),
            plan::Kind::Video => trace_span!(target: "rushes::time", "decode video", packet = read.index),
        };
        let _span = decode.entered();
        match read.kind {
            plan::Kind::Audio => {
                if let Some(lane) = &mut audio {
                    lane.packet(read.index, &packet, sink, &mut gaps, &mut fed)?;
                }
            }
            plan::Kind::Video => {
                if let Some(lane) = &mut video {
                    lane.packet(read.index, &packet, sink, &mut gaps, &mut fed)?;
                }
            }
        }
    }
    if let Some(lane) = &mut audio {
        lane.finish(sink, &mut gaps)?;
    }
    if let Some(lane) = &mut video {
        lane.finish(sink, &mut gaps, &mut fed)?;
    }
    gaps.report(sink);
    Ok(fed)
}

/// How a request's samples will be laid out; none where there is no audio that can be decoded.
pub fn audio_format(index: &Index, request: &AudioRequest) -> Option<AudioFormat> {
    let AudioShape { mut format, .. } = match &index.audio()?.coding {
        Coding::Audio(config) => audio_shape(config).ok()?,
        Coding::Video(_) => return None,
    };
    if let Some(rate) = request.sample_rate {
        format.sample_rate = rate.get();
    }
    if request.mono {
        format.channels = vec!["M".to_owned()];
    }
    Some(format)
}

/// Names and versions of the decoders and converters behind what is fed. Equal names mean equal output.
pub fn decoder_name(index: &Index, decoders: &dyn Decoders, audio: bool, video: bool) -> String {
    let name = |wanted: bool, track: Option<&Track>| match (wanted, track.map(|track| &track.coding)) {
        (true, Some(Coding::Audio(config))) => Some(decoders.audio_name(config)),
        (true, Some(Coding::Video(config))) => Some(decoders.video_name(config)),
        (true, None) | (false, _) => None,
    };
    let named = [name(audio, index.audio()), name(video, index.video()), Some(CONVERTERS.to_owned())];
    named.into_iter().flatten().collect::<Vec<String>>().join(", ")
}

#[cfg(test)]
mod tests;
