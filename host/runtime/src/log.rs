//! What a component said: log lines, and the last of its standard output and error.

use std::collections::VecDeque;

use rushes_model::MediaTime;

use crate::limits::LOG_SIZE;

/// Longest line; the rest is cut.
const LINE_BYTES: usize = 8 << 10;
/// Room a line takes besides its text.
const LINE_OVERHEAD: u64 = 32;
/// What is kept of standard error: a panic's text lies at its end.
const TAIL_BYTES: usize = 8 << 10;

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// For the author.
    Debug,
    /// For the curious.
    Info,
    /// Look if it repeats.
    Warn,
    /// The analyzer can't go on.
    Error,
}

impl Level {
    /// `debug`, `info`, `warn`, `error`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

/// A line of a component's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// How much it matters.
    pub level: Level,
    /// What had been pushed when it was said.
    pub at: MediaTime,
    /// The text.
    pub message: String,
}

/// Keeps lines while there is room, then counts them. The room is fixed, not refilled by time: the same analysis has
/// the same log everywhere.
#[derive(Debug)]
pub(crate) struct Log {
    lines: Vec<Line>,
    room: u64,
    cut_lines: u64,
    cut_bytes: u64,
    last_error: Option<String>,
}

impl Log {
    pub(crate) fn new() -> Self {
        Self { lines: Vec::new(), room: LOG_SIZE.as_bytes(), cut_lines: 0, cut_bytes: 0, last_error: None }
    }

    pub(crate) fn push(&mut self, level: Level, at: MediaTime, message: String) {
        let said = message.len() as u64;
        let message = cut(message, LINE_BYTES);
        if level == Level::Error {
            self.last_error = Some(message.clone());
        }
        let taken = message.len() as u64 + LINE_OVERHEAD;
        match self.room.checked_sub(taken) {
            Some(room) if self.cut_lines == 0 => {
                self.room = room;
                self.lines.push(Line { level, at, message });
            }
            _ => {
                self.cut_lines += 1;
                self.cut_bytes = self.cut_bytes.saturating_add(said);
            }
        }
    }

    /// The last line of level error: a panic's text, where the guest has the SDK's hook.
    pub(crate) fn last_error(&self) -> Option<&str> {
        self.last_error.as_deref()
    }

    /// Takes the lines, with one closing note if some were cut.
    pub(crate) fn take(&mut self, at: MediaTime) -> Vec<Line> {
        let mut lines = std::mem::take(&mut self.lines);
        if self.cut_lines > 0 {
            let (cut_lines, cut_bytes) = (std::mem::take(&mut self.cut_lines), std::mem::take(&mut self.cut_bytes));
            self.room = 0;
            let message =
                format!("log cut: {cut_lines} more lines ({cut_bytes} bytes) passed the {LOG_SIZE} of a session");
            lines.push(Line { level: Level::Warn, at, message });
        }
        lines
    }
}

/// The last bytes of a stream.
#[derive(Debug, Default)]
pub(crate) struct Tail(VecDeque<u8>);

impl Tail {
    pub(crate) fn write(&mut self, bytes: &[u8]) {
        let kept = bytes.get(bytes.len().saturating_sub(TAIL_BYTES)..).unwrap_or_default();
        let over = (self.0.len() + kept.len()).saturating_sub(TAIL_BYTES);
        self.0.drain(..over.min(self.0.len()));
        self.0.extend(kept);
    }

    /// What Rust's panic hook wrote: the message, and where. None if it wrote nothing.
    pub(crate) fn panic(&self) -> Option<String> {
        let bytes: Vec<u8> = self.0.iter().copied().collect();
        let text = String::from_utf8_lossy(&bytes);
        let start = text.rfind("panicked at ")?;
        let (place, rest) = text.get(start..)?.split_once('\n')?;
        let message = rest.split("\nnote: ").next().unwrap_or(rest).trim();
        Some(format!("{message} ({})", place.trim_end_matches(':')))
    }
}

/// The text, cut at a character's border if it is longer. What a component says goes nowhere uncut.
pub(crate) fn cut(mut text: String, longest: usize) -> String {
    if text.len() > longest {
        let mut end = longest;
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_leaves_its_head_and_one_note() {
        let mut log = Log::new();
        for _ in 0..10_000 {
            log.push(Level::Info, MediaTime::ZERO, "x".repeat(992));
        }
        let lines = log.take(MediaTime::ZERO);
        assert_eq!(lines.len(), 257);
        assert_eq!(lines[256].message, "log cut: 9744 more lines (9666048 bytes) passed the 256 KiB of a session");
        assert!(log.take(MediaTime::ZERO).is_empty());
        log.push(Level::Info, MediaTime::ZERO, "late".into());
        assert_eq!(log.take(MediaTime::ZERO).len(), 1, "the note alone");
    }

    #[test]
    fn a_long_line_is_cut_at_a_character() {
        let mut log = Log::new();
        log.push(Level::Error, MediaTime::ZERO, format!("x{}", "é".repeat(8_000)));
        assert_eq!(log.take(MediaTime::ZERO)[0].message.len(), 1 + 2 * 4_095 + "…".len());
        assert!(log.last_error().is_some());
    }

    #[test]
    fn a_panic_is_found_at_the_end_of_standard_error() {
        let mut tail = Tail::default();
        tail.write(&vec![b'.'; 100_000]);
        tail.write(
            b"\nthread '<unnamed>' panicked at src/lib.rs:3:9:\nno such window\nnote: run with `RUST_BACKTRACE=1`\n",
        );
        assert_eq!(tail.panic().unwrap(), "no such window (panicked at src/lib.rs:3:9)");
        assert_eq!(tail.0.len(), TAIL_BYTES);
        assert!(Tail::default().panic().is_none());
    }
}
