//! What a container's index says: tracks, and for each where its packets lie and when they are shown.
//!
//! ```text
//! Index ── tracks ─► Track ── packets ─► Packet { offset, size, pts … }      ticks of the track
//!                      └ origin_us, presented ─► media time: 0 = earliest presented sample or picture
//! ```

mod packets;
mod table;

use std::ops::Range;

use rushes_decode::{AudioConfig, VideoConfig};
use rushes_model::MediaTime;
use rushes_model::media::Gap;

pub use packets::{Packet, Packets};
pub(crate) use table::Odd;
pub use table::Table;

/// Which container it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Container {
    /// ISO base media, fragmented or not: MP4, MOV, M4A.
    Mp4,
    /// RIFF or RF64 WAVE.
    Wav,
    /// Matroska (RFC 9559).
    Matroska,
    /// Matroska as browsers write it.
    WebM,
    /// Ogg (RFC 3533).
    Ogg,
    /// MPEG audio frames one after the other, with or without ID3.
    Mp3,
    /// AAC frames one after the other (ISO/IEC 13818-7, 6.2).
    Adts,
    /// Native FLAC (RFC 9639).
    Flac,
    /// AIFF and AIFF-C.
    Aiff,
    /// Apple's Core Audio Format.
    Caf,
}

/// All that is known of a recording before a sample is decoded.
#[derive(Clone, Debug)]
pub struct Index {
    /// Which container.
    pub container: Container,
    /// Tracks that can be decoded, in the container's order.
    pub tracks: Vec<Track>,
    /// Tracks that can't, with why (for reports and errors): `audio: AC-3 isn't supported yet`.
    pub refused: Vec<String>,
    /// Whether all packets are in it. Those of a container without an index are found while it is read; until then `duration`
    /// is 0, `gaps` has none, and tracks are presented until `i64::MAX`.
    pub is_complete: bool,
    /// End of the last presented sample or picture, of those too that are missing or in refused tracks.
    pub duration: MediaTime,
    /// What the index already shows to be missing: samples past the end of the file. Sorted; inside `duration`.
    pub gaps: Vec<Gap>,
}

/// One elementary stream.
#[derive(Clone, Debug)]
pub struct Track {
    /// The container's number; 0 is a number like others.
    pub id: u32,
    /// Meant to be used, as the container says.
    pub enabled: bool,
    /// How it is coded.
    pub coding: Coding,
    /// Ticks each second; for audio always the sample rate.
    pub timescale: u32,
    /// Added to a packet's time to get media time, in microseconds; edit lists and other tracks' starts are in it.
    pub origin_us: i64,
    /// Ticks that are presented, half-open; outside of it pictures and samples are decoded (if needed) but not shown.
    /// A picture is presented if its pts lies inside; of audio exactly the samples inside are. Encoder delay is outside.
    pub presented: Range<i64>,
    /// In decoding order.
    pub packets: Packets,
}

/// How a track is coded.
#[derive(Clone, Debug, PartialEq)]
pub enum Coding {
    /// Samples.
    Audio(AudioConfig),
    /// Pictures.
    Video(VideoConfig),
}

impl Index {
    /// The audio track in use: the first that is enabled, else the first.
    pub fn audio(&self) -> Option<&Track> {
        self.primary(|track| matches!(track.coding, Coding::Audio(_)))
    }

    /// The video track in use: the first that is enabled, else the first.
    pub fn video(&self) -> Option<&Track> {
        self.primary(|track| matches!(track.coding, Coding::Video(_)))
    }

    fn primary(&self, kind: impl Fn(&Track) -> bool) -> Option<&Track> {
        let mut of_kind = self.tracks.iter().filter(|track| kind(track));
        let first = of_kind.next()?;
        if first.enabled { Some(first) } else { Some(of_kind.find(|track| track.enabled).unwrap_or(first)) }
    }
}

impl Track {
    /// Whether a picture is ever seen.
    pub fn shows(&self, picture: &Packet) -> bool {
        !picture.hidden && self.presented.contains(&picture.pts)
    }

    /// Media time of a tick, in microseconds; negative before media time 0.
    pub fn micros_of(&self, ticks: i64) -> i64 {
        micros(ticks, self.timescale).saturating_add(self.origin_us)
    }
}

/// Ticks as microseconds, rounded to the nearest (a half goes up).
pub(crate) fn micros(ticks: i64, timescale: u32) -> i64 {
    let scale = i128::from(timescale.max(1));
    let micros = (i128::from(ticks) * 1_000_000 + scale / 2).div_euclid(scale);
    i64::try_from(micros).unwrap_or(if micros < 0 { i64::MIN } else { i64::MAX })
}
