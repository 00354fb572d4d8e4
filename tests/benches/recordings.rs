//! What a whole run costs: the real binary on real recordings, from a real S3 server with latency.
//!
//! `cargo build -p rushes && cargo bench --profile dev -p rushes-tests` prints the rows of `docs/performance.md`. Nothing is
//! asserted: machines are noisy. CPU is user and system time of the child, as the kernel counts it.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rushes_devs3::{Config, Running, Server};
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root").to_owned()
}

fn binary() -> PathBuf {
    let bench = std::env::current_exe().expect("this bench has a path");
    bench.parent().and_then(Path::parent).expect("target/release").join("rushes")
}

/// One run of a command.
struct Cost {
    wall: Duration,
    cpu: Duration,
    peak_rss: u64,
    stdout: String,
}

fn cost(command: &mut Command) -> Cost {
    let (before, began) = (children_cpu(), Instant::now());
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().expect("it starts");
    let mut pipe = child.stdout.take().expect("it is piped");
    let reading = std::thread::spawn(move || std::io::read_to_string(&mut pipe).unwrap_or_default());
    let mut peak_rss = 0;
    while child.try_wait().expect("it is ours").is_none() {
        peak_rss = peak_rss.max(peak_of(child.id()).unwrap_or(0));
        std::thread::sleep(Duration::from_millis(2));
    }
    let wall = began.elapsed();
    let stdout = reading.join().expect("reading ends");
    Cost { wall, cpu: children_cpu().saturating_sub(before), peak_rss, stdout }
}

/// User and system time of all children that have ended, from `/proc/self/stat` (fields 16 and 17, ticks of 10 ms).
fn children_cpu() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |place: usize| fields.get(place).and_then(|field| field.parse::<u64>().ok()).unwrap_or(0);
    Duration::from_millis(10 * (ticks(13) + ticks(14)))
}

fn peak_of(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

fn rushes(s3: Option<&Running>) -> Command {
    let mut command = Command::new(binary());
    if let Some(s3) = s3 {
        command.env("AWS_ENDPOINT_URL_S3", s3.endpoint()).env("AWS_REGION", "us-east-1");
        command.env("AWS_ACCESS_KEY_ID", "any").env("AWS_SECRET_ACCESS_KEY", "any");
    }
    command
}

/// A file that `../shared/media/make.sh` makes, kept between runs.
fn made(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = folder.join(name);
    if !path.exists() {
        let script = root().parent().expect("the checkout lies somewhere").join("shared/media/make.sh");
        let status = Command::new("bash").arg(script).arg(folder).args(arguments).stdout(Stdio::null()).status();
        assert!(status.is_ok_and(|status| status.success()), "make.sh {arguments:?}");
    }
    path
}

fn main() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench-s3");
    let bucket = folder.join("media");
    std::fs::create_dir_all(&bucket).expect("the target folder can be written");
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime");
    let server = runtime.block_on(Server::start(Config::new(&folder))).expect("a free port");
    // The first run compiles the analyzers; what it costs is no part of the others.
    drop(cost(rushes(None).args(["pipelines", "check"]).arg(root().join("pipelines.toml"))));
    println!("| what | wall s | CPU s | peak MB | note |\n|---|---|---|---|---|");
    memory_of_sizes(&bucket, &server);
    overlap(&bucket, &server);
    runtime.block_on(server.stop());
}

fn row(what: &str, cost: &Cost, note: &str) {
    let (wall, cpu) = (cost.wall.as_secs_f64(), cost.cpu.as_secs_f64());
    println!("| {what} | {wall:.2} | {cpu:.2} | {:.0} | {note} |", cost.peak_rss as f64 / 1e6);
}

/// Peak memory doesn't grow with the object.
fn memory_of_sizes(bucket: &Path, server: &Running) {
    for megabytes in ["100", "500", "1000"] {
        let name = format!("size-{megabytes}MB-720p25-h264.mp4");
        made(bucket, &name, &["size", megabytes]);
        let cost = cost(rushes(Some(server)).args(["analyze", &format!("s3://media/{name}"), "--json"]));
        let report: Value = serde_json::from_str(&cost.stdout).unwrap_or_default();
        let seconds = report["media"]["duration_s"].as_f64().unwrap_or(0.0);
        row(
            &format!("analyze s3 {megabytes} MB"),
            &cost,
            &format!("{:.1} x realtime", seconds / cost.wall.as_secs_f64()),
        );
    }
}

/// A whole job against its slowest stage alone, with 30 ms of latency.
fn overlap(bucket: &Path, server: &Running) {
    let name = "size-100MB-720p25-h264.mp4";
    let file = bucket.join(name);
    server.faults().set_latency(Duration::from_millis(30));
    let whole = cost(rushes(Some(server)).args(["analyze", &format!("s3://media/{name}"), "--json"]));
    server.faults().set_latency(Duration::ZERO);
    let report: Value = serde_json::from_str(&whole.stdout).unwrap_or_default();
    let busy = |name: &str| {
        let stages = report["stages"].as_array().cloned().unwrap_or_default();
        let found = stages.iter().find(|stage| stage["stage"] == name).and_then(|stage| stage["busy_s"].as_f64());
        found.unwrap_or(0.0)
    };
    let slowest = ["decode", "analyse loudness", "analyse picture"].into_iter().map(|name| (busy(name), name));
    let (seconds, stage) = slowest.fold((0.0, ""), |a, b| if b.0 > a.0 { b } else { a });
    let alone = cost(
        Command::new("ffmpeg").args(["-v", "error", "-threads", "1", "-i"]).arg(&file).args(["-an", "-f", "null", "-"]),
    );
    let ratio = whole.wall.as_secs_f64() / seconds;
    row("the same with 30 ms latency", &whole, &format!("{ratio:.2} x its slowest stage ({stage}, {seconds:.2} s)"));
    row("ffmpeg -threads 1, every picture", &alone, "decode alone, for comparison");
}
