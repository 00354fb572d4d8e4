//! What decoding and converting cost, against FFmpeg on the same clip in the same run. CPU time of one thread; nothing is
//! asserted. `cargo bench -p rushes-decode [-- CLIP.mp4 …]`

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use rushes_decode::{Converter, Mono, Picture, Resampler, VideoCodec, VideoConfig, VideoPacket, open_video};
use rushes_model::media::{AudioFormat, PixelFormat};

/// Best of so many runs: the machine is never quite idle.
const RUNS: usize = 3;

fn main() {
    let given: Vec<PathBuf> =
        std::env::args().skip(1).filter(|word| !word.starts_with('-')).map(PathBuf::from).collect();
    let folder = tempfile::tempdir().expect("a temporary folder");
    let clips = if given.is_empty() { made(folder.path()) } else { given };
    println!(
        "{:<28} {:>9} {:>9} {:>7} {:>9} {:>7} {:>9}",
        "clip", "ffmpeg s", "every s", "speed", "200 ms s", "share", "decoded"
    );
    for clip in &clips {
        video_row(clip);
    }
    println!();
    for (width, height) in [(1280, 720), (1920, 1080), (854, 480)] {
        gray_row(width, height);
    }
    for (from, to) in [(48_000, 16_000), (44_100, 16_000), (44_100, 48_000)] {
        resample_row(from, to);
    }
}

/// A talking head with noise, 20 s of 720p25 High, with a pyramid of B pictures and without any.
fn made(folder: &Path) -> Vec<PathBuf> {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media/interview-6talkers-720p25-h264-aac.mp4");
    let make = |name: &str, coding: &str| {
        let path = folder.join(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-i"]).arg(&source).args(["-vf", "noise=alls=4:allf=t", "-an"]);
        let made = command.args(coding.split_whitespace()).arg(&path).status();
        assert!(made.expect("ffmpeg is installed").success());
        path
    };
    vec![
        source.clone(),
        make("x264-veryfast-pyramid.mp4", "-c:v libx264 -preset veryfast -b:v 2500k"),
        make("x264-medium-pyramid.mp4", "-c:v libx264 -preset medium -b:v 2500k"),
        make("x264-medium-no-pyramid.mp4", "-c:v libx264 -preset medium -b:v 2500k -x264-params b-pyramid=none"),
        make("x264-no-b.mp4", "-c:v libx264 -preset veryfast -b:v 2500k -bf 0"),
    ]
}

fn video_row(path: &Path) {
    let clip = Clip::read(path);
    let theirs = best(|| cpu_of_children(|| ffmpeg(path)));
    let (every, all) = best_of(|| clip.decode(|_| true));
    let (grid, few) = best_of(|| clip.decode(|index| clip.is_on_grid[index]));
    println!(
        "{:<28} {theirs:>9.2} {every:>9.2} {:>7.2} {grid:>9.2} {:>7.2} {:>9}",
        path.file_stem().unwrap_or_default().to_string_lossy(),
        theirs / every,
        grid / every,
        format!("{few}/{all}"),
    );
}

/// A clip's packets, as a container holds them.
struct Clip {
    config: VideoConfig,
    packets: Vec<(Vec<u8>, bool)>,
    /// Whether a packet's picture is shown at a multiple of 200 ms.
    is_on_grid: Vec<bool>,
}

impl Clip {
    fn read(path: &Path) -> Self {
        let arguments = ["-c", "copy", "-bsf:v", "h264_mp4toannexb", "-f", "h264", "-"];
        let stream = output(
            Command::new("ffmpeg").args(["-v", "error", "-i"]).arg(path).args(["-map", "0:v:0"]).args(arguments),
        );
        let (record, packets) = packets_of(&stream);
        let times = output(Command::new("ffprobe").args(["-v", "error", "-select_streams", "v:0"]).arg(path).args([
            "-show_entries",
            "packet=pts_time",
            "-of",
            "csv=p=0",
        ]));
        let times: Vec<f64> = String::from_utf8_lossy(&times)
            .lines()
            .filter_map(|line| line.trim_end_matches(',').parse().ok())
            .take(packets.len())
            .collect();
        let first = times.iter().copied().fold(f64::MAX, f64::min);
        // At 25 pictures a second the first picture of each cell is the one shown at the grid point.
        let is_on_grid = times.iter().map(|time| (((time - first) * 25.0).round() as u64).is_multiple_of(5)).collect();
        let config = VideoConfig {
            codec: VideoCodec::H264,
            width: 0,
            height: 0,
            rotation: 0,
            pixel_aspect: None,
            full_range: None,
            matrix: None,
            extra: record,
        };
        Self { config, packets, is_on_grid }
    }

    /// CPU seconds, and pictures that went through the decoder.
    fn decode(&self, is_wanted: impl Fn(usize) -> bool) -> (f64, usize) {
        let began = own_cpu();
        let mut decoder = open_video(&self.config).expect("the clip is supported");
        let (mut decoded, mut pictures) = (0, Vec::new());
        for (index, (packet, keyframe)) in self.packets.iter().enumerate() {
            if !is_wanted(index) && decoder.is_disposable(packet) {
                decoder.skip(packet).expect("a sound packet");
                continue;
            }
            let packet = VideoPacket { number: index as u64, bytes: packet, keyframe: *keyframe };
            pictures.clear();
            decoder.decode(packet, std::hint::black_box(&mut pictures)).expect("a sound packet");
            decoded += 1;
        }
        (own_cpu() - began, decoded)
    }
}

/// Groups an elementary stream's units into packets with lengths; parameter sets before the first slice make the record.
fn packets_of(stream: &[u8]) -> (Vec<u8>, Vec<(Vec<u8>, bool)>) {
    let mut packets: Vec<(Vec<u8>, bool)> = Vec::new();
    let mut pending: Vec<u8> = Vec::new();
    let mut sets: [Vec<&[u8]>; 2] = Default::default();
    for unit in rusty_h264_common::nal::split_annex_b(stream) {
        let kind = unit.first().map_or(0, |byte| byte & 31);
        if packets.is_empty() && (kind == 7 || kind == 8) {
            sets[usize::from(kind - 7)].push(unit);
        }
        let length = (unit.len() as u32).to_be_bytes();
        let is_slice = kind == 1 || kind == 5;
        let begins = is_slice && unit.get(1).is_some_and(|byte| byte & 0x80 != 0);
        match packets.last_mut() {
            Some((packet, _)) if is_slice && !begins => packet.extend(length.iter().chain(unit)),
            _ => pending.extend(length.iter().chain(unit)),
        }
        if begins {
            packets.push((std::mem::take(&mut pending), kind == 5));
        }
    }
    let mut record = vec![1, 0, 0, 0, 0xff];
    for sets in sets {
        record.push(sets.len() as u8);
        for set in sets {
            record.extend((set.len() as u16).to_be_bytes().iter().chain(set));
        }
    }
    (record, packets)
}

fn gray_row(width: usize, height: usize) {
    let picture = picture(width, height);
    let mut converter = Converter::new(PixelFormat::Gray8, Some(640), 0);
    let millis = per_call(200, || drop(std::hint::black_box(converter.convert(&picture)))) * 1e3;
    println!("{:<28} {millis:>9.3} ms a picture", format!("gray 640 of {width}x{height}"));
}

fn picture(width: usize, height: usize) -> Picture {
    let plane = |width: usize, height: usize| {
        rushes_decode::Plane::whole((0..width * height).map(|n| (n * 7 % 251) as u8).collect(), width, height)
    };
    let planes = [plane(width, height), plane(width / 2, height / 2), plane(width / 2, height / 2)];
    let colour = rushes_decode::Colour { full_range: false, matrix: 1 };
    Picture { width, height, pixel_aspect: (1, 1), colour, planes }
}

fn resample_row(from: u32, to: u32) {
    let format = AudioFormat { sample_rate: from, channels: vec!["FL".into(), "FR".into()] };
    let second: Vec<f32> = (0..2 * from).map(|n| (n % 97) as f32 / 97.0).collect();
    let (mono, mut resampler) = (Mono::new(&format), Resampler::new(from, to, 1));
    let (mut mixed, mut out) = (Vec::new(), Vec::new());
    resampler.begin(0);
    let seconds = per_call(30, || {
        mixed.clear();
        out.clear();
        mono.mix(&second, &mut mixed);
        resampler.push(&mixed, &mut out);
    });
    println!("{:<28} {:>9.0} x realtime", format!("stereo {from} to mono {to}"), 1.0 / seconds);
}

/// Wall seconds of one call, the best of many: for what takes less than the clock of CPU time can tell.
fn per_call(calls: usize, mut call: impl FnMut()) -> f64 {
    let time = |_| {
        let began = Instant::now();
        call();
        began.elapsed().as_secs_f64()
    };
    (0..calls).map(time).fold(f64::MAX, f64::min)
}

fn best(run: impl Fn() -> f64) -> f64 {
    (0..RUNS).map(|_| run()).fold(f64::MAX, f64::min)
}

fn best_of(run: impl Fn() -> (f64, usize)) -> (f64, usize) {
    (0..RUNS).map(|_| run()).fold((f64::MAX, 0), |best, now| if now.0 < best.0 { now } else { best })
}

fn ffmpeg(path: &Path) {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-threads", "1", "-i"]).arg(path);
    let status = command.args(["-map", "0:v:0", "-fps_mode", "passthrough", "-f", "null", "-"]).status();
    assert!(status.expect("ffmpeg is installed").success());
}

fn output(command: &mut Command) -> Vec<u8> {
    command.stderr(Stdio::inherit()).output().expect("ffmpeg is installed").stdout
}

fn cpu_of_children(run: impl FnOnce()) -> f64 {
    let before = cpu_times();
    run();
    let after = cpu_times();
    after[2] + after[3] - before[2] - before[3]
}

fn own_cpu() -> f64 {
    let times = cpu_times();
    times[0] + times[1]
}

/// User and system seconds, own and of children that ended (proc(5), fields 14 to 17; a hundredth of a second each).
fn cpu_times() -> [f64; 4] {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let fields: Vec<f64> =
        after_name.split_whitespace().skip(11).take(4).filter_map(|field| field.parse().ok()).collect();
    [0, 1, 2, 3].map(|field| fields.get(field).copied().unwrap_or(0.0) / 100.0)
}
