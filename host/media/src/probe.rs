//! What a file is, by its first bytes. Its name is never looked at.

use crate::error::Error;
use crate::index::Container;

/// How many bytes are looked at; a transport stream shows itself by its third sync byte, at 376. Some MP3s begin with
/// hundreds of zeros.
pub(crate) const LENGTH: u64 = 4_096;

/// Boxes that a file of ISO base media may begin with (ISO/IEC 14496-12; QuickTime's without a brand).
const FIRST_BOXES: [&[u8; 4]; 12] =
    [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"styp", b"pnot", b"moof", b"sidx", b"uuid", b"udta"];

/// Names the container that is read.
///
/// # Errors
/// `Empty`, `Container` for those that are known and not read, `Unknown` with what it looks like.
pub(crate) fn probe(head: &[u8]) -> Result<Container, Error> {
    if head.is_empty() {
        return Err(Error::Empty { what: "it has 0 bytes" });
    }
    if let Some(form) = riff_form(head) {
        return match form {
            b"WAVE" => Ok(Container::Wav),
            b"AVI " => Err(Error::Container { container: "AVI" }),
            b"WEBP" => Err(unknown("a picture (WebP)")),
            _ => Err(unknown("a RIFF file that is no WAVE")),
        };
    }
    if head.get(4..8).is_some_and(|kind| FIRST_BOXES.iter().any(|first| kind == *first)) {
        return match head.get(8..12) {
            Some(b"heic" | b"heix" | b"mif1" | b"msf1" | b"avif" | b"avis") if head.get(4..8) == Some(b"ftyp") => {
                Err(unknown("a still picture (HEIF)"))
            }
            _ => Ok(Container::Mp4),
        };
    }
    if head.starts_with(b"OggS") {
        return Ok(Container::Ogg);
    }
    if head.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        return Ok(if contains(head, b"webm") { Container::WebM } else { Container::Matroska });
    }
    if head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC")) {
        return Ok(Container::Aiff);
    }
    if head.starts_with(b"caff") {
        return Ok(Container::Caf);
    }
    if head.starts_with(b"fLaC") {
        return Ok(Container::Flac);
    }
    match mpeg_audio(head) {
        Some(Container::Mp3) => return Ok(Container::Mp3),
        Some(Container::Adts) => return Ok(Container::Adts),
        _ if is_padded(head) => return Ok(Container::Mp3),
        _ => {}
    }
    Err(known_container(head).map_or_else(|| unknown(other(head)), |container| Error::Container { container }))
}

fn unknown(looks_like: impl Into<String>) -> Error {
    Error::Unknown { looks_like: looks_like.into() }
}

/// The form type of a RIFF, RIFX, RF64, BW64 or Wave64 file.
fn riff_form(head: &[u8]) -> Option<&[u8; 4]> {
    match head.get(..4)? {
        b"RIFF" | b"RIFX" | b"RF64" | b"BW64" => head.get(8..12)?.try_into().ok(),
        // Wave64: GUIDs, each with the rest of its letters' in common.
        b"riff" if head.get(4..8) == Some(&[0x2e, 0x91, 0xcf, 0x11]) && head.get(24..28) == Some(b"wave") => {
            Some(b"WAVE")
        }
        _ => None,
    }
}

/// Recordings in containers that aren't read.
fn known_container(head: &[u8]) -> Option<&'static str> {
    Some(match head {
        [b'F', b'L', b'V', 1, ..] => "Flash video",
        [0x30, 0x26, 0xb2, 0x75, 0x8e, 0x66, 0xcf, 0x11, ..] => "Windows Media (ASF)",
        [0, 0, 1, 0xba, ..] => "MPEG program stream",
        [0, 0, 0, 1, ..] | [0, 0, 1, ..] => "a raw H.264 or H.265 stream",
        [b'#', b'!', b'A', b'M', b'R', ..] => "AMR",
        _ if [0, 188, 376].iter().all(|at| head.get(*at) == Some(&0x47)) => "MPEG transport stream",
        _ if is_loas(head) => "AAC in LATM (LOAS)",
        _ => return None,
    })
}

/// A frame without a container. Layer bits 00 are ADTS's (ISO/IEC 13818-7, 6.2), the others MPEG audio's (ISO/IEC
/// 11172-3, 2.4.2.3); 1111 is no bitrate, 11 no rate.
fn mpeg_audio(frame: &[u8]) -> Option<Container> {
    match frame {
        [0xff, 0xf0 | 0xf1 | 0xf8 | 0xf9, ..] => Some(Container::Adts),
        [0xff, second, third, ..] if *second >= 0xe0 && second & 6 != 0 && third >> 4 != 15 && third & 12 != 12 => {
            Some(Container::Mp3)
        }
        _ => None,
    }
}

/// Zeros, and somewhere behind them MPEG audio, which players find by its sync word.
fn is_padded(head: &[u8]) -> bool {
    let is_frame = |at: usize| head.get(at..).and_then(mpeg_audio) == Some(Container::Mp3);
    head.starts_with(&[0; 16]) && (16..head.len()).any(is_frame)
}

/// Two frames with LOAS's sync word of eleven bits and its length of thirteen (ISO/IEC 14496-3, 1.7.2).
fn is_loas(head: &[u8]) -> bool {
    let length = |at: usize| match head.get(at..)? {
        [0x56, second, third, ..] if second >> 5 == 7 => Some(usize::from(second & 31) << 8 | usize::from(*third)),
        _ => None,
    };
    length(0).is_some_and(|size| length(size + 3).is_some())
}

/// Things that are uploaded in a recording's stead.
fn other(head: &[u8]) -> &'static str {
    match head {
        [0x89, b'P', b'N', b'G', ..] => "a picture (PNG)",
        [0xff, 0xd8, 0xff, ..] => "a picture (JPEG)",
        [0x1f, 0x43, 0xb6, 0x75, ..] => "the middle of a WebM recording, without its beginning",
        [b'G', b'I', b'F', b'8', ..] => "a picture (GIF)",
        [b'%', b'P', b'D', b'F', ..] => "a PDF document",
        [b'P', b'K', 3, 4, ..] => "a ZIP archive or an Office document",
        [0x1f, 0x8b, ..] => "something compressed (gzip)",
        _ if head.iter().all(|byte| *byte == 0) => "zeros, as an unfinished download leaves them",
        _ => text(head).unwrap_or("none of the formats that are known"),
    }
}

fn text(head: &[u8]) -> Option<&'static str> {
    let shown = head.trim_ascii_start();
    if contains(shown, b"<Error>") && contains(shown, b"<Code>") {
        return Some("an error page of an S3 server that was stored instead of the recording");
    }
    let lower = shown.get(..shown.len().min(16))?.to_ascii_lowercase();
    if lower.starts_with(b"<!doctype html") || lower.starts_with(b"<html") {
        return Some("a web page (HTML)");
    }
    if lower.starts_with(b"<?xml") {
        return Some("XML text");
    }
    // A character may be cut at the end of what is looked at.
    let valid = match std::str::from_utf8(head) {
        Ok(text) => text.len(),
        Err(error) if error.error_len().is_none() => error.valid_up_to(),
        Err(_) => return None,
    };
    let printable = head.iter().take(valid).all(|byte| *byte >= 0x20 || matches!(byte, b'\t' | b'\n' | b'\r'));
    printable.then_some(match lower.first() {
        Some(b'{' | b'[') => "JSON text",
        _ => "text",
    })
}

fn contains(head: &[u8], needle: &[u8]) -> bool {
    head.windows(needle.len()).any(|window| window == needle)
}
