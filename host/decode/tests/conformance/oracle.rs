//! The other decoder: FFmpeg.

use std::path::{Path, PathBuf};
use std::process::Command;

use rushes_decode::Picture;

/// A few seconds of moving things, some of them sharp, some noisy.
const SOURCE: &str = "testsrc2=s=SIZE:r=25,noise=alls=12:allf=t:all_seed=7";

/// Encodes a made-up clip.
pub(crate) fn encode(folder: &Path, name: &str, size: &str, frames: u32, coding: &str) -> PathBuf {
    let path = folder.join(name);
    let frames = frames.to_string();
    let source = ["-f", "lavfi", "-i", &SOURCE.replace("SIZE", size), "-frames:v", &frames].map(str::to_owned);
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-y"]).args(source).args(coding.split_whitespace()).arg(&path);
    assert!(command.status().expect("ffmpeg is installed").success(), "{coding}");
    path
}

/// FFmpeg's pictures in order of display, as planes of samples tightly packed.
pub(crate) fn decode(path: &Path, pixels: &str) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-flags", "unaligned", "-i"]).arg(path);
    command.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixels, "-"]);
    let output = command.output().expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// Ten bits to eight, to the nearest.
pub(crate) fn rounded(samples: &[u8]) -> Vec<u8> {
    let of_pair = |pair: &[u8; 2]| ((u32::from(u16::from_le_bytes(*pair)) + 2) >> 2).min(255) as u8;
    samples.as_chunks().0.iter().map(of_pair).collect()
}

/// Our pictures in the same form.
pub(crate) fn packed(pictures: &[Picture]) -> Vec<u8> {
    let planes = pictures.iter().flat_map(|picture| &picture.planes);
    planes.flat_map(|plane| plane.rows().flatten().copied()).collect()
}

/// How they differ, for people: pictures are `size` bytes.
pub(crate) fn difference(ours: &[u8], theirs: &[u8], size: usize) -> Option<String> {
    if ours == theirs {
        return None;
    }
    let (count, expected) = (ours.len() / size, theirs.len() / size);
    let differ = ours.chunks(size).zip(theirs.chunks(size)).filter(|(ours, theirs)| ours != theirs).count();
    Some(format!("{count} pictures instead of {expected}, of which {differ} differ"))
}
