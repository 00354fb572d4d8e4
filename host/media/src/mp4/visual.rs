//! A visual sample entry (ISO/IEC 14496-12, 12.1.3).
//!
//! What a decoder is made from lies in a box of the codec's own: `avcC`, `hvcC` (ISO/IEC 14496-15), `vpcC` (VP Codec ISO Media
//! File Format Binding), `av1C` (AV1 Codec ISO Media File Format Binding), `esds` (ISO/IEC 14496-14).

use rushes_decode::{VideoCodec, VideoConfig};

use super::atom::{Atom, FourCc};
use super::colr::Colour;
use super::dvcc;
use super::esds::Stream;
use super::record;
use super::sinf;
use crate::error::Error;
use crate::index::Coding;
use crate::limits;

/// Where the boxes inside begin.
const CHILDREN: usize = 78;

/// Reads the entry; the inner error says why it can't be decoded.
pub(super) fn read(entry: &Atom, rotation: u16) -> Result<Result<Coding, String>, Error> {
    sinf::refuse(entry, CHILDREN)?;
    let config = match configuration(entry, rotation)? {
        Ok(config) => config,
        Err(why) => return Ok(Err(why)),
    };
    match rushes_decode::video_shape(&config) {
        Ok(_) => Ok(Ok(Coding::Video(config))),
        Err(error @ rushes_decode::Error::Limits { .. }) => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

/// What a decoder is made from, whether there is one or not.
fn configuration(entry: &Atom, rotation: u16) -> Result<Result<VideoConfig, String>, Error> {
    let (codec, extra) = match coding(entry)? {
        Ok(coding) => coding,
        Err(why) => return Ok(Err(why)),
    };
    let mut fields = entry.fields();
    fields.skip(24)?;
    let (width, height) = (u32::from(fields.u16()?), u32::from(fields.u16()?));
    check_size(entry.kind, width, height)?;
    let mut config =
        VideoConfig { codec, width, height, rotation, pixel_aspect: None, full_range: None, matrix: None, extra };
    for child in entry.children(CHILDREN).map_while(Result::ok) {
        match &child.kind.0 {
            b"pasp" => config.pixel_aspect = pixel_aspect(&child),
            b"colr" => {
                let colour = Colour::read(&child);
                config.matrix = colour.matrix.or(config.matrix);
                config.full_range = colour.full_range.or(config.full_range);
            }
            _ => {}
        }
    }
    Ok(Ok(config))
}

/// The codec and its own configuration, or why there is no decoder for it.
fn coding(entry: &Atom) -> Result<Result<(VideoCodec, Vec<u8>), String>, Error> {
    if let Some(why) = dvcc::refusal(entry, CHILDREN) {
        return Ok(Err(why));
    }
    let inside = |kind: &[u8; 4]| entry.children(CHILDREN).map_while(Result::ok).find(|child| &child.kind.0 == kind);
    let (codec, extra) = match &entry.kind.0 {
        b"avc1" | b"avc3" | b"dva1" | b"dvav" => (VideoCodec::H264, inside(b"avcC").map(|atom| record::avc(&atom))),
        b"hvc1" | b"hev1" | b"dvh1" | b"dvhe" => (VideoCodec::Hevc, inside(b"hvcC").map(|atom| record::hevc(&atom))),
        b"vp08" => (VideoCodec::Vp8, Some(Ok(Vec::new()))),
        b"vp09" => (VideoCodec::Vp9, Some(inside(b"vpcC").map_or_else(|| Ok(Vec::new()), |atom| record::vp(&atom)))),
        b"av01" | b"dav1" => {
            (VideoCodec::Av1, Some(inside(b"av1C").map_or_else(|| Ok(Vec::new()), |atom| record::av1(&atom))))
        }
        b"jpeg" | b"mjpa" | b"mjpg" => (VideoCodec::Mjpeg, Some(Ok(Vec::new()))),
        b"mp4v" => return inside(b"esds").map_or_else(|| Ok(Err(refusal("MPEG-4 Part 2"))), |esds| mpeg4(&esds)),
        _ => return Ok(Err(refusal(&codec_name(entry.kind)))),
    };
    match extra {
        Some(extra) => Ok(Ok((codec, extra?))),
        None => Ok(Err(format!("{} without its configuration", codec.name()))),
    }
}

/// `mp4v` says by its `esds` what it holds (object types: ISO/IEC 14496-1, table 5, and MP4RA).
fn mpeg4(esds: &Atom) -> Result<Result<(VideoCodec, Vec<u8>), String>, Error> {
    Ok(match Stream::read(esds)?.object_type {
        0x6c => Ok((VideoCodec::Mjpeg, Vec::new())),
        0x20 => Err(refusal("MPEG-4 Part 2")),
        0x60..=0x65 => Err(refusal("MPEG-2 video")),
        0x6a => Err(refusal("MPEG-1 video")),
        0x6d => Err(refusal("PNG")),
        0x6e => Err(refusal("JPEG 2000")),
        other => Err(refusal(&format!("MPEG-4 video of object type {other:#04x}"))),
    })
}

fn refusal(codec: &str) -> String {
    format!("{codec} isn't supported")
}

/// Refuses pictures that nobody films, before a decoder makes room for them.
fn check_size(place: FourCc, width: u32, height: u32) -> Result<(), Error> {
    let pixels = u64::from(width) * u64::from(height);
    if width.max(height) > limits::SIDE || pixels > limits::PIXELS {
        let allowed = format!("{} on a side and {} pixels", limits::SIDE, limits::PIXELS);
        return Err(Error::limits(place, format!("pictures of {width}x{height}"), allowed));
    }
    Ok(())
}

/// `pasp`: width and height of a pixel (12.1.4); none where one is 0.
fn pixel_aspect(atom: &Atom) -> Option<(u32, u32)> {
    let mut fields = atom.fields();
    let aspect = (fields.u32().ok()?, fields.u32().ok()?);
    (aspect.0 > 0 && aspect.1 > 0).then_some(aspect)
}

fn codec_name(kind: FourCc) -> String {
    let name = match &kind.0 {
        b"hvc2" | b"hev2" | b"lhv1" | b"lhe1" => "HEVC with extractors or layers",
        b"vvc1" | b"vvi1" => "VVC (H.266)",
        b"avc2" | b"avc4" | b"svc1" | b"mvc1" => "H.264 with extractors or layers",
        b"s263" | b"H263" | b"h263" => "H.263",
        b"mjpb" => "Motion JPEG of format B",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "ProRes",
        b"png " => "PNG",
        b"SVQ1" | b"SVQ3" => "Sorenson Video",
        _ => return format!("coding `{kind}`"),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests;
