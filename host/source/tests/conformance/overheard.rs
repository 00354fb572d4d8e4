//! What was logged on this thread. One listener for the process: with one for each test, a line that another test's
//! thread passes first would be taken for one that nobody wants.

use std::cell::RefCell;
use std::io::{self, Write};
use std::sync::Once;

static LISTENING: Once = Once::new();

thread_local! {
    static TEXT: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// Begins to listen; what this thread said before is forgotten.
pub(crate) fn listen() {
    LISTENING.call_once(|| tracing_subscriber::fmt().with_ansi(false).with_writer(|| Line).init());
    TEXT.take();
}

/// What was said since.
pub(crate) fn heard() -> String {
    String::from_utf8_lossy(&TEXT.take()).into_owned()
}

struct Line;

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        TEXT.with_borrow_mut(|text| text.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
