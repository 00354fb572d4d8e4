//! The component's exports.

use std::cell::RefCell;
use std::collections::VecDeque;

use rushes_decode::{AudioDecoder, Decoded, Error, Plane, VideoDecoder, VideoPacket, open_audio, open_video};

use crate::bindings::exports::rushes::decoders::decoding as wit;

struct Component;

/// The exports' symbols.
#[expect(unsafe_code, reason = "generated")]
mod symbols {
    crate::bindings::export!(Component with_types_in crate::bindings);

    use super::Component;
}

impl wit::Guest for Component {
    type Audio = Audio;
    type Video = Video;
}

/// Exported methods take `&self`; a component has one thread, and none of them calls another.
struct Audio(RefCell<Box<dyn AudioDecoder>>);

impl wit::GuestAudio for Audio {
    fn open(config: Vec<u8>) -> Result<wit::Audio, wit::Error> {
        let config = postcard::from_bytes(&config).map_err(unreadable)?;
        Ok(wit::Audio::new(Self(RefCell::new(open_audio(&config)?))))
    }

    fn decode(&self, packet: Vec<u8>) -> Result<Vec<f32>, wit::Error> {
        let mut samples = Vec::new();
        self.0.borrow_mut().decode(&packet, &mut samples)?;
        Ok(samples)
    }

    fn restart(&self) {
        self.0.borrow_mut().restart();
    }
}

/// As [`Audio`].
struct Video(RefCell<Inner>);

struct Inner {
    decoder: Box<dyn VideoDecoder>,
    decoded: Vec<Decoded>,
    ready: VecDeque<Decoded>,
}

impl Inner {
    fn outcome(&mut self, outcome: Result<(), Error>) -> wit::Outcome {
        self.ready.extend(self.decoded.drain(..));
        wit::Outcome {
            ready: u32::try_from(self.ready.len()).unwrap_or(u32::MAX),
            failed: outcome.err().map(Into::into),
        }
    }
}

impl wit::GuestVideo for Video {
    fn open(config: Vec<u8>) -> Result<wit::Video, wit::Error> {
        let config = postcard::from_bytes(&config).map_err(unreadable)?;
        let decoder = open_video(&config)?;
        Ok(wit::Video::new(Self(RefCell::new(Inner { decoder, decoded: Vec::new(), ready: VecDeque::new() }))))
    }

    fn decode(&self, number: u64, keyframe: bool, packet: Vec<u8>) -> wit::Outcome {
        let mut inner = self.0.borrow_mut();
        let Inner { decoder, decoded, .. } = &mut *inner;
        let outcome = decoder.decode(VideoPacket { number, bytes: &packet, keyframe }, decoded);
        inner.outcome(outcome)
    }

    fn flush(&self) -> wit::Outcome {
        let mut inner = self.0.borrow_mut();
        let Inner { decoder, decoded, .. } = &mut *inner;
        let outcome = decoder.flush(decoded);
        inner.outcome(outcome)
    }

    fn take(&self) -> Option<wit::Picture> {
        self.0.borrow_mut().ready.pop_front().map(Into::into)
    }

    fn is_disposable(&self, packet: Vec<u8>) -> bool {
        self.0.borrow().decoder.is_disposable(&packet)
    }

    fn skip(&self, packet: Vec<u8>) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().decoder.skip(&packet)?)
    }

    fn restart(&self) {
        let mut inner = self.0.borrow_mut();
        inner.ready.clear();
        inner.decoder.restart();
    }
}

/// Host and component are of one build.
fn unreadable(error: postcard::Error) -> wit::Error {
    wit::Error::Failed(format!("a configuration that can't be read: {error}"))
}

/// The codec's name is left out: who asked knows it.
impl From<Error> for wit::Error {
    fn from(error: Error) -> Self {
        match error {
            Error::Unsupported { what, .. } => Self::Unsupported(what),
            Error::Configuration { what, .. } => Self::Configuration(what),
            Error::Limits { what, limit, .. } => Self::Limits((what, limit)),
            Error::Damaged { what, .. } => Self::Damaged(what),
            // The rest is what walls say, and the only walls here are the host's.
            other => Self::Failed(other.to_string()),
        }
    }
}

impl From<Decoded> for wit::Picture {
    fn from(Decoded { number, picture }: Decoded) -> Self {
        let [y, u, v] = picture.planes.map(Into::into);
        Self {
            number,
            width: size(picture.width),
            height: size(picture.height),
            pixel_aspect: picture.pixel_aspect,
            full_range: picture.colour.full_range,
            matrix: picture.colour.matrix,
            y,
            u,
            v,
        }
    }
}

impl From<Plane> for wit::Plane {
    fn from(plane: Plane) -> Self {
        Self {
            samples: plane.samples,
            stride: size(plane.stride),
            first: size(plane.first),
            width: size(plane.width),
            height: size(plane.height),
        }
    }
}

/// `usize` has 32 bits here.
fn size(size: usize) -> u32 {
    u32::try_from(size).unwrap_or(u32::MAX)
}
