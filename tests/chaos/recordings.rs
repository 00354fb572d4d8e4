//! Recordings and the S3 server that holds them: long enough, and the line slow enough, that a job takes twenty seconds.

use std::path::{Path, PathBuf};

use rushes_devs3::{Config, Running, Server};

pub(crate) const BUCKET: &str = "interviews";
/// Eleven minutes of speech-rate audio: ten segments.
const SECONDS: u32 = 640;
const SAMPLE_RATE: u32 = 16_000;
/// With one request at a time: 20 MB in 20 s.
const BYTES_PER_SECOND: u64 = 1_000_000;
/// Different enough that a report of another's recording would be seen.
pub(crate) const KINDS: usize = 3;

/// A development S3 server with recordings in it.
pub(crate) struct Recordings {
    runtime: tokio::runtime::Runtime,
    server: Option<Running>,
    folder: tempfile::TempDir,
}

impl Recordings {
    pub(crate) fn start() -> Self {
        let runtime =
            tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("tokio");
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::create_dir_all(folder.path().join("s3").join(BUCKET)).expect("a bucket");
        for kind in 0..KINDS {
            write_wav(&folder.path().join(format!("{kind}.wav")), kind);
        }
        let server = runtime.block_on(Server::start(Config::new(folder.path().join("s3")))).expect("an S3 server");
        server.faults().set_bytes_per_second(Some(BYTES_PER_SECOND));
        Self { runtime, server: Some(server), folder }
    }

    pub(crate) fn server(&self) -> &Running {
        self.server.as_ref().expect("it runs until it is dropped")
    }

    /// The recording of a kind, as a file.
    pub(crate) fn file(&self, kind: usize) -> PathBuf {
        self.folder.path().join(format!("{kind}.wav"))
    }

    /// Uploads a recording, at once and whole.
    pub(crate) fn put(&self, key: &str, kind: usize) {
        std::fs::hard_link(self.file(kind), self.object(key)).unwrap_or_else(|error| panic!("{key}: {error}"));
    }

    pub(crate) fn remove(&self, key: &str) {
        let _was_never_there = std::fs::remove_file(self.object(key));
    }

    fn object(&self, key: &str) -> PathBuf {
        self.folder.path().join("s3").join(BUCKET).join(key)
    }
}

impl Drop for Recordings {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            self.runtime.block_on(server.stop());
        }
    }
}

/// A tone that is silent for two seconds of every ten; pitch and level tell the kinds apart.
fn write_wav(path: &Path, kind: usize) {
    let count = SECONDS * SAMPLE_RATE;
    let mut bytes = Vec::with_capacity(44 + 2 * count as usize);
    bytes.extend(b"RIFF");
    bytes.extend((36 + 2 * count).to_le_bytes());
    bytes.extend(b"WAVEfmt ");
    bytes.extend(16_u32.to_le_bytes());
    bytes.extend([1, 0, 1, 0]);
    bytes.extend(SAMPLE_RATE.to_le_bytes());
    bytes.extend((2 * SAMPLE_RATE).to_le_bytes());
    bytes.extend([2, 0, 16, 0]);
    bytes.extend(b"data");
    bytes.extend((2 * count).to_le_bytes());
    let (pitch, level) = (200.0 + 150.0 * kind as f64, 4_000.0 + 5_000.0 * kind as f64);
    for index in 0..count {
        let time = f64::from(index) / f64::from(SAMPLE_RATE);
        let is_silent = time % 10.0 > 8.0;
        let sample = if is_silent { 0.0 } else { level * (time * pitch * std::f64::consts::TAU).sin() };
        bytes.extend((sample as i16).to_le_bytes());
    }
    std::fs::write(path, bytes).expect("room for a recording");
}
