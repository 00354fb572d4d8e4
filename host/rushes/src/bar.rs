//! The progress bar: a journal that a person watches.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use rushes_model::{ByteSize, LogLine, Progress};
use rushes_run::Journal;

/// Draws on standard error, and only where that is a terminal.
pub(crate) struct Bar(ProgressBar);

const LOOK: &str = "{bar:32.cyan/dim} {msg}  {elapsed}";

impl Bar {
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr());
        bar.set_style(ProgressStyle::with_template(LOOK).expect("a constant that a test renders"));
        Self(bar)
    }

    pub(crate) fn show(&self, progress: Progress) {
        let Progress { at, duration, bytes_read, size, segments_done, segments } = progress;
        self.0.set_length(duration.as_micros().max(1));
        self.0.set_position(at.as_micros());
        let elapsed = self.0.elapsed().as_secs_f64().max(0.001);
        let (read, size) = (ByteSize::bytes(bytes_read), ByteSize::bytes(size));
        let speed = at.as_secs_f64() / elapsed;
        self.0.set_message(format!(
            "{at} of {duration}  {read} of {size}  {speed:.1}x  segment {segments_done}/{segments}"
        ));
    }

    /// For a job of which only the share that is done is known.
    pub(crate) fn share(&self, share: f64, state: impl Into<std::borrow::Cow<'static, str>>) {
        self.0.set_length(1000);
        self.0.set_position((share * 1000.0) as u64);
        self.0.set_message(state);
    }

    pub(crate) fn finish(&self) {
        self.0.finish_and_clear();
    }
}

impl Journal for Bar {
    fn progress(&self, progress: Progress) {
        self.show(progress);
    }

    fn log(&self, line: LogLine) {
        if matches!(line.level, "warn" | "error") {
            self.0.suspend(|| eprintln!("{} {}: {}", line.level, line.analyzer, line.message));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_can_be_drawn() {
        let bar = Bar::new();
        bar.show(Progress::default());
        bar.finish();
    }
}
