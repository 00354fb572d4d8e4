//! `run::Journal` over a claim's ports: progress and log lines go to the store, a few times a second.

use rushes_model::{LogLine, Progress};
use rushes_run::Journal;

/// A job's journal.
pub(crate) struct Stored(pub(crate) rushes_queue::Ports);

impl Journal for Stored {
    fn progress(&self, progress: Progress) {
        self.0.progress(progress);
    }

    fn log(&self, line: LogLine) {
        self.0.log(&line);
    }
}
