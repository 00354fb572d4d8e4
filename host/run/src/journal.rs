//! The door through which a run says what it is doing. Nothing here may block: a journal drops or joins what is too much.

use rushes_model::MediaTime;

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Media that has been decoded.
    pub at: MediaTime,
    /// Of so much.
    pub duration: MediaTime,
    /// Bytes that were fetched.
    pub bytes_read: u64,
    /// Of so many.
    pub size: u64,
    /// Segments whose partials are all kept.
    pub segments_done: u32,
    /// Of so many.
    pub segments: u32,
}

/// A line from an analyzer's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// Whose.
    pub analyzer: String,
    /// In which segment; none: while merging.
    pub segment: Option<u32>,
    /// `debug`, `info`, `warn`, `error`.
    pub level: &'static str,
    /// What it said.
    pub message: String,
}

/// Hears of progress and log lines.
pub trait Journal: Send + Sync {
    /// Called often.
    fn progress(&self, progress: Progress);
    /// Called for each line.
    fn log(&self, line: LogLine);
}

/// Hears nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Journal for Silent {
    fn progress(&self, _: Progress) {}
    fn log(&self, _: LogLine) {}
}
