//! Takes everything that is fed, and checks on the way what is always true.

use std::ops::Range;
use std::path::Path;

use bytes::Bytes;
use rushes_model::Identity;

use super::*;
use crate::reader::{ByteStream, Chunk, ReadError, Reader};

/// A file in memory, and its index.
pub(super) struct Opened {
    file: Memory,
    pub(super) index: Index,
    /// Bytes of a chunk of its streams.
    pub(super) chunk: usize,
    pub(super) worth_skipping: u64,
}

/// All that came.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Collected {
    pub(super) audio: Vec<Vec<AudioBlock>>,
    pub(super) video: Vec<Vec<VideoFrame>>,
    pub(super) gaps: Vec<Gap>,
    pub(super) fed: Vec<Counts>,
}

/// [`Fed`] without time.
pub(super) type Counts = (u64, u64, u64, u64);

impl Opened {
    pub(super) fn open(path: &Path) -> Self {
        Self::try_open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    pub(super) fn try_open(path: &Path) -> Result<Self, Error> {
        Self::of_bytes(std::fs::read(path).unwrap())
    }

    pub(super) fn of_bytes(bytes: Vec<u8>) -> Result<Self, Error> {
        let place = String::new();
        let identity = Identity { size: bytes.len() as u64, etag: None, version: None, modified: None, place };
        let file = Memory { bytes: bytes.into(), identity };
        let index = crate::open(&file)?;
        Ok(Self { file, index, chunk: 1 << 20, worth_skipping: 1 << 20 })
    }

    pub(super) fn reader(&self) -> &dyn Reader {
        &self.file
    }

    /// The file, with some bytes changed after its index was read.
    pub(super) fn with_damage(mut self, damage: impl FnOnce(&mut [u8])) -> Self {
        let mut bytes = self.file.bytes.to_vec();
        damage(&mut bytes);
        self.file.bytes = bytes.into();
        self
    }

    pub(super) fn feed(&self, segments: &[Segment], audio: &[AudioWant], video: &[VideoWant]) -> Collected {
        self.try_feed(segments, audio, video).unwrap()
    }

    /// Feeds segments one after the other from one stream, as a job does.
    pub(super) fn try_feed(
        &self,
        segments: &[Segment],
        audio: &[AudioWant],
        video: &[VideoWant],
    ) -> Result<Collected, Error> {
        let wants: Vec<Wants> = segments
            .iter()
            .map(|segment| Wants { segment: *segment, audio: audio.to_vec(), video: video.to_vec() })
            .collect();
        let all: Vec<Range<u64>> =
            wants.iter().flat_map(|wants| ranges(&self.index, wants, self.worth_skipping)).collect();
        let mut stream = Chunks { bytes: self.file.bytes.clone(), ranges: all.into(), size: self.chunk };
        let empty = || Collected {
            audio: audio.iter().map(|_| Vec::new()).collect(),
            video: video.iter().map(|_| Vec::new()).collect(),
            ..Collected::default()
        };
        let mut collected = empty();
        for wants in &wants {
            let mut segment = empty();
            let fed = feed(&self.index, wants, &rushes_decode::Native, &mut stream, &mut segment)?;
            collected.audio.iter_mut().zip(segment.audio).for_each(|(all, blocks)| all.extend(blocks));
            collected.video.iter_mut().zip(segment.video).for_each(|(all, frames)| all.extend(frames));
            collected.gaps.extend(segment.gaps);
            collected.fed.push((fed.pictures_decoded, fed.pictures_there, fed.pictures_lost, fed.samples_decoded));
        }
        assert!(stream.next()?.is_none(), "bytes were left in the stream");
        Ok(collected)
    }

    /// One segment over all.
    pub(super) fn whole(&self) -> [Segment; 1] {
        let span = Span::new(MediaTime::ZERO, self.index.duration);
        [Segment { index: 0, span, is_last: true }]
    }

    /// Segments that begin at these times.
    pub(super) fn cut_at(&self, starts: &[MediaTime]) -> Vec<Segment> {
        let ends = starts.iter().skip(1).copied().chain([self.index.duration]);
        (0u32..)
            .zip(starts.iter().zip(ends))
            .map(|(index, (&start, end))| Segment {
                index,
                span: Span::new(start, end),
                is_last: index as usize + 1 == starts.len(),
            })
            .collect()
    }

    /// Media times of the video track's keyframes.
    pub(super) fn keyframes(&self) -> Vec<MediaTime> {
        let track = self.index.video().unwrap();
        let keyframes = track.packets.iter().filter(|packet| packet.keyframe && track.shows(packet));
        let mut times: Vec<MediaTime> =
            keyframes.map(|packet| MediaTime::from_micros(track.micros_of(packet.pts) as u64)).collect();
        times.sort();
        times
    }
}

pub(super) struct Memory {
    bytes: Bytes,
    identity: Identity,
}

impl Reader for Memory {
    fn identity(&self) -> &Identity {
        &self.identity
    }

    fn read_at(&self, offset: u64, length: usize) -> Result<Bytes, ReadError> {
        let start = (offset as usize).min(self.bytes.len());
        Ok(self.bytes.slice(start..(start + length).min(self.bytes.len())))
    }

    fn stream(&self, ranges: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError> {
        Ok(Box::new(Chunks { bytes: self.bytes.clone(), ranges: ranges.into(), size: 1 << 20 }))
    }
}

/// From which nothing can be read.
pub(super) struct Nothing;

impl Reader for Nothing {
    fn identity(&self) -> &Identity {
        unreachable!("nobody asks")
    }

    fn read_at(&self, offset: u64, _: usize) -> Result<Bytes, ReadError> {
        panic!("byte {offset} was read")
    }

    fn stream(&self, ranges: Vec<Range<u64>>) -> Result<Box<dyn ByteStream>, ReadError> {
        panic!("{ranges:?} were read")
    }
}

/// Bytes of ranges, in chunks of one size.
struct Chunks {
    bytes: Bytes,
    ranges: std::collections::VecDeque<Range<u64>>,
    size: usize,
}

impl ByteStream for Chunks {
    fn next(&mut self) -> Result<Option<Chunk>, ReadError> {
        let Some(range) = self.ranges.front_mut() else { return Ok(None) };
        let (offset, end) = (range.start, range.end.min(range.start + self.size as u64));
        range.start = end;
        if range.is_empty() {
            self.ranges.pop_front();
        }
        Ok(Some(Chunk { offset, bytes: self.bytes.slice(offset as usize..end as usize) }))
    }
}

impl Sink for Collected {
    fn audio(&mut self, want: usize, block: AudioBlock) -> Result<(), Stop> {
        assert!(!block.samples.is_empty() && block.samples.iter().all(|sample| sample.is_finite()));
        if let Some(last) = self.audio[want].last() {
            assert!(last.start < block.start, "blocks come by time");
        }
        self.audio[want].push(block);
        Ok(())
    }

    fn video(&mut self, want: usize, frame: VideoFrame) -> Result<(), Stop> {
        if let Some(last) = self.video[want].last() {
            assert!(last.time < frame.time, "pictures come by time: {} after {}", frame.time, last.time);
        }
        self.video[want].push(frame);
        Ok(())
    }

    fn gap(&mut self, gap: Gap) {
        self.gaps.push(gap);
    }

    fn progress(&mut self, _: MediaTime) {}
}
