//! Small files, made by FFmpeg when a test first asks for them.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::*;

/// A folder that is gone with its owner.
pub(super) struct Folder(tempfile::TempDir);

impl Folder {
    pub(super) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    /// Makes a file by FFmpeg's arguments, without the output.
    pub(super) fn make(&self, name: &str, arguments: &str) -> PathBuf {
        let path = self.0.path().join(name);
        let status = ffmpeg().args(arguments.split_whitespace()).arg(&path).status();
        assert!(status.expect("ffmpeg is installed").success(), "{name}");
        path
    }
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y", "-threads", "2"]);
    command
}

/// A moving picture with noise in it, so that no two frames are alike.
pub(super) const MOVING: &str = "-f lavfi -i testsrc2=size=320x180:rate=25,noise=alls=12:allf=t";

/// Two tones and a slow wobble.
pub(super) const TONES: &str = "-f lavfi -i aevalsrc=0.4*sin(440*2*PI*t)|0.3*sin(1000*2*PI*t)*sin(t):sample_rate=48000";

/// What FFmpeg makes of a file's pictures: all of them, 4:2:0, one after the other.
pub(super) fn pictures(path: &Path) -> Vec<u8> {
    output(path, "-map 0:v:0 -fps_mode passthrough -pix_fmt yuv420p -f rawvideo")
}

/// The same as a hash of each picture; upright, in its own range.
pub(super) fn picture_hashes(path: &Path) -> Vec<String> {
    let text = output(path, "-map 0:v:0 -fps_mode passthrough -f framehash -hash md5");
    let lines = String::from_utf8(text).unwrap();
    lines
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| Some(line.rsplit(", ").next()?.trim().to_owned()))
        .collect()
}

pub(super) fn md5(bytes: &[u8]) -> String {
    use md5::Digest;
    md5::Md5::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// What FFmpeg makes of a file's samples, interleaved.
pub(super) fn samples(path: &Path) -> Vec<f32> {
    let bytes = output(path, "-map 0:a:0 -f f32le");
    bytes.as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)).collect()
}

fn output(path: &Path, arguments: &str) -> Vec<u8> {
    let output = ffmpeg().arg("-i").arg(path).args(arguments.split_whitespace()).arg("-").output().unwrap();
    assert!(output.status.success());
    output.stdout
}

/// All blocks of a want, end to end.
pub(super) fn joined(blocks: &[AudioBlock]) -> Vec<f32> {
    blocks.iter().flat_map(|block| block.samples.iter().copied()).collect()
}

/// Root mean square of what differs.
pub(super) fn difference(ours: &[f32], theirs: &[f32]) -> f64 {
    let sum: f64 = ours.iter().zip(theirs).map(|(a, b)| f64::from(a - b).powi(2)).sum();
    (sum / ours.len().max(1) as f64).sqrt()
}
