//! The door through which a run says what it is doing. Nothing here may block: a journal drops or joins what is too much.

use rushes_model::{LogLine, Progress};

/// Hears of progress and log lines.
pub trait Journal: Send + Sync {
    /// Called often.
    fn progress(&self, progress: Progress);
    /// Called for each line.
    fn log(&self, line: LogLine);
}
