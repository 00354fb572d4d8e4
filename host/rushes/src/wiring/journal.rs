//! `run::Journal` over a claim's ports: progress and log lines go to the store, a few times a second.

use rushes_run::{Journal, LogLine, Progress};

/// A job's journal.
pub(crate) struct Stored(pub(crate) rushes_queue::Ports);

impl Journal for Stored {
    fn progress(&self, progress: Progress) {
        let Progress { at, duration, bytes_read, size, segments_done, segments } = progress;
        self.0.progress(rushes_queue::Progress { at, duration, bytes_read, size, segments_done, segments });
    }

    fn log(&self, line: LogLine) {
        let LogLine { analyzer, segment, level, message } = line;
        self.0.log(&rushes_queue::LogLine { analyzer, segment, level, message });
    }
}
