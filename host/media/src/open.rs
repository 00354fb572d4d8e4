//! From an object's bytes to its index.

use std::ops::Range;

use bytes::Bytes;
use rushes_decode::audio_shape;
use rushes_model::MediaTime;
use rushes_model::media::Segment;

use crate::error::Error;
use crate::index::{Coding, Container, Index, Track};
use crate::limits;
use crate::probe::{self, probe};
use crate::reader::{ByteStream, Reader};
use crate::scan::{Begun, Scan};
use crate::window::{Ahead, Window};
use crate::{adts, aiff, caf, flac, mkv, mp3, mp4, ogg, tags, wav};

/// Reads the index of a recording by small ranges, or, where it has none, by reading all of it. What kind of file it is, its
/// bytes say and not its name.
///
/// # Errors
/// When it is no recording, isn't read yet, is encrypted, cut off, broken, or claims too much; or its bytes can't be had.
pub fn open(reader: &dyn Reader) -> Result<Index, Error> {
    Recording::open_with(reader, u64::MAX).map(|recording| recording.index)
}

/// A recording whose segments are known, or become known while it is read.
pub struct Recording {
    index: Index,
    scan: Option<Scan>,
    /// Of a recording that was complete from the beginning; none where scanning finds them.
    segments: Option<std::vec::IntoIter<Segment>>,
}

/// What a container's head tells.
enum Opened {
    /// All of it.
    Indexed(Index),
    /// The tracks.
    Begun(Begun),
}

impl Recording {
    /// Reads what there is of an index by small ranges.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open(reader: &dyn Reader) -> Result<Self, Error> {
        Self::open_with(reader, limits::SCANNED_AT_ONCE)
    }

    /// [`open`](Self::open), with another limit up to which a recording is scanned at once: results differ in nothing but the
    /// facts that are known before its end.
    ///
    /// # Errors
    /// As [`open`].
    pub fn open_with(reader: &dyn Reader, scanned_at_once: u64) -> Result<Self, Error> {
        let (begun, ahead) = match head(reader)? {
            (Opened::Indexed(index), _) => {
                return Ok(Self { segments: Some(index.segments().into_iter()), index, scan: None });
            }
            (Opened::Begun(begun), ahead) => (begun, ahead),
        };
        let (mut index, mut scan) = Scan::begin(begun, ahead, reader)?;
        if reader.identity().size <= scanned_at_once {
            scan.finish(&mut index, reader)?;
        }
        let segments = index.is_complete.then(|| index.segments().into_iter());
        Ok(Self { index, scan: Some(scan), segments })
    }

    /// What is known so far.
    pub fn index(&self) -> &Index {
        &self.index
    }

    /// Whether segments are found while reading, and so are worth a [mark](Self::mark).
    pub fn is_scanned(&self) -> bool {
        self.segments.is_none()
    }

    /// How many segments of a scanned recording were found so far.
    pub fn found(&self) -> u32 {
        self.scan.as_ref().map_or(0, Scan::found)
    }

    /// The next segment, none after the last; the index then holds all packets that feeding it needs.
    ///
    /// # Errors
    /// When bytes can't be had, or the recording claims too much.
    pub fn next_segment(&mut self, reader: &dyn Reader) -> Result<Option<Segment>, Error> {
        match (&mut self.segments, &mut self.scan) {
            (Some(known), _) => Ok(known.next()),
            (None, Some(scan)) => scan.next_segment(&mut self.index, reader),
            (None, None) => Ok(None),
        }
    }

    /// What was found for the segment that [`next_segment`](Self::next_segment) just gave.
    pub fn mark(&mut self, segment: Segment) -> Vec<u8> {
        self.scan.as_mut().map(|scan| scan.mark(&self.index, segment)).unwrap_or_default()
    }

    /// Instead of [`next_segment`](Self::next_segment): takes what an earlier attempt marked, and reads nothing. None where the
    /// bytes are no mark of this recording's next segment.
    pub fn restore(&mut self, mark: &[u8]) -> Option<Segment> {
        self.scan.as_mut()?.restore(&mut self.index, mark)
    }

    /// Bytes of some ranges: those that scanning just read aren't fetched again.
    ///
    /// # Errors
    /// When the stream can't be begun.
    pub fn stream<'a>(
        &'a mut self,
        reader: &'a dyn Reader,
        ranges: Vec<Range<u64>>,
    ) -> Result<(&'a Index, Box<dyn ByteStream + 'a>), Error> {
        let stream = match &mut self.scan {
            Some(scan) => scan.stream(reader, &ranges)?,
            None => reader.stream(ranges)?,
        };
        Ok((&self.index, stream))
    }

    /// Length, as far as anybody can tell yet.
    pub fn estimate(&self) -> MediaTime {
        self.scan.as_ref().map_or(self.index.duration, |scan| scan.estimate(&self.index))
    }
}

/// What the head tells, and what was read on the way of the bytes that a scan begins with.
fn head(reader: &dyn Reader) -> Result<(Opened, Bytes), Error> {
    let mut window = Window::new(reader);
    let head = window.read(0, probe::LENGTH, Ahead::Index)?;
    let at = tags::end(&mut window)?;
    let container = match at {
        0 => probe(&head)?,
        // What is in front of them are tags of a stream of frames.
        at => match probe(&window.read(at, probe::LENGTH, Ahead::Index)?) {
            Ok(container @ (Container::Adts | Container::Flac)) => container,
            _ => Container::Mp3,
        },
    };
    let begun = match container {
        Container::Mp4 => return Ok((Opened::Indexed(mp4::open(&mut window)?), Bytes::new())),
        Container::Wav => return Ok((Opened::Indexed(wav::open(&mut window)?), Bytes::new())),
        Container::Matroska | Container::WebM => mkv::open(&mut window)?,
        Container::Aiff => return Ok((Opened::Indexed(aiff::open(&mut window)?), Bytes::new())),
        Container::Caf => return Ok((Opened::Indexed(caf::open(&mut window)?), Bytes::new())),
        Container::Adts => adts::open(&mut window, at)?,
        Container::Mp3 => mp3::open(&mut window, at)?,
        Container::Flac => flac::open(&mut window, at)?,
        Container::Ogg => ogg::open(&mut window)?,
    };
    refuse_what_is_not_decoded(&begun.index)?;
    let ahead = window.held_from(begun.at);
    Ok((Opened::Begun(begun), ahead))
}

/// Streams of one track are of no use when that one can't be decoded.
fn refuse_what_is_not_decoded(index: &Index) -> Result<(), Error> {
    let [Track { coding: Coding::Audio(config), .. }] = &index.tracks[..] else { return Ok(()) };
    audio_shape(config).map(|_| ()).map_err(|error| Error::Tracks { refused: vec![format!("audio: {error}")] })
}
