//! Small files, written as the standards say, to be read back.

pub(crate) mod mp3;
pub(crate) mod mp4;
pub(crate) mod wav;
