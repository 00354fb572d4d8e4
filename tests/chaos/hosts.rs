//! The hosts: real processes, started again when they are dead, one of them with a clock that is three hours off.

use std::io::{BufRead, BufReader};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// What a host needs to know of the others.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) database: String,
    pub(crate) s3: String,
    pub(crate) pipelines: PathBuf,
    pub(crate) slots: u32,
    /// Armed in every host, for a control run.
    pub(crate) sabotage: Option<String>,
}

/// Short, so that a run sees many of them.
pub(crate) const LEASE_SECONDS: u64 = 6;
const SABOTAGE: &str = "RUSHES_TEST_SABOTAGE";

/// One host, alive or not.
pub(crate) struct Host {
    pub(crate) name: String,
    world: World,
    data: tempfile::TempDir,
    child: Option<Child>,
    address: Arc<Mutex<Option<String>>>,
    /// The clock's error.
    skew: Option<&'static str>,
    down_since: Instant,
    /// Armed at the next start alone.
    pub(crate) next_sabotage: Option<String>,
}

impl Host {
    pub(crate) fn start(number: usize, world: &World) -> Self {
        let mut host = Self {
            name: format!("chaos-{number}"),
            world: world.clone(),
            data: tempfile::tempdir().expect("a folder"),
            child: None,
            address: Arc::default(),
            skew: (number == 1).then(|| faketime().map(|_| "+3h")).flatten(),
            down_since: Instant::now(),
            next_sabotage: None,
        };
        host.up();
        host
    }

    pub(crate) fn has_skewed_clock(&self) -> bool {
        self.skew.is_some()
    }

    fn up(&mut self) {
        let mut command = Command::new(binary());
        command
            .args(["serve", "--pipelines"])
            .arg(&self.world.pipelines)
            .envs([("AWS_ENDPOINT_URL_S3", self.world.s3.as_str()), ("AWS_ACCESS_KEY_ID", "any")])
            .envs([("AWS_SECRET_ACCESS_KEY", "any"), ("AWS_REGION", "us-east-1")])
            .envs([("RUSHES_LISTEN", "127.0.0.1:0"), ("QUEUE_CHECK_INTERVAL", "2"), ("RETRY_DELAY_SECONDS", "1")])
            .envs([("MAX_ATTEMPTS", "90"), ("DRAIN_TIMEOUT", "1"), ("STREAMING_MAX_REQUESTS", "1")])
            .envs([
                ("STREAMING_READAHEAD_MB", "2"),
                ("STREAMING_CHUNK_SIZE_MB", "1"),
                ("CHUNKED_FILE_SIZE_THRESHOLD_MB", "1"),
            ])
            .envs([("WEBHOOK_ALLOW_PRIVATE", "127.0.0.1"), ("MEMORY_THRESHOLD_PERCENT", "95"), ("RUSHES_LOG", "warn")])
            .env("LEASE_SECONDS", LEASE_SECONDS.to_string())
            .env("MAX_CONCURRENT_JOBS", self.world.slots.to_string())
            .env("DATABASE_URL", &self.world.database)
            .env("RUSHES_DATA", self.data.path())
            .env("RUSHES_CACHE", cache())
            .env("HOSTNAME", &self.name)
            .env_remove(SABOTAGE)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        let scripts: Vec<String> = self.world.sabotage.iter().cloned().chain(self.next_sabotage.take()).collect();
        if !scripts.is_empty() {
            command.env(SABOTAGE, scripts.join(","));
        }
        if let (Some(skew), Some(library)) = (self.skew, faketime()) {
            command.env("LD_PRELOAD", library).env("FAKETIME", skew).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        }
        let mut child = command.spawn().expect("the binary starts");
        let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
        let (address, name) = (Arc::clone(&self.address), self.name.clone());
        *address.lock().unwrap_or_else(PoisonError::into_inner) = None;
        let is_loud = std::env::var_os("CHAOS_LOGS").is_some();
        std::thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if let Some(found) = line.strip_prefix("rushes serves on ") {
                    *address.lock().unwrap_or_else(PoisonError::into_inner) = Some(found.to_owned());
                } else if is_loud {
                    eprintln!("{name}: {line}");
                }
            }
        });
        self.child = Some(child);
    }

    /// Where it answers; none while it starts, or is dead.
    pub(crate) fn address(&self) -> Option<String> {
        self.child.as_ref()?;
        self.address.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Looks whether it has died (and of what), and starts it again a moment later.
    pub(crate) fn tend(&mut self) -> Option<i32> {
        match &mut self.child {
            Some(child) => {
                let status = child.try_wait().expect("it can be waited for")?;
                self.child = None;
                self.down_since = Instant::now();
                Some(status.signal().unwrap_or(0))
            }
            None => {
                if self.down_since.elapsed() > Duration::from_millis(1500) {
                    self.up();
                }
                None
            }
        }
    }

    pub(crate) fn signal(&self, name: &str) {
        if let Some(child) = &self.child {
            let _gone = Command::new("kill").args([&format!("-{name}"), &child.id().to_string()]).status();
        }
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _gone = child.kill();
            let _reaped = child.wait();
        }
    }
}

/// The report of a recording without any chaos.
pub(crate) fn reference(recording: &Path, pipelines: &Path) -> serde_json::Value {
    let mut command = Command::new(binary());
    command.arg("analyze").arg(recording).args(["--json", "--pipeline", "chaos", "--pipelines"]).arg(pipelines);
    let ran = command.env("RUSHES_CACHE", cache()).output().expect("the binary starts");
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    serde_json::from_slice(&ran.stdout).expect("a report")
}

fn cache() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("cache")
}

fn binary() -> PathBuf {
    if let Some(elsewhere) = std::env::var_os("RUSHES_TEST_BINARY") {
        return elsewhere.into();
    }
    let test = std::env::current_exe().expect("this test has a path");
    let binary = test.parent().and_then(Path::parent).expect("target/debug").join("rushes");
    assert!(binary.exists(), "{} isn't there: run `cargo build -p rushes` first", binary.display());
    binary
}

/// The library that lies about the time, if it is installed.
fn faketime() -> Option<PathBuf> {
    let found = [
        "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "/usr/lib/aarch64-linux-gnu/faketime/libfaketimeMT.so.1",
    ];
    found.into_iter().map(PathBuf::from).find(|path| path.exists())
}
