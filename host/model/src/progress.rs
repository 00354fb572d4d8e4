//! What a run says while it goes on.

use serde::Serialize;

use crate::time::MediaTime;

/// How far a run is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Progress {
    /// Media that was decoded, in microseconds.
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

impl Progress {
    /// 0..1: of the media; of the bytes, where the media's length isn't known yet.
    pub fn share(&self) -> f64 {
        let (done, all) = match self.duration.as_micros() {
            0 => (self.bytes_read, self.size),
            all => (self.at.as_micros(), all),
        };
        if all == 0 { 0.0 } else { (done as f64 / all as f64).min(1.0) }
    }
}

/// A line from an analyzer's log.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_of_the_media_and_else_of_the_bytes() {
        let of_bytes = Progress { bytes_read: 1, size: 4, ..Progress::default() };
        assert_eq!(of_bytes.share(), 0.25);
        let (at, duration) = (MediaTime::from_secs(3), MediaTime::from_secs(4));
        assert_eq!(Progress { at, duration, ..of_bytes }.share(), 0.75);
        assert_eq!(Progress { at: duration + at, duration, ..of_bytes }.share(), 1.0, "sound may outlast the picture");
        assert_eq!(Progress::default().share(), 0.0);
    }
}
