//! From an object's bytes to its index.

use crate::error::Error;
use crate::index::{Container, Index};
use crate::probe::{self, probe};
use crate::reader::Reader;
use crate::window::{Ahead, Window};
use crate::{mp4, wav};

/// Reads the index of a recording by small ranges; what kind of file it is, its bytes say and not its name.
///
/// # Errors
/// When it is no recording, isn't read yet, is encrypted, cut off, broken, or claims too much; or its bytes can't be had.
pub fn open(reader: &dyn Reader) -> Result<Index, Error> {
    let mut window = Window::new(reader);
    let head = window.read(0, probe::LENGTH, Ahead::Index)?;
    match probe(&head)? {
        Container::Mp4 => mp4::open(&mut window),
        Container::Wav => wav::open(&mut window),
    }
}
