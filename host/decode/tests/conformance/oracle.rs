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

/// FFmpeg's pictures in order of display, in the pixels they were encoded in, made 8 bit and 4:2:0 by the rule of the room.
pub(crate) fn decode(path: &Path, coding: &str) -> Vec<u8> {
    let pixels = coding.split_once("-pix_fmt ").map_or("yuv420p", |(_, rest)| rest.split(' ').next().unwrap_or(rest));
    let (width, height) = size(path);
    let samples = raw(path, pixels);
    // The same in full range.
    let layout = pixels.replace("yuvj", "yuv");
    let samples: Vec<u32> = if pixels.ends_with("10le") {
        samples.as_chunks().0.iter().map(|pair| u32::from(u16::from_le_bytes(*pair))).collect()
    } else {
        samples.into_iter().map(u32::from).collect()
    };
    let shift = if pixels.ends_with("10le") { 2 } else { 0 };
    let luma = width * height;
    let (half_width, half_height) = (width.div_ceil(2), height.div_ceil(2));
    // Chroma samples, and how many of them make one of ours, across and down.
    let (chroma, across, down) = match layout.as_str() {
        "gray" => (0, 1, 1),
        layout if layout.starts_with("yuv422") => (half_width * height, 1, 2),
        layout if layout.starts_with("yuv444") => (luma, 2, 2),
        _ => (half_width * half_height, 1, 1),
    };
    let mut out = Vec::new();
    for picture in samples.chunks_exact(luma + 2 * chroma) {
        out.extend(reduced(&picture[..luma], width, 1, 1, shift));
        if chroma == 0 {
            out.extend(vec![128; 2 * half_width * half_height]);
        }
        for plane in picture[luma..].chunks_exact(chroma.max(1)) {
            out.extend(reduced(plane, half_width * across, across, down, shift));
        }
    }
    out
}

/// Means of `across` by `down` samples (which divide the sides), rounded once.
fn reduced(plane: &[u32], width: usize, across: usize, down: usize, shift: u32) -> Vec<u8> {
    let divisor = ((across * down) as u32) << shift;
    let mut out = Vec::new();
    for rows in plane.chunks(width * down) {
        for x in (0..width).step_by(across) {
            let places = (0..down).flat_map(|y| (0..across).map(move |dx| y * width + x + dx));
            let sum: u32 = places.map(|place| rows[place]).sum();
            out.push(((sum + divisor / 2) / divisor).min(255) as u8);
        }
    }
    out
}

fn size(path: &Path) -> (usize, usize) {
    let entries = ["-v", "error", "-select_streams", "v:0", "-show_entries", "stream=width,height", "-of", "csv=p=0"];
    let said = Command::new("ffprobe").args(entries).arg(path).output().unwrap().stdout;
    let said = String::from_utf8(said).unwrap();
    let (width, height) = said.trim().split_once(',').unwrap();
    (width.parse().unwrap(), height.parse().unwrap())
}

fn raw(path: &Path, pixels: &str) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-flags", "unaligned", "-i"]).arg(path);
    command.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "rawvideo", "-pix_fmt", pixels, "-"]);
    let output = command.output().expect("ffmpeg is installed");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

/// MD5s of FFmpeg's pictures, none of them scaled or cropped otherwise than the stream says.
pub(crate) fn hashes(path: &Path) -> String {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-flags", "unaligned", "-i"]).arg(path);
    command.args(["-autoscale", "0", "-f", "framehash", "-hash", "md5", "-fps_mode", "passthrough", "-"]);
    let said = String::from_utf8(command.output().expect("ffmpeg is installed").stdout).unwrap();
    let hashes = said.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.rsplit(',').next());
    hashes.collect::<Vec<_>>().join("\n")
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
