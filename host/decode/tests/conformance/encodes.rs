//! Each kind of encode that a recorder or an editor makes: all pictures must be FFmpeg's, bit for bit.

use rushes_decode::VideoCodec;

use crate::oracle;
use crate::recording::Recording;

/// A kind of encode: name, size, pictures, what FFmpeg is told. `10` at the end of a name: ten bits.
type Kind = (&'static str, &'static str, u32, &'static str);

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

#[test]
fn hevc_is_bit_exact() {
    all_equal(VideoCodec::Hevc, &HEVC);
}

fn all_equal(codec: VideoCodec, kinds: &[Kind]) {
    let folder = tempfile::tempdir().unwrap();
    let mut wrong = Vec::new();
    for (name, size, frames, coding) in kinds {
        let pixels = if coding.contains("-pix_fmt") { "" } else { "-pix_fmt yuv420p " };
        let path = oracle::encode(folder.path(), name, size, *frames, &format!("{pixels}{coding}"));
        let recording = Recording::read(&path, codec);
        let pictures = recording.pictures();
        let theirs = if coding.contains("10le") {
            oracle::rounded(&oracle::decode(&path, "yuv420p10le"))
        } else {
            oracle::decode(&path, "yuv420p")
        };
        let ours = oracle::packed(&pictures);
        assert_eq!(recording.packets.len(), *frames as usize, "{name}");
        if let Some(how) = oracle::difference(&ours, &theirs, theirs.len() / *frames as usize) {
            wrong.push(format!("{name}: {how}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
