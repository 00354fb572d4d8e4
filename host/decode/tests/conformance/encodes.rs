//! Each kind of encode that a recorder or an editor makes: all pictures must be FFmpeg's, bit for bit.

use rushes_decode::VideoCodec;

use crate::oracle;
use crate::recording::Recording;

/// A kind of encode: name, size, pictures, what FFmpeg is told. `10` at the end of a name: ten bits.
type Kind = (&'static str, &'static str, u32, &'static str);

const H264: [Kind; 9] = [
    ("baseline.mp4", "320x180", 40, "-c:v libx264 -profile:v baseline -preset fast"),
    ("pyramid.mp4", "322x182", 60, "-c:v libx264 -preset medium -bf 4 -g 24"),
    ("open-gop.mp4", "320x180", 60, "-c:v libx264 -preset fast -x264-params open-gop=1:keyint=16:bframes=3"),
    ("interlaced.mp4", "320x192", 40, "-c:v libx264 -preset fast -flags +ildct+ilme -bf 2"),
    ("bottom-first.mp4", "320x176", 20, "-c:v libx264 -preset fast -x264-params bff=1:weightp=2:ref=4"),
    ("deep.mp4", "320x180", 30, "-pix_fmt yuv420p10le -c:v libx264 -preset fast -profile:v high10"),
    ("422.mp4", "320x180", 20, "-pix_fmt yuv422p10le -c:v libx264 -preset fast -profile:v high422"),
    ("444.mp4", "320x180", 20, "-pix_fmt yuv444p -c:v libx264 -preset fast"),
    ("gray.mp4", "320x180", 12, "-pix_fmt gray -c:v libx264 -preset fast"),
];

const HEVC: [Kind; 8] = [
    ("main.mp4", "320x180", 40, "-c:v libx265 -preset ultrafast -x265-params log-level=error"),
    (
        "pyramid.mp4",
        "320x180",
        60,
        "-c:v libx265 -preset medium -x265-params log-level=error:bframes=4:b-pyramid=1:keyint=24",
    ),
    (
        "open-gop.mp4",
        "320x180",
        60,
        "-c:v libx265 -preset fast -x265-params log-level=error:open-gop=1:keyint=16:bframes=3",
    ),
    ("odd-size.mp4", "322x182", 30, "-c:v libx265 -preset fast -x265-params log-level=error"),
    ("layers.mp4", "320x180", 40, "-c:v libx265 -preset fast -x265-params log-level=error:temporal-layers=3:bframes=3"),
    ("slices-wpp.mp4", "416x240", 30, "-c:v libx265 -preset fast -x265-params log-level=error:slices=3:wpp=1"),
    ("lossless.mp4", "192x128", 10, "-c:v libx265 -preset fast -x265-params log-level=error:lossless=1"),
    (
        "main10.mp4",
        "320x180",
        40,
        "-pix_fmt yuv420p10le -c:v libx265 -preset fast -x265-params log-level=error:bframes=3",
    ),
];

const VP8: [Kind; 3] = [
    ("realtime.ivf", "320x180", 50, "-c:v libvpx -deadline realtime -cpu-used 8 -b:v 400k"),
    (
        "altref.ivf",
        "322x181",
        60,
        "-c:v libvpx -deadline good -cpu-used 2 -auto-alt-ref 1 -lag-in-frames 16 -arnr-maxframes 5 -b:v 300k",
    ),
    ("profile3.ivf", "176x144", 30, "-c:v libvpx -profile:v 3 -deadline realtime -b:v 200k"),
];

const VP9: [Kind; 7] = [
    ("realtime.ivf", "640x360", 50, "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 500k"),
    (
        "altref.ivf",
        "320x180",
        60,
        "-c:v libvpx-vp9 -deadline good -cpu-used 4 -auto-alt-ref 1 -lag-in-frames 25 -b:v 300k",
    ),
    ("odd-size.ivf", "321x181", 30, "-c:v libvpx-vp9 -deadline good -cpu-used 4 -b:v 300k"),
    ("lossless.ivf", "160x96", 10, "-c:v libvpx-vp9 -lossless 1 -cpu-used 4"),
    (
        "screen.ivf",
        "640x360",
        30,
        "-c:v libvpx-vp9 -deadline realtime -cpu-used 7 -aq-mode 3 -tune-content screen -error-resilient 1 -b:v 300k",
    ),
    (
        "tiles.mp4",
        "1024x576",
        12,
        "-c:v libvpx-vp9 -deadline realtime -cpu-used 7 -tile-columns 2 -tile-rows 1 -b:v 1M",
    ),
    (
        "deep.ivf",
        "320x180",
        20,
        "-pix_fmt yuv420p10le -c:v libvpx-vp9 -profile:v 2 -deadline realtime -cpu-used 7 -b:v 300k",
    ),
];

const AV1: [Kind; 5] = [
    ("svt.mp4", "320x180", 50, "-c:v libsvtav1 -preset 10 -b:v 400k"),
    ("pyramid.ivf", "320x180", 60, "-c:v libsvtav1 -preset 8 -crf 40"),
    ("realtime.ivf", "320x180", 30, "-c:v libaom-av1 -usage realtime -cpu-used 8 -b:v 300k"),
    ("odd-size.ivf", "321x181", 12, "-c:v libaom-av1 -cpu-used 8 -b:v 300k -denoise-noise-level 30"),
    ("deep.ivf", "320x180", 12, "-pix_fmt yuv420p10le -c:v libsvtav1 -preset 10 -b:v 300k"),
];

#[test]
fn h264_is_bit_exact() {
    all_equal(VideoCodec::H264, &H264);
}

#[test]
fn hevc_is_bit_exact() {
    all_equal(VideoCodec::Hevc, &HEVC);
}

#[test]
fn vp8_is_bit_exact() {
    all_equal(VideoCodec::Vp8, &VP8);
}

#[test]
fn vp9_is_bit_exact() {
    all_equal(VideoCodec::Vp9, &VP9);
}

#[test]
fn av1_is_bit_exact() {
    all_equal(VideoCodec::Av1, &AV1);
}

fn all_equal(codec: VideoCodec, kinds: &[Kind]) {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (name, size, frames, coding) in kinds {
        let pixels = if coding.contains("-pix_fmt") { "" } else { "-pix_fmt yuv420p " };
        let path = oracle::encode(folder.path(), name, size, *frames, &format!("{pixels}{coding}"));
        let recording = Recording::read(&path, codec);
        let pictures = recording.pictures();
        let theirs = oracle::decode(&path, coding);
        let ours = oracle::packed(&pictures);
        // VP8 writes hidden pictures as packets of their own.
        assert!(recording.packets.len() >= *frames as usize, "{name}");
        if let Some(how) = oracle::difference(&ours, &theirs, theirs.len() / *frames as usize) {
            wrong.push(format!("{name}: {how}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Its decoders needn't agree to the bit (ITU-T T.83), and zune-jpeg gives chroma interpolated, which is averaged again: the mean
/// difference is below two levels.
#[test]
fn motion_jpeg_is_close() {
    let folder = tempfile::tempdir().unwrap();
    for (name, pixels) in [("420.mov", "yuvj420p"), ("422.mov", "yuvj422p"), ("odd.mov", "yuvj420p")] {
        let size = if name == "odd.mov" { "321x181" } else { "320x180" };
        let coding = format!("-pix_fmt {pixels} -c:v mjpeg -q:v 3 -huffman default");
        let path = oracle::encode(folder.path(), name, size, 5, &coding);
        let recording = Recording::read(&path, VideoCodec::Mjpeg);
        let pictures = recording.pictures();
        assert!(pictures.iter().all(|picture| picture.colour.full_range && picture.colour.matrix == 6));
        let (ours, theirs) = (oracle::packed(&pictures), oracle::decode(&path, &coding));
        assert_eq!(ours.len(), theirs.len(), "{name}");
        let sum: u64 = ours.iter().zip(&theirs).map(|(a, b)| u64::from(a.abs_diff(*b))).sum();
        assert!(sum < 2 * ours.len() as u64, "{name}: {sum} of {}", ours.len());
    }
}
