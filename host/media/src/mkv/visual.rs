//! A video track's coding (RFC 9559, 5.1.4.1.28; Matroska codec mappings, section "Video").

use rushes_decode::{VideoCodec, VideoConfig};

use super::track::{Entry, Video};
use crate::error::Error;
use crate::index::Coding;
use crate::limits;

/// A configuration record holds parameter sets of some hundred bytes; 64 KiB is the most that a single one can have.
const RECORD: usize = 1 << 16;

/// What the decoder is made from; the inner error says why it can't be decoded.
pub(super) fn coding(entry: &Entry, at: u64) -> Result<Result<Coding, String>, Error> {
    let (codec, extra) = match codec(entry) {
        Ok(found) => found,
        Err(why) => return Ok(Err(why)),
    };
    let Video { width, height, .. } = entry.video;
    let (width, height) = (u32::try_from(width).unwrap_or(u32::MAX), u32::try_from(height).unwrap_or(u32::MAX));
    if width == 0 || height == 0 {
        return Err(Error::malformed("TrackEntry", at, format!("its pictures are {width}x{height}")));
    }
    if width.max(height) > limits::SIDE || u64::from(width) * u64::from(height) > limits::PIXELS {
        let allowed = format!("{} on a side and {} pixels", limits::SIDE, limits::PIXELS);
        return Err(Error::limits("TrackEntry", format!("pictures of {width}x{height}"), allowed));
    }
    if extra.len() > RECORD {
        return Err(Error::limits("CodecPrivate", format!("{} bytes", extra.len()), RECORD.to_string()));
    }
    let config = VideoConfig {
        codec,
        width,
        height,
        rotation: rotation(entry.video.roll),
        pixel_aspect: pixel_aspect(&entry.video),
        full_range: match entry.video.range {
            Some(1) => Some(false),
            Some(2) => Some(true),
            _ => None,
        },
        matrix: entry.video.matrix.filter(|matrix| *matrix != 2).and_then(|matrix| u16::try_from(matrix).ok()),
        extra,
    };
    match rushes_decode::video_shape(&config) {
        Ok(_) => Ok(Ok(Coding::Video(config))),
        Err(error @ rushes_decode::Error::Limits { .. }) => Err(error.into()),
        Err(error) => Ok(Err(error.to_string())),
    }
}

fn codec(entry: &Entry) -> Result<(VideoCodec, Vec<u8>), String> {
    let private = || entry.private.clone();
    match entry.codec.as_str() {
        // Chromium's recorder writes no record, and packets with start codes.
        "V_MPEG4/ISO/AVC" => Ok((VideoCodec::H264, private())),
        "V_MPEGH/ISO/HEVC" => Ok((VideoCodec::Hevc, private())),
        "V_VP8" => Ok((VideoCodec::Vp8, Vec::new())),
        // WebM's list of features is no VPCodecConfigurationRecord, and says nothing that the stream doesn't.
        "V_VP9" => Ok((VideoCodec::Vp9, Vec::new())),
        "V_AV1" => Ok((VideoCodec::Av1, private())),
        "V_MJPEG" => Ok((VideoCodec::Mjpeg, Vec::new())),
        "V_MS/VFW/FOURCC" => windows(&entry.private),
        other => Err(format!("{} isn't supported yet", name(other))),
    }
}

/// A BITMAPINFOHEADER: the coding is its `biCompression`, at 16.
fn windows(header: &[u8]) -> Result<(VideoCodec, Vec<u8>), String> {
    match header.get(16..20) {
        Some(b"MJPG" | b"mjpg") => Ok((VideoCodec::Mjpeg, Vec::new())),
        Some(b"VP80") => Ok((VideoCodec::Vp8, Vec::new())),
        Some(b"VP90") => Ok((VideoCodec::Vp9, Vec::new())),
        Some(b"AV01") => Ok((VideoCodec::Av1, Vec::new())),
        Some(b"H264" | b"h264" | b"X264" | b"x264" | b"AVC1" | b"avc1") => {
            Err("H.264 in the way of AVI isn't supported yet".to_owned())
        }
        Some(other) => Err(format!("coding `{}` isn't supported yet", other.escape_ascii())),
        None => Err("video without its header (`CodecPrivate`)".to_owned()),
    }
}

fn name(codec: &str) -> String {
    let name = match codec {
        "V_MPEG1" => "MPEG-1 video",
        "V_MPEG2" => "MPEG-2 video",
        "V_MPEG4/ISO/SP" | "V_MPEG4/ISO/ASP" | "V_MPEG4/ISO/AP" => "MPEG-4 Part 2",
        "V_MPEGI/ISO/VVC" => "VVC (H.266)",
        "V_THEORA" => "Theora",
        "V_PRORES" => "ProRes",
        "V_FFV1" => "FFV1",
        "V_UNCOMPRESSED" => "uncompressed video",
        "V_QUICKTIME" => "video in the way of QuickTime",
        _ => return format!("coding `{}`", codec.escape_default()),
    };
    name.to_owned()
}

/// A pixel's width to its height, by the shape in which the shown part is to be displayed.
fn pixel_aspect(video: &Video) -> Option<(u32, u32)> {
    let (wide, high) = (video.display.0?, video.display.1?);
    let width = video.width.checked_sub(video.cropped.0).filter(|width| *width > 0)?;
    let height = video.height.checked_sub(video.cropped.1).filter(|height| *height > 0)?;
    let aspect = (wide.checked_mul(height)?, high.checked_mul(width)?);
    if video.display_unit > 3 || aspect.0 == 0 || aspect.1 == 0 {
        return None;
    }
    let divisor = greatest_common_divisor(aspect.0, aspect.1);
    Some((u32::try_from(aspect.0 / divisor).ok()?, u32::try_from(aspect.1 / divisor).ok()?))
}

fn greatest_common_divisor(a: u64, b: u64) -> u64 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a.max(1)
}

/// The clockwise turn that undoes nothing but quarters; roll is counter-clockwise (RFC 9559, 5.1.4.1.28.46).
fn rotation(roll: f64) -> u16 {
    [90u16, 180, 270]
        .into_iter()
        .find(|turn| {
            let difference = (roll + f64::from(*turn)).rem_euclid(360.0);
            difference.min(360.0 - difference) < 1.0
        })
        .unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roll_turns_the_other_way() {
        assert_eq!([0.0, 90.0, -90.0, 180.0, -180.0, 270.0, 45.0].map(rotation), [0, 270, 90, 180, 180, 90, 0]);
    }

    #[test]
    fn pixels_have_the_shape_that_the_display_size_gives_them() {
        let video = |width, height, display: (u64, u64), cropped| Video {
            width,
            height,
            cropped,
            display: (Some(display.0), Some(display.1)),
            ..Video::default()
        };
        assert_eq!(pixel_aspect(&video(640, 480, (640, 480), (0, 0))), Some((1, 1)));
        assert_eq!(pixel_aspect(&video(720, 576, (1_024, 576), (0, 0))), Some((64, 45)));
        assert_eq!(pixel_aspect(&video(1_920, 1_088, (1_920, 1_080), (0, 8))), Some((1, 1)));
        assert_eq!(pixel_aspect(&Video { display_unit: 3, ..video(640, 480, (16, 9), (0, 0)) }), Some((4, 3)));
        assert_eq!(pixel_aspect(&Video { display_unit: 4, ..video(640, 480, (16, 9), (0, 0)) }), None);
        assert_eq!(pixel_aspect(&video(640, 480, (0, 9), (0, 0))), None);
        assert_eq!(pixel_aspect(&video(640, 480, (640, 480), (640, 0))), None);
    }
}
