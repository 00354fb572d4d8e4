//! Lines for whoever looks after the analyzer: they are kept with the job, at most 256 KiB of them. Never a transcript's text.

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Only interesting while something is looked for.
    Debug,
    /// Once a session at most.
    Info,
    /// It helped itself.
    Warn,
    /// It can't go on.
    Error,
}

/// Only interesting while something is looked for.
pub fn debug(message: impl AsRef<str>) {
    write(Level::Debug, message.as_ref());
}

/// Once a session at most.
pub fn info(message: impl AsRef<str>) {
    write(Level::Info, message.as_ref());
}

/// It helped itself.
pub fn warn(message: impl AsRef<str>) {
    write(Level::Warn, message.as_ref());
}

/// It can't go on.
pub fn error(message: impl AsRef<str>) {
    write(Level::Error, message.as_ref());
}

#[cfg(target_arch = "wasm32")]
fn write(level: Level, message: &str) {
    use crate::bindings::rushes::analyzer::log;

    let level = match level {
        Level::Debug => log::Level::Debug,
        Level::Info => log::Level::Info,
        Level::Warn => log::Level::Warn,
        Level::Error => log::Level::Error,
    };
    log::log(level, message);
}

#[cfg(not(target_arch = "wasm32"))]
pub use native::{Line, take};

#[cfg(not(target_arch = "wasm32"))]
use native::write;

/// Outside the sandbox nobody listens: calling the import would abort the test.
#[cfg(not(target_arch = "wasm32"))]
mod native {
    use std::cell::RefCell;

    use super::Level;

    /// A line as it was written.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct Line {
        /// How much it matters.
        pub level: Level,
        /// The text.
        pub message: String,
    }

    thread_local! {
        static LINES: RefCell<Vec<Line>> = const { RefCell::new(Vec::new()) };
    }

    pub(super) fn write(level: Level, message: &str) {
        LINES.with_borrow_mut(|lines| lines.push(Line { level, message: message.to_owned() }));
    }

    /// Takes what this thread wrote so far. Outside the sandbox only.
    pub fn take() -> Vec<Line> {
        LINES.take()
    }
}
