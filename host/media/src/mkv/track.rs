//! A TrackEntry (RFC 9559, 5.1.4.1): what it is, before anybody asks whether it can be decoded.

use super::ebml::{Element, elements};
use super::id;
use crate::error::Error;

/// What kind of packets a track holds (RFC 9559, 5.1.4.1.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Kind {
    Video,
    Audio,
    Subtitles,
    #[default]
    Other,
}

/// One track. Times are nanoseconds.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) number: u64,
    pub(super) kind: Kind,
    pub(super) enabled: bool,
    pub(super) codec: String,
    pub(super) private: Vec<u8>,
    pub(super) default_duration: u64,
    pub(super) codec_delay: u64,
    pub(super) language: String,
    pub(super) video: Video,
    pub(super) audio: Audio,
    /// What each packet begins with, left out in the file.
    pub(super) prefix: Vec<u8>,
    /// Packets are packed in a way that isn't undone.
    pub(super) packed: Option<&'static str>,
}

/// Pictures' own fields.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Video {
    pub(super) width: u64,
    pub(super) height: u64,
    /// Pixels that aren't shown: left and right, top and bottom.
    pub(super) cropped: (u64, u64),
    pub(super) display: (Option<u64>, Option<u64>),
    /// 0 pixels, 1 and 2 lengths, 3 a ratio, 4 unknown.
    pub(super) display_unit: u64,
    pub(super) matrix: Option<u64>,
    pub(super) range: Option<u64>,
    /// Of a flat picture, counter-clockwise, in degrees.
    pub(super) roll: f64,
}

/// Sound's own fields.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Audio {
    pub(super) sample_rate: f64,
    pub(super) output_rate: Option<f64>,
    pub(super) channels: u64,
    pub(super) bits: u64,
}

impl Entry {
    /// With the standard's defaults where nothing is said.
    pub(super) fn read(entry: &Element<'_>, at: u64) -> Result<Self, Error> {
        let mut track = Self {
            number: 0,
            kind: Kind::Other,
            enabled: true,
            codec: String::new(),
            private: Vec::new(),
            default_duration: 0,
            codec_delay: 0,
            language: "eng".to_owned(),
            video: Video::default(),
            audio: Audio { sample_rate: 8_000.0, output_rate: None, channels: 1, bits: 0 },
            prefix: Vec::new(),
            packed: None,
        };
        for child in elements(entry.body) {
            track.field(&child, at)?;
        }
        Ok(track)
    }

    fn field(&mut self, child: &Element<'_>, at: u64) -> Result<(), Error> {
        let unsigned = child.unsigned().unwrap_or(0);
        match child.id {
            id::TRACK_NUMBER => self.number = unsigned,
            id::TRACK_TYPE => {
                self.kind = match unsigned {
                    1 => Kind::Video,
                    2 => Kind::Audio,
                    17 => Kind::Subtitles,
                    _ => Kind::Other,
                }
            }
            id::FLAG_ENABLED | id::FLAG_DEFAULT => self.enabled &= unsigned != 0,
            id::CODEC_ID => self.codec = child.text(),
            id::CODEC_PRIVATE => self.private = child.body.to_vec(),
            id::DEFAULT_DURATION => self.default_duration = unsigned,
            id::CODEC_DELAY => self.codec_delay = unsigned,
            id::LANGUAGE | id::LANGUAGE_BCP47 => self.language = child.text(),
            id::VIDEO => elements(child.body).for_each(|child| self.video.field(&child)),
            id::AUDIO => elements(child.body).for_each(|child| self.audio.field(&child)),
            id::CONTENT_ENCODINGS => self.encodings(child, at)?,
            _ => {}
        }
        Ok(())
    }

    /// RFC 9559, 5.1.4.1.31. Left-out beginnings are put back; nothing else that packs packets is undone.
    fn encodings(&mut self, encodings: &Element<'_>, at: u64) -> Result<(), Error> {
        for encoding in elements(encodings.body).filter(|child| child.id == id::CONTENT_ENCODING) {
            let find = |wanted| elements(encoding.body).find(|child: &Element<'_>| child.id == wanted);
            let number = |wanted| find(wanted).and_then(|child| child.unsigned());
            if number(id::CONTENT_ENCODING_TYPE) == Some(1) {
                return Err(Error::Encrypted { scheme: "ContentEncryption".to_owned(), at });
            }
            if number(id::CONTENT_ENCODING_SCOPE).unwrap_or(1) & 1 == 0 {
                self.packed = Some("a packed configuration");
                continue;
            }
            let compression = find(id::CONTENT_COMPRESSION).map_or(&[][..], |compression| compression.body);
            let find = |wanted| elements(compression).find(|child: &Element<'_>| child.id == wanted);
            match find(id::CONTENT_COMP_ALGO).and_then(|child| child.unsigned()).unwrap_or(0) {
                3 if self.prefix.is_empty() => {
                    self.prefix = find(id::CONTENT_COMP_SETTINGS).map(|child| child.body.to_vec()).unwrap_or_default();
                }
                0 => self.packed = Some("zlib compression"),
                1 => self.packed = Some("bzip2 compression"),
                2 => self.packed = Some("LZO compression"),
                _ => self.packed = Some("compression of an unknown kind"),
            }
        }
        if self.prefix.len() > LONGEST_PREFIX {
            self.packed = Some("header stripping of more than 64 KiB");
        }
        Ok(())
    }
}

/// Writers strip start codes and headers of some bytes.
const LONGEST_PREFIX: usize = 64 << 10;

impl Video {
    fn field(&mut self, child: &Element<'_>) {
        let unsigned = child.unsigned().unwrap_or(0);
        match child.id {
            id::PIXEL_WIDTH => self.width = unsigned,
            id::PIXEL_HEIGHT => self.height = unsigned,
            id::PIXEL_CROP_LEFT | id::PIXEL_CROP_RIGHT => self.cropped.0 = self.cropped.0.saturating_add(unsigned),
            id::PIXEL_CROP_TOP | id::PIXEL_CROP_BOTTOM => self.cropped.1 = self.cropped.1.saturating_add(unsigned),
            id::DISPLAY_WIDTH => self.display.0 = Some(unsigned),
            id::DISPLAY_HEIGHT => self.display.1 = Some(unsigned),
            id::DISPLAY_UNIT => self.display_unit = unsigned,
            id::COLOUR => {
                let number = |wanted| elements(child.body).find(|child| child.id == wanted)?.unsigned();
                self.matrix = number(id::MATRIX_COEFFICIENTS);
                self.range = number(id::RANGE);
            }
            id::PROJECTION => {
                let find = |wanted| elements(child.body).find(|child: &Element<'_>| child.id == wanted);
                let is_flat = find(id::PROJECTION_TYPE).and_then(|child| child.unsigned()).unwrap_or(0) == 0;
                let roll = find(id::PROJECTION_POSE_ROLL).and_then(|child| child.float());
                self.roll = roll.filter(|_| is_flat).unwrap_or(0.0);
            }
            _ => {}
        }
    }
}

impl Audio {
    fn field(&mut self, child: &Element<'_>) {
        match child.id {
            id::SAMPLING_FREQUENCY => self.sample_rate = child.float().unwrap_or(0.0),
            id::OUTPUT_SAMPLING_FREQUENCY => self.output_rate = child.float(),
            id::CHANNELS => self.channels = child.unsigned().unwrap_or(0),
            id::BIT_DEPTH => self.bits = child.unsigned().unwrap_or(0),
            _ => {}
        }
    }
}
