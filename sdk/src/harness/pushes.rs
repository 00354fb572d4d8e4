//! What a session is fed of a recording, in the contract's order.

use std::ops::Range;

use crate::harness::recording::{Picture, Recording, sample_time};
use crate::session::Session;
use crate::{
    Analyzer, AudioBlock, AudioFormat, AudioRequest, ByteBlock, Cue, Feed, Gap, Result, Sampling, Span, VideoFrame,
};

/// One call. The order of the variants is that of calls at equal times.
pub(super) enum Push {
    Transcript(Cue),
    Audio(AudioBlock),
    Video(VideoFrame),
    Bytes(ByteBlock),
}

impl Push {
    pub(super) fn into_session<A: Analyzer>(self, session: &mut Session<A>) -> Result<()> {
        match self {
            Self::Transcript(cue) => session.push_transcript(vec![cue]),
            Self::Audio(block) => session.push_audio(block),
            Self::Video(frame) => session.push_video(frame),
            Self::Bytes(block) => session.push_bytes(block),
        }
    }

    /// Start, and rank at equal starts.
    const fn order(&self) -> (u64, u8) {
        match self {
            Self::Transcript(cue) => (cue.start_us, 0),
            Self::Audio(block) => (block.start_us, 1),
            Self::Video(frame) => (frame.time_us, 2),
            Self::Bytes(block) => (block.offset, 3),
        }
    }
}

impl Recording {
    /// What lies in `segment`, and in the lead-in before it. Each thing belongs to the segment in which it starts.
    pub(super) fn pushes(&self, segment: Span, lead_in_us: u64) -> Vec<Push> {
        let from_us = segment.start_us.saturating_sub(lead_in_us);
        let inside = |start_us: u64| from_us <= start_us && start_us < segment.end_us;
        let mut pushes = Vec::new();
        for input in &self.descriptor.inputs {
            match input.feed {
                Feed::Audio(request) => pushes.extend(self.blocks(request, segment, inside)),
                Feed::Video(request) => pushes.extend(self.frames(request.sampling, segment, inside)),
                Feed::Transcript => {
                    let cues = self.cues.iter().flatten().filter(|cue| inside(cue.start_us));
                    pushes.extend(cues.cloned().map(Push::Transcript));
                }
                Feed::Bytes(size) => pushes.extend(self.byte_blocks(size)),
            }
        }
        pushes.sort_by_key(Push::order);
        pushes
    }

    fn blocks(&self, request: AudioRequest, segment: Span, inside: impl Fn(u64) -> bool) -> Vec<Push> {
        let Some((format, samples)) = &self.audio else { return Vec::new() };
        let width = format.channels.len().max(1);
        let block_ms = self.block_ms.unwrap_or(request.block_ms);
        let mut pushes = Vec::new();
        for block in grid((samples.len() / width) as u64, block_ms, format.sample_rate) {
            let start_us = sample_time(block.start, format.sample_rate);
            if !inside(start_us) {
                continue;
            }
            for piece in without_gaps(block, format, &self.gaps) {
                let piece_us = sample_time(piece.start, format.sample_rate);
                // What a gap leaves of a block that began before the segment is the segment before's, and no lead-in by its time.
                if start_us < segment.start_us && piece_us >= segment.start_us {
                    continue;
                }
                let interleaved = samples.iter().skip(piece.start as usize * width);
                pushes.push(Push::Audio(AudioBlock {
                    start_us: piece_us,
                    first_sample: piece.start,
                    lead_in: piece_us < segment.start_us,
                    samples: interleaved.take((piece.end - piece.start) as usize * width).copied().collect(),
                }));
            }
        }
        pushes
    }

    fn frames(&self, sampling: Sampling, segment: Span, inside: impl Fn(u64) -> bool) -> Vec<Push> {
        let pictures = self.pictures.as_deref().unwrap_or_default();
        let shown: Vec<(u64, &Picture)> = match sampling {
            Sampling::EveryFrame => pictures.iter().map(|picture| (picture.pts_us, picture)).collect(),
            Sampling::Interval(step_us) => on_grid(pictures, step_us, self.end_us()),
            Sampling::Keyframes(step_us) => first_keyframes(pictures, step_us),
        };
        let present = |&(_, picture): &(u64, &Picture)| {
            !self.gaps.iter().any(|gap| gap.input == "video" && holds(gap.span, picture.pts_us))
        };
        let wanted = shown.into_iter().filter(|&(time_us, _)| inside(time_us)).filter(present);
        let frame = |(time_us, picture): (u64, &Picture)| {
            Push::Video(VideoFrame {
                time_us,
                pts_us: picture.pts_us,
                duration_us: picture.duration_us,
                width: picture.width,
                height: picture.height,
                keyframe: picture.keyframe,
                full_range: picture.full_range,
                lead_in: time_us < segment.start_us,
                data: picture.data.clone(),
            })
        };
        wanted.map(frame).collect()
    }

    fn byte_blocks(&self, size: u32) -> Vec<Push> {
        let object = self.object.as_deref().unwrap_or_default();
        let size = (size as usize).max(1);
        let block = |(index, data): (usize, &[u8])| {
            Push::Bytes(ByteBlock { offset: (index * size) as u64, data: data.to_vec() })
        };
        object.chunks(size).enumerate().map(block).collect()
    }
}

/// Blocks of samples: block n begins at sample ceil(n * ms * rate / 1000).
fn grid(sample_count: u64, block_ms: u32, sample_rate: u32) -> Vec<Range<u64>> {
    let begin = |block: u64| (block * u64::from(block_ms.max(1)) * u64::from(sample_rate)).div_ceil(1_000);
    let blocks = (0..).map(|block| begin(block)..begin(block + 1));
    let blocks = blocks.take_while(|block| block.start < sample_count);
    blocks.map(|block| block.start..block.end.min(sample_count)).filter(|block| !block.is_empty()).collect()
}

/// What the gaps leave of a block.
fn without_gaps(block: Range<u64>, format: &AudioFormat, gaps: &[Gap]) -> Vec<Range<u64>> {
    let mut pieces = vec![block];
    for gap in gaps.iter().filter(|gap| gap.input == "audio") {
        let first = |time_us: u64| {
            let sample = (u128::from(time_us) * u128::from(format.sample_rate)).div_ceil(1_000_000);
            u64::try_from(sample).unwrap_or(u64::MAX)
        };
        let (from, to) = (first(gap.span.start_us), first(gap.span.end_us));
        let around = |piece: Range<u64>| [piece.start..piece.end.min(from), piece.start.max(to)..piece.end];
        pieces = pieces.into_iter().flat_map(around).filter(|piece| piece.start < piece.end).collect();
    }
    pieces
}

/// The picture shown at each multiple of `step_us`, again while it lasts.
fn on_grid(pictures: &[Picture], step_us: u64, end_us: u64) -> Vec<(u64, &Picture)> {
    let step_us = step_us.max(1);
    let mut shown = Vec::new();
    for (index, picture) in pictures.iter().enumerate() {
        let next_us = pictures.get(index + 1).map_or(end_us, |next| next.pts_us);
        let last_us = if picture.duration_us == 0 { next_us } else { picture.end_us().min(next_us) };
        let first = picture.pts_us.div_ceil(step_us);
        let times = (first..).map(|point| point * step_us).take_while(|&time_us| time_us < last_us);
        shown.extend(times.map(|time_us| (time_us, picture)));
    }
    shown
}

/// The first keyframe in each span of `step_us`.
fn first_keyframes(pictures: &[Picture], step_us: u64) -> Vec<(u64, &Picture)> {
    let mut shown: Vec<(u64, &Picture)> = Vec::new();
    let slot = |time_us: u64| time_us / step_us.max(1);
    for picture in pictures.iter().filter(|picture| picture.keyframe) {
        if shown.last().is_none_or(|&(before_us, _)| slot(before_us) < slot(picture.pts_us)) {
            shown.push((picture.pts_us, picture));
        }
    }
    shown
}

const fn holds(span: Span, time_us: u64) -> bool {
    span.start_us <= time_us && time_us < span.end_us
}
