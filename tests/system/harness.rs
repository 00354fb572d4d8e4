//! How tests run the program: started as a user starts it, watched from outside.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use serde_json::Value;

/// The repository's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("tests/ lies in the root").to_owned()
}

/// The binary that `cargo build -p rushes` left beside this test, or the one that RUSHES_TEST_BINARY names.
pub(crate) fn binary() -> PathBuf {
    if let Some(elsewhere) = std::env::var_os("RUSHES_TEST_BINARY") {
        return elsewhere.into();
    }
    let test = std::env::current_exe().expect("this test has a path");
    let binary = test.parent().and_then(Path::parent).expect("target/debug").join("rushes");
    assert!(binary.exists(), "{} isn't there: run `cargo build -p rushes` first", binary.display());
    binary
}

/// `../shared/media`; none where it isn't there, which is said aloud and fails in CI.
pub(crate) fn shared_media() -> Option<PathBuf> {
    let folder = root().parent()?.join("shared/media");
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(std::env::var_os("CI").is_none(), "{} isn't there, and CI is set", folder.display());
    eprintln!("SKIPPED: {} isn't there", folder.display());
    None
}

/// What `../shared/media/make.sh OUT WHAT` makes, made once for all tests.
pub(crate) fn made(what: &str) -> Option<PathBuf> {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let script = shared_media()?.join("make.sh");
    let _one_at_a_time = LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let folder = scratch().join(what);
    let done = folder.join(".done");
    if !done.exists() {
        run(Command::new("bash").arg(script).arg(&folder).args(what.split(' ')));
        std::fs::write(done, "").unwrap();
    }
    Some(folder)
}

/// A number that whoever measures may set.
pub(crate) fn number_from(variable: &str, otherwise: u64) -> u64 {
    std::env::var_os(variable).map_or(otherwise, |number| number.to_str().unwrap().parse().unwrap())
}

/// A folder under `target/` that outlives the test run.
pub(crate) fn scratch() -> PathBuf {
    PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
}

/// Runs a command that must succeed, and gives back what it printed.
pub(crate) fn run(command: &mut Command) -> String {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// The sample recording's maker, with a seed: the file and what is true of it.
pub(crate) fn sample(seed: u32) -> (PathBuf, Value) {
    static LOCK: std::sync::Mutex<()> = std::sync::Mutex::new(());
    let _one_at_a_time = LOCK.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let file = scratch().join(format!("sample-{seed}.mp4"));
    let truth = scratch().join(format!("sample-{seed}.mp4.truth.json"));
    if !truth.exists() {
        let script = root().join("host/rushes/sample/make.py");
        run(Command::new("python3").arg(script).arg(seed.to_string()).arg(&file));
    }
    (file, read_json(&truth))
}

pub(crate) fn read_json(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// A finished run of the program.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
    /// Largest resident set that was seen.
    pub(crate) peak_rss: u64,
    pub(crate) wall: Duration,
}

impl Ran {
    /// Standard output as JSON, of a run that must have succeeded.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.code, Some(0), "{}\n{}", self.stderr, self.stdout);
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("{error}: {}", self.stdout))
    }
}

/// A way to start the program: its own data folder, nothing inherited but what is set here.
pub(crate) struct Rushes {
    pub(crate) data: tempfile::TempDir,
    env: Vec<(String, String)>,
    /// What the program is started by, where it isn't started right away.
    by: Vec<String>,
}

impl Rushes {
    pub(crate) fn new() -> Self {
        Self { data: tempfile::tempdir().unwrap(), env: Vec::new(), by: Vec::new() }
    }

    pub(crate) fn env(mut self, name: &str, value: impl ToString) -> Self {
        self.env.push((name.to_owned(), value.to_string()));
        self
    }

    /// Starts it by another program, which becomes it.
    pub(crate) fn by(mut self, words: &[&str]) -> Self {
        self.by = words.iter().map(|word| (*word).to_owned()).collect();
        self
    }

    pub(crate) fn command(&self) -> Command {
        let mut words = self.by.iter().map(Into::into).chain([binary().into_os_string()]);
        let mut command = Command::new(words.next().expect("the binary at least"));
        command
            .args(words)
            .env("RUSHES_DATA", self.data.path())
            .env("RUSHES_CACHE", cache())
            .env_remove("RUST_BACKTRACE")
            .envs(self.env.iter().map(|(name, value)| (name, value)))
            .stdin(Stdio::null())
            .current_dir(root());
        command
    }

    /// Runs to the end and watches memory meanwhile.
    pub(crate) fn run(&self, arguments: &[&str]) -> Ran {
        watch(self.command().args(arguments), Duration::from_secs(300))
    }

    pub(crate) fn analyze(&self, object: &Path, more: &[&str]) -> Ran {
        let path = object.to_str().unwrap();
        self.run(&[&["analyze", path, "--json"], more].concat())
    }
}

/// One cache of compiled components for all tests; what is in it depends on nothing else.
fn cache() -> &'static Path {
    static CACHE: OnceLock<PathBuf> = OnceLock::new();
    CACHE.get_or_init(|| {
        // Compiling the analyzers is no part of what tests measure: done once, before the first of them.
        let cache = scratch().join("cache");
        let pipelines = root().join("pipelines.toml");
        run(Command::new(binary()).env("RUSHES_CACHE", &cache).args(["pipelines", "check"]).arg(pipelines));
        cache
    })
}

/// Runs a command to its end, looking at its memory every few milliseconds.
pub(crate) fn watch(command: &mut Command, limit: Duration) -> Ran {
    let began = Instant::now();
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let stdout = drain(child.stdout.take().unwrap());
    let stderr = drain(child.stderr.take().unwrap());
    let mut peak_rss = 0;
    let status = loop {
        peak_rss = peak_rss.max(peak_of(child.id()).unwrap_or(0));
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > limit {
            child.kill().unwrap();
            panic!("{command:?} took more than {limit:?}: {}", stderr.join().unwrap());
        }
        std::thread::sleep(Duration::from_millis(3));
    };
    Ran {
        code: status.code(),
        stdout: stdout.join().unwrap(),
        stderr: stderr.join().unwrap(),
        peak_rss,
        wall: began.elapsed(),
    }
}

fn drain(mut pipe: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        pipe.read_to_end(&mut text).unwrap();
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// `VmHWM`: the largest resident set of a living process, in bytes.
pub(crate) fn peak_of(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Waits until a check gives something, at most so long.
pub(crate) fn eventually<T>(what: &str, within: Duration, mut check: impl FnMut() -> Option<T>) -> T {
    let began = Instant::now();
    loop {
        if let Some(found) = check() {
            return found;
        }
        assert!(began.elapsed() < within, "not within {within:?}: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Ends a process that a test started, whatever happens to the test.
pub(crate) struct Killed(pub(crate) Child);

impl Drop for Killed {
    fn drop(&mut self) {
        let _already_gone = self.0.kill();
        let _reaped = self.0.wait();
    }
}
