//! What decoding and converting cost, against FFmpeg on the same clip in the same run, for each codec. CPU time of one thread; nothing is
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

/// A talking head with noise, 18 s of 720p25, in each codec.
fn made(folder: &Path) -> Vec<PathBuf> {
    let source =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/media/interview-6talkers-720p25-h264-aac.mp4");
    let make = |name: &str, coding: &str| {
        let path = folder.join(name);
        let mut command = Command::new("ffmpeg");
        command.args(["-nostdin", "-v", "error", "-i"]).arg(&source).args(["-vf", "noise=alls=4:allf=t", "-an"]);
        let made = command.args(["-pix_fmt", "yuv420p"]).args(coding.split_whitespace()).arg(&path).status();
        assert!(made.expect("ffmpeg is installed").success());
        path
    };
    vec![
        source.clone(),
        make("x264-veryfast-pyramid.mp4", "-c:v libx264 -preset veryfast -b:v 2500k"),
        make("x264-medium-pyramid.mp4", "-c:v libx264 -preset medium -b:v 2500k"),
        make("x264-medium-no-pyramid.mp4", "-c:v libx264 -preset medium -b:v 2500k -x264-params b-pyramid=none"),
        make("x264-no-b.mp4", "-c:v libx264 -preset veryfast -b:v 2500k -bf 0"),
        make("x264-interlaced.mp4", "-t 6 -c:v libx264 -preset veryfast -b:v 2500k -flags +ildct+ilme"),
        make("x265.mp4", "-t 8 -c:v libx265 -preset fast -x265-params log-level=error -b:v 1500k"),
        make("vp8-realtime.ivf", "-t 8 -c:v libvpx -deadline realtime -cpu-used 8 -b:v 2000k"),
        make("vp9-realtime.mp4", "-t 8 -c:v libvpx-vp9 -deadline realtime -cpu-used 8 -b:v 1500k"),
        make("svt-av1.mp4", "-t 8 -c:v libsvtav1 -preset 12 -b:v 1500k"),
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
    /// A file whose samples lie in it as they are: where, `ffprobe` says.
    fn read(path: &Path) -> Self {
        let file = std::fs::read(path).expect("the clip is there");
        let probe = |entries: &str| {
            let arguments = ["-v", "error", "-select_streams", "v:0", "-show_entries", entries, "-of", "csv=p=0"];
            let said = output(Command::new("ffprobe").args(arguments).arg(path));
            String::from_utf8_lossy(&said).lines().map(|line| line.trim_end_matches(',').to_owned()).collect::<Vec<_>>()
        };
        let codec = match probe("stream=codec_name").first().map(String::as_str) {
            Some("hevc") => VideoCodec::Hevc,
            Some("vp8") => VideoCodec::Vp8,
            Some("vp9") => VideoCodec::Vp9,
            Some("av1") => VideoCodec::Av1,
            _ => VideoCodec::H264,
        };
        // IVF's own twelve bytes before a frame count as its place.
        let skipped = if file.starts_with(b"DKIF") { 12 } else { 0 };
        let (mut packets, mut times) = (Vec::new(), Vec::new());
        for line in probe("packet=pts_time,size,pos,flags") {
            let fields: Vec<&str> = line.split(',').collect();
            let number = |field: usize| fields[field].parse::<usize>().expect("a number");
            let start = number(2) + skipped;
            packets.push((file[start..start + number(1)].to_vec(), fields[3].starts_with('K')));
            times.push(fields[0].parse::<f64>().expect("a time"));
        }
        let first = times.iter().copied().fold(f64::MAX, f64::min);
        // At 25 pictures a second the first picture of each cell is the one shown at the grid point.
        let is_on_grid = times.iter().map(|time| (((time - first) * 25.0).round() as u64).is_multiple_of(5)).collect();
        let extra = match codec {
            VideoCodec::H264 => atom(&file, b"avcC"),
            VideoCodec::Hevc => atom(&file, b"hvcC"),
            VideoCodec::Vp8 | VideoCodec::Vp9 | VideoCodec::Av1 | VideoCodec::Mjpeg => Vec::new(),
        };
        let config = VideoConfig {
            codec,
            width: 0,
            height: 0,
            rotation: 0,
            pixel_aspect: None,
            full_range: None,
            matrix: None,
            extra,
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
        pictures.clear();
        decoder.flush(std::hint::black_box(&mut pictures)).expect("a sound end");
        (own_cpu() - began, decoded)
    }
}

/// What is inside the first atom of this name.
fn atom(file: &[u8], name: &[u8]) -> Vec<u8> {
    let place = file.windows(4).position(|window| window == name).expect("the atom is there");
    let size = u32::from_be_bytes(file[place - 4..place].try_into().expect("four bytes")) as usize;
    file[place + 4..place - 4 + size].to_vec()
}

fn gray_row(width: usize, height: usize) {
    let picture = picture(width, height);
    let mut converter = Converter::new(PixelFormat::Gray8, Some(640), 0);
    let millis = per_call(200, || drop(std::hint::black_box(converter.convert(&picture)))) * 1e3;
    let scale = |filter: &str| {
        let source = format!("color=gray:s={width}x{height}:d=20:r=25,format=yuv420p{filter}");
        let arguments = ["-nostdin", "-v", "error", "-filter_threads", "1", "-f", "lavfi", "-i", &source];
        let status = Command::new("ffmpeg").args(arguments).args(["-f", "null", "-"]).status();
        assert!(status.expect("ffmpeg is installed").success());
    };
    let theirs = best(|| cpu_of_children(|| scale(",scale=640:-2:flags=bilinear,format=gray")))
        - best(|| cpu_of_children(|| scale("")));
    let theirs = theirs * 1e3 / 500.0;
    println!("{:<28} {millis:>9.3} ms a picture, swscale {theirs:.3}", format!("gray 640 of {width}x{height}"));
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
