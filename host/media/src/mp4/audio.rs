//! An audio sample entry (ISO/IEC 14496-12, 12.2.3) and its three QuickTime versions (QuickTime File Format, Sound Sample
//! Descriptions).

use rushes_decode::{AudioCodec, AudioConfig};

use super::atom::{Atom, FourCc};
use super::esds::Stream;
use super::{alac, dfla, dops, pcm, sinf, vorbis};
use crate::error::Error;
use crate::index::Coding;
use crate::limits;

/// The entry's own fields.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Entry {
    pub(super) channels: u32,
    /// Of one channel's sample.
    pub(super) bits: u32,
    pub(super) sample_rate: u32,
    /// QuickTime version 2's description of PCM.
    pub(super) pcm_flags: u32,
    /// Where the boxes inside begin.
    pub(super) children: usize,
}

impl Entry {
    fn read(atom: &Atom, stsd_version: u8) -> Result<Self, Error> {
        let mut fields = atom.fields();
        fields.skip(8)?;
        let version = fields.u16()?;
        fields.skip(6)?;
        let channels = u32::from(fields.u16()?);
        let bits = u32::from(fields.u16()?);
        fields.skip(4)?;
        let sample_rate = fields.u32()? >> 16;
        let entry = Self { channels, bits, sample_rate, pcm_flags: 0, children: 28 };
        // A version 1 `stsd` is ISO's; its entries have a version too, and no more fields.
        match (stsd_version, version) {
            (0, 1) => Ok(Self { children: 44, ..entry }),
            (0, 2) => entry.version_2(&mut fields),
            _ => Ok(entry),
        }
    }

    fn version_2(self, fields: &mut super::fields::Fields<'_>) -> Result<Self, Error> {
        fields.skip(4)?;
        let rate = fields.f64()?;
        let channels = fields.u32()?;
        fields.skip(4)?;
        let bits = fields.u32()?;
        let pcm_flags = fields.u32()?;
        // The rate is checked with all others; NaN and negatives become 0.
        let sample_rate = if rate <= f64::from(u32::MAX) { rate.round().max(0.0) } else { f64::from(u32::MAX) };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "bounded in the line above")]
        let sample_rate = sample_rate as u32;
        Ok(Self { channels, bits, sample_rate, pcm_flags, children: 64 })
    }
}

/// Reads the entry; the inner error says why it can't be decoded.
pub(super) fn read(atom: &Atom, stsd_version: u8) -> Result<Result<Coding, String>, Error> {
    let entry = Entry::read(atom, stsd_version)?;
    sinf::refuse(atom, entry.children)?;
    let config = match configuration(atom, &entry)? {
        Ok(config) => config,
        Err(why) => return Ok(Err(why)),
    };
    // What the decoder makes of it counts: entries of AAC often say another rate or number of channels, with SBR half the rate.
    match rushes_decode::audio_shape(&config) {
        Ok(shape) => {
            let channels = u32::try_from(shape.format.channels.len()).unwrap_or(u32::MAX);
            let config = AudioConfig { sample_rate: shape.format.sample_rate, channels, ..config };
            check(atom, config).map(|config| Ok(Coding::Audio(config)))
        }
        Err(error @ rushes_decode::Error::Limits { .. }) => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// What a decoder is made from, whether there is one or not.
fn configuration(atom: &Atom, entry: &Entry) -> Result<Result<AudioConfig, String>, Error> {
    let with = |codec, extra| AudioConfig { extra, ..config(codec, entry) };
    let boxed = |codec, kind, read: fn(&Atom) -> Result<Vec<u8>, Error>| match find_inside(atom, entry, kind) {
        Some(inner) => Ok(Ok(with(codec, read(&inner)?))),
        None => Ok(Err(format!("{} without its configuration (`{}`)", codec.name(), FourCc(*kind)))),
    };
    match &atom.kind.0 {
        b"mp4a" => mpeg4(atom, entry),
        b".mp3" | b"ms\0U" => Ok(Ok(config(AudioCodec::Mp3, entry))),
        b"Opus" => boxed(AudioCodec::Opus, b"dOps", dops::opus_head),
        b"fLaC" => boxed(AudioCodec::Flac, b"dfLa", dfla::stream_info),
        b"alac" => boxed(AudioCodec::Alac, b"alac", alac::configuration),
        _ => Ok(match pcm::coding(atom, entry) {
            Some(coding) => coding.map(|coding| config(AudioCodec::Pcm(coding), entry)),
            None => Err(refusal(&codec_name(atom.kind))),
        }),
    }
}

/// `mp4a` says by its `esds` what it holds (object types: ISO/IEC 14496-1, table 5, and MP4RA); QuickTime keeps that inside
/// `wave`.
fn mpeg4(atom: &Atom, entry: &Entry) -> Result<Result<AudioConfig, String>, Error> {
    let Some(esds) = find_inside(atom, entry, b"esds") else {
        return Ok(Err("MPEG-4 audio without its configuration (`esds`)".to_owned()));
    };
    let stream = Stream::read(&esds)?;
    let with = |codec, extra| AudioConfig { extra, ..config(codec, entry) };
    Ok(match stream.object_type {
        // 0x67 is MPEG-2's AAC-LC, configured alike.
        0x40 | 0x67 => Ok(with(AudioCodec::Aac, stream.specific)),
        0x69 | 0x6b => Ok(config(AudioCodec::Mp3, entry)),
        0xad if stream.specific.starts_with(b"OpusHead") => Ok(with(AudioCodec::Opus, stream.specific)),
        0xad => Err("opus without its configuration (`OpusHead`)".to_owned()),
        0xdd => match vorbis::laced(stream.specific) {
            Some(headers) => Ok(with(AudioCodec::Vorbis, headers)),
            None => Err("vorbis without its headers".to_owned()),
        },
        0x66 | 0x68 => Err(refusal("AAC of another profile than LC")),
        0xa5 => Err(refusal("AC-3")),
        0xa6 => Err(refusal("E-AC-3")),
        0xa9 | 0xac => Err(refusal("DTS")),
        0xe1 => Err(refusal("QCELP")),
        other => Err(refusal(&format!("MPEG-4 audio of object type {other:#04x}"))),
    })
}

fn refusal(codec: &str) -> String {
    format!("{codec} isn't supported")
}

/// A box of the entry, or of the `wave` in it.
pub(super) fn find_inside(atom: &Atom, entry: &Entry, kind: &[u8; 4]) -> Option<Atom> {
    for child in atom.children(entry.children).map_while(Result::ok) {
        if &child.kind.0 == kind {
            return Some(child);
        }
        if &child.kind.0 == b"wave" {
            let inner = child.children(0).map_while(Result::ok).find(|inner| &inner.kind.0 == kind);
            if inner.is_some() {
                return inner;
            }
        }
    }
    None
}

fn config(codec: AudioCodec, entry: &Entry) -> AudioConfig {
    AudioConfig {
        codec,
        sample_rate: entry.sample_rate,
        channels: entry.channels,
        channel_mask: None,
        extra: Vec::new(),
    }
}

fn check(atom: &Atom, config: AudioConfig) -> Result<AudioConfig, Error> {
    match (config.sample_rate, config.channels) {
        (rate, _) if rate > limits::SAMPLE_RATE => {
            Err(Error::limits(atom.kind, format!("{rate} samples a second"), limits::SAMPLE_RATE.to_string()))
        }
        (_, channels) if channels > limits::CHANNELS => {
            Err(Error::limits(atom.kind, format!("{channels} channels"), limits::CHANNELS.to_string()))
        }
        _ => Ok(config),
    }
}

fn codec_name(kind: FourCc) -> String {
    let name = match &kind.0 {
        b"ac-3" => "AC-3",
        b"ec-3" => "E-AC-3",
        b"ac-4" => "AC-4",
        b"dtsc" | b"dtse" | b"dtsh" | b"dtsl" => "DTS",
        b"samr" | b"sawb" => "AMR",
        b"ima4" => "IMA ADPCM",
        b"QDM2" | b"QDMC" => "QDesign Music",
        b"mha1" | b"mhm1" => "MPEG-H 3D Audio",
        _ => return format!("coding `{kind}`"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests;
