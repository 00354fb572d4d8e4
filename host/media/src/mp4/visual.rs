//! A visual sample entry (ISO/IEC 14496-12, 12.1.3).

use rushes_decode::{VideoCodec, VideoConfig};

use super::atom::{Atom, FourCc};
use super::avc;
use super::colr::Colour;
use super::sinf;
use crate::error::Error;
use crate::index::Coding;
use crate::limits;

/// Where the boxes inside begin.
const CHILDREN: usize = 78;

/// Reads the entry; the inner error says why it can't be decoded.
pub(super) fn read(entry: &Atom, rotation: u16) -> Result<Result<Coding, String>, Error> {
    sinf::refuse(entry, CHILDREN)?;
    if !matches!(&entry.kind.0, b"avc1" | b"avc3") {
        return Ok(Err(format!("{} isn't supported yet", codec_name(entry.kind))));
    }
    let mut fields = entry.fields();
    fields.skip(24)?;
    let (width, height) = (u32::from(fields.u16()?), u32::from(fields.u16()?));
    check_size(entry.kind, width, height)?;
    let mut config = VideoConfig {
        codec: VideoCodec::H264,
        width,
        height,
        rotation,
        pixel_aspect: None,
        full_range: None,
        matrix: None,
        extra: Vec::new(),
    };
    for child in entry.children(CHILDREN).map_while(Result::ok) {
        match &child.kind.0 {
            b"avcC" => config.extra = avc::configuration(&child)?,
            b"pasp" => config.pixel_aspect = pixel_aspect(&child),
            b"colr" => {
                let colour = Colour::read(&child);
                config.matrix = colour.matrix.or(config.matrix);
                config.full_range = colour.full_range.or(config.full_range);
            }
            _ => {}
        }
    }
    if config.extra.is_empty() {
        return Ok(Err("H.264 without its configuration (`avcC`)".to_owned()));
    }
    match rushes_decode::video_shape(&config) {
        Ok(_) => Ok(Ok(Coding::Video(config))),
        Err(error @ rushes_decode::Error::Limits { .. }) => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
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
        b"hvc1" | b"hev1" | b"hvc2" | b"hev2" => "HEVC (H.265)",
        b"dvh1" | b"dvhe" | b"dva1" | b"dvav" => "Dolby Vision",
        b"vvc1" | b"vvi1" => "VVC (H.266)",
        b"avc2" | b"avc4" => "H.264 with extractors",
        b"av01" => "AV1",
        b"vp08" => "VP8",
        b"vp09" => "VP9",
        b"mp4v" => "MPEG-4 Part 2",
        b"s263" | b"H263" | b"h263" => "H.263",
        b"jpeg" | b"mjpa" | b"mjpb" => "Motion JPEG",
        b"apch" | b"apcn" | b"apcs" | b"apco" | b"ap4h" | b"ap4x" => "ProRes",
        b"png " => "PNG",
        b"SVQ1" | b"SVQ3" => "Sorenson Video",
        _ => return format!("coding `{kind}`"),
    };
    name.to_owned()
}
