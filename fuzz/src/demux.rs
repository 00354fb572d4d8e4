//! A file of any container.

use rushes_media::feed::{self, AudioWant, Sink, VideoWant, Wants};
use rushes_media::{Native, Recording};
use rushes_model::MediaTime;
use rushes_model::media::{AudioBlock, AudioRequest, Gap, PixelFormat, Sampling, Segment, VideoFrame, VideoRequest};
use rushes_model::stop::Stop;

use crate::memory::Memory;

/// Opens it, plans all segments (as they are found and at once: both must agree), and feeds the first.
pub(crate) fn demux(bytes: &[u8]) {
    let file = Memory::new(bytes);
    let Ok(mut recording) = Recording::open_with(&file, 0) else { return };
    let (mut segments, mut marks) = (Vec::new(), Vec::new());
    let is_scanned = recording.is_scanned();
    loop {
        match recording.next_segment(&file) {
            Ok(Some(segment)) => {
                marks.push(recording.mark(segment));
                segments.push(segment);
            }
            Ok(None) => break,
            Err(_) => return,
        }
    }
    cover(&segments, recording.index().duration);
    assert_eq!(segments, recording.index().segments(), "found one by one and all at once");
    if is_scanned {
        let mut again = Recording::open_with(&file, 0).expect("it opened before");
        for (mark, segment) in marks.iter().zip(&segments) {
            assert_eq!(again.restore(mark), Some(*segment));
        }
    }
    if let Some(segment) = segments.first() {
        feed_it(&mut recording, &file, *segment);
    }
}

/// Segments lie end to end from 0 to the duration.
pub(crate) fn cover(segments: &[Segment], duration: MediaTime) {
    let mut at = MediaTime::ZERO;
    for (number, segment) in (0u32..).zip(segments) {
        assert_eq!((segment.index, segment.span.start), (number, at));
        assert!(segment.span.end > at, "segment {number} is empty");
        assert_eq!(segment.is_last, number as usize + 1 == segments.len());
        at = segment.span.end;
    }
    assert_eq!(at, duration);
}

fn feed_it(recording: &mut Recording, file: &Memory, segment: Segment) {
    let wants = wants(segment);
    let ranges = feed::ranges(recording.index(), &wants, 1 << 16);
    let Ok((index, mut stream)) = recording.stream(file, ranges) else { return };
    let mut sink = Checked { audio: None, video: None };
    let _ = feed::feed(index, &wants, &Native, &mut *stream, &mut sink);
}

/// Sound as it is, and small pictures five times a second.
pub(crate) fn wants(segment: Segment) -> Wants {
    let audio = AudioRequest { sample_rate: std::num::NonZeroU32::new(16_000), mono: true, block_ms: 100 };
    let sampling = Sampling::Interval(200_000);
    let video = VideoRequest { max_side: Some(64), pixels: PixelFormat::Gray8, sampling };
    Wants {
        segment,
        audio: vec![AudioWant { request: audio, lead_in_ms: 0 }],
        video: vec![VideoWant { request: video, lead_in_ms: 500 }],
    }
}

/// What comes by rising time, and is no more than a fuzzer's patience.
pub(crate) struct Checked {
    pub(crate) audio: Option<MediaTime>,
    pub(crate) video: Option<MediaTime>,
}

impl Sink for Checked {
    fn audio(&mut self, _: usize, block: AudioBlock) -> Result<(), Stop> {
        assert!(self.audio.replace(block.start).is_none_or(|last| last < block.start), "blocks come by time");
        assert!(block.samples.iter().all(|sample| sample.is_finite()));
        Ok(())
    }

    fn video(&mut self, _: usize, frame: VideoFrame) -> Result<(), Stop> {
        assert!(self.video.replace(frame.time).is_none_or(|last| last < frame.time), "pictures come by time");
        assert_eq!(frame.data.len(), frame.width as usize * frame.height as usize);
        // A file may say that one picture lasts for days.
        if frame.time > MediaTime::from_secs(600) { Err(Stop::Cancelled) } else { Ok(()) }
    }

    fn gap(&mut self, gap: Gap) {
        assert!(gap.span.start < gap.span.end);
    }

    fn progress(&mut self, _: MediaTime) {}
}
