//! An audio track's coding (RFC 9559, 5.1.4.1.29; Matroska codec mappings, section "Audio").

use rushes_decode::{AudioCodec, AudioConfig, Pcm};

use super::track::Entry;
use crate::error::Error;
use crate::index::Coding;
use crate::limits;

/// Vorbis's headers have 4 to 16 KiB, with pictures in their comments more.
const PRIVATE: usize = 4 << 20;

/// What the decoder is made from; the inner error says why it can't be decoded.
pub(super) fn coding(entry: &Entry) -> Result<Result<Coding, String>, Error> {
    if entry.private.len() > PRIVATE {
        return Err(Error::limits("CodecPrivate", format!("{} bytes", entry.private.len()), PRIVATE.to_string()));
    }
    let config = match config(entry) {
        Ok(config) => config,
        Err(why) => return Ok(Err(why)),
    };
    // What the decoder makes of it counts.
    let config = match rushes_decode::audio_shape(&config) {
        Ok(shape) => {
            let channels = u32::try_from(shape.format.channels.len()).unwrap_or(u32::MAX);
            AudioConfig { sample_rate: shape.format.sample_rate, channels, ..config }
        }
        Err(error @ rushes_decode::Error::Limits { .. }) => return Err(error.into()),
        Err(error) => return Ok(Err(error.to_string())),
    };
    match (config.sample_rate, config.channels) {
        (rate, _) if rate > limits::SAMPLE_RATE => {
            Err(Error::limits("TrackEntry", format!("{rate} samples a second"), limits::SAMPLE_RATE.to_string()))
        }
        (_, channels) if channels > limits::CHANNELS => {
            Err(Error::limits("TrackEntry", format!("{channels} channels"), limits::CHANNELS.to_string()))
        }
        _ => Ok(Ok(Coding::Audio(config))),
    }
}

fn config(entry: &Entry) -> Result<AudioConfig, String> {
    let private = || entry.private.clone();
    let (codec, extra) = match entry.codec.as_str() {
        "A_OPUS" | "A_OPUS/EXPERIMENTAL" => (AudioCodec::Opus, opus_head(entry)),
        "A_VORBIS" => (AudioCodec::Vorbis, private()),
        codec if codec == "A_AAC" || codec.starts_with("A_AAC/") => (AudioCodec::Aac, aac(entry)?),
        "A_MPEG/L3" => (AudioCodec::Mp3, Vec::new()),
        // Layers II and III differ in length at the lower rates, and decoders are told of one.
        "A_MPEG/L2" if entry.audio.sample_rate >= 32_000.0 => (AudioCodec::Mp3, Vec::new()),
        "A_FLAC" => (AudioCodec::Flac, stream_info(&entry.private)?),
        "A_ALAC" => (AudioCodec::Alac, private()),
        "A_PCM/INT/LIT" => (AudioCodec::Pcm(integer(entry.audio.bits, true)?), Vec::new()),
        "A_PCM/INT/BIG" => (AudioCodec::Pcm(integer(entry.audio.bits, false)?), Vec::new()),
        "A_PCM/FLOAT/IEEE" => (AudioCodec::Pcm(float(entry.audio.bits)?), Vec::new()),
        "A_MS/ACM" => return windows(&entry.private),
        other => return Err(format!("{} isn't supported yet", name(other))),
    };
    if matches!(codec, AudioCodec::Pcm(_)) && !entry.prefix.is_empty() {
        return Err("PCM with its beginning stripped isn't supported yet".to_owned());
    }
    Ok(AudioConfig {
        codec,
        sample_rate: rate(entry.audio.sample_rate),
        channels: u32::try_from(entry.audio.channels).unwrap_or(u32::MAX),
        channel_mask: None,
        extra,
    })
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first; what is absurd is refused")]
fn rate(hertz: f64) -> u32 {
    hertz.round().clamp(0.0, f64::from(u32::MAX)) as u32
}

/// The identification header (RFC 7845, 5.1), or one that says what the track says.
fn opus_head(entry: &Entry) -> Vec<u8> {
    if !entry.private.is_empty() {
        return entry.private.clone();
    }
    let channels = u8::try_from(entry.audio.channels).unwrap_or(u8::MAX);
    let pre_skip = u16::try_from(entry.codec_delay.saturating_mul(48) / 1_000_000).unwrap_or(0);
    [b"OpusHead\x01".as_slice(), &[channels], &pre_skip.to_le_bytes(), &48_000u32.to_le_bytes(), &[0, 0, 0]].concat()
}

/// The AudioSpecificConfig, or what the old ids say instead of it: profile in the id, rate and channels in the track.
fn aac(entry: &Entry) -> Result<Vec<u8>, String> {
    /// ISO/IEC 14496-3, table 1.18.
    const RATES: [u32; 13] =
        [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];
    if !entry.private.is_empty() {
        return Ok(entry.private.clone());
    }
    let object_type = match entry.codec.rsplit('/').next() {
        Some("MAIN") => 1,
        Some("LC" | "SBR") => 2,
        Some("SSR") => 3,
        Some("LTP") => 4,
        _ => return Err("AAC without its configuration (`CodecPrivate`)".to_owned()),
    };
    let index_of =
        |hertz: f64| RATES.iter().position(|known| *known == rate(hertz)).and_then(|at| u8::try_from(at).ok());
    let index = index_of(entry.audio.sample_rate);
    let channels = u8::try_from(entry.audio.channels).ok().filter(|channels| (1..=7).contains(channels));
    let (Some(index), Some(channels)) = (index, channels) else {
        return Err(format!("AAC of {} channels at {} Hz", entry.audio.channels, entry.audio.sample_rate));
    };
    let mut config = vec![object_type << 3 | index >> 1, (index & 1) << 7 | channels << 3];
    if let Some(output) = entry.audio.output_rate.and_then(index_of).filter(|_| entry.codec.ends_with("SBR")) {
        // The extension's sync word, object type 5, "present", its rate (ISO/IEC 14496-3, 1.6.2.1).
        config.extend([0x56, 0xe5, 0x80 | output << 3]);
    }
    Ok(config)
}

/// STREAMINFO of a native FLAC's beginning: `fLaC`, then blocks of a type, three bytes of length, a body (RFC 9639, 8.1).
fn stream_info(private: &[u8]) -> Result<Vec<u8>, String> {
    let body = private.strip_prefix(b"fLaC").and_then(|blocks| match blocks {
        [kind, 0, 0, 34, body @ ..] if kind & 0x7f == 0 => body.get(..34),
        _ => None,
    });
    body.map(<[u8]>::to_vec).ok_or_else(|| "FLAC without its configuration (`CodecPrivate`)".to_owned())
}

fn integer(bits: u64, little: bool) -> Result<Pcm, String> {
    Ok(match (bits, little) {
        (8, _) => Pcm::U8,
        (16, true) => Pcm::S16Le,
        (16, false) => Pcm::S16Be,
        (24, true) => Pcm::S24Le,
        (24, false) => Pcm::S24Be,
        (32, true) => Pcm::S32Le,
        (32, false) => Pcm::S32Be,
        (bits, _) => return Err(format!("PCM of {bits} bits isn't supported yet")),
    })
}

fn float(bits: u64) -> Result<Pcm, String> {
    match bits {
        32 => Ok(Pcm::F32Le),
        64 => Ok(Pcm::F64Le),
        bits => Err(format!("floating point PCM of {bits} bits isn't supported yet")),
    }
}

/// A WAVEFORMATEX: tag, channels, rate, bytes a second, block align, bits, and the size of what follows (RFC 2361).
fn windows(format: &[u8]) -> Result<AudioConfig, String> {
    let &[a, b, c, d, e, f, g, h, _, _, _, _, _, _, bits, _] =
        format.first_chunk::<16>().ok_or_else(|| "audio without its header (`CodecPrivate`)".to_owned())?;
    let bits = u64::from(bits);
    let rest = format.get(18..).unwrap_or_default();
    let (codec, extra) = match u16::from_le_bytes([a, b]) {
        1 => (AudioCodec::Pcm(integer(bits, true)?), Vec::new()),
        2 => (AudioCodec::AdpcmMs, rest.to_vec()),
        3 => (AudioCodec::Pcm(float(bits)?), Vec::new()),
        6 => (AudioCodec::Pcm(Pcm::ALaw), Vec::new()),
        7 => (AudioCodec::Pcm(Pcm::MuLaw), Vec::new()),
        0x11 => (AudioCodec::AdpcmIma, Vec::new()),
        0x55 => (AudioCodec::Mp3, Vec::new()),
        0xff => (AudioCodec::Aac, rest.to_vec()),
        0x2000 => return Err("AC-3 isn't supported yet".to_owned()),
        0x2001 => return Err("DTS isn't supported yet".to_owned()),
        0x160..=0x162 => return Err("Windows Media Audio isn't supported yet".to_owned()),
        tag => return Err(format!("coding {tag:#06x} isn't supported yet")),
    };
    Ok(AudioConfig {
        codec,
        sample_rate: u32::from_le_bytes([e, f, g, h]),
        channels: u32::from(u16::from_le_bytes([c, d])),
        channel_mask: None,
        extra,
    })
}

fn name(codec: &str) -> String {
    let name = match codec {
        "A_MPEG/L1" => "MPEG audio layer I",
        "A_MPEG/L2" => "MPEG audio layer II at a low rate",
        "A_AC3" | "A_AC3/BSID9" | "A_AC3/BSID10" => "AC-3",
        "A_EAC3" => "E-AC-3",
        "A_TRUEHD" | "A_MLP" => "Dolby TrueHD",
        "A_DTS" | "A_DTS/EXPRESS" | "A_DTS/LOSSLESS" => "DTS",
        "A_TTA1" => "True Audio",
        "A_WAVPACK4" => "WavPack",
        "A_QUICKTIME" | "A_QUICKTIME/QDMC" | "A_QUICKTIME/QDM2" => "audio in the way of QuickTime",
        _ => return format!("coding `{}`", codec.escape_default()),
    };
    name.to_owned()
}
