//! From each track's own ticks to media time: 0 is the earliest presented sample or picture of all tracks, also of those
//! that can't be decoded, so that times stay the same when a later version can.

mod line;
mod missing;

use rushes_model::MediaTime;
use rushes_model::media::Gap;

use super::moov::Moov;
use crate::error::Error;
use crate::index::{Container, Index};
use crate::limits;
use line::Line;

/// Puts the tracks on one line, and takes out what the file doesn't hold.
pub(super) fn index(moov: Moov, file_size: u64) -> Result<Index, Error> {
    let mut refused = Vec::new();
    let mut lines = Vec::new();
    let (movie_timescale, has_fragments) = (moov.timescale, moov.has_fragments);
    for trak in moov.traks {
        let (id, kind) = (trak.header.id, trak.kind.name());
        if let Err(why) = &trak.coding {
            refused.push(format!("{kind}: {why}"));
        }
        let is_decodable = trak.coding.is_ok();
        match Line::draw(trak, movie_timescale, has_fragments) {
            Some(line) => lines.push(line),
            None if is_decodable => refused.push(format!("{kind}: track {id} has no samples")),
            None => {}
        }
    }
    let (zero, duration) = extent(&lines)?;
    let mut index =
        Index { container: Container::Mp4, tracks: Vec::new(), refused, is_complete: true, duration, gaps: Vec::new() };
    let mut gaps: Vec<(u32, Vec<Gap>)> = Vec::new();
    let mut first_missing: Option<u64> = None;
    for line in lines {
        let kind = line.trak.kind;
        let Some(mut track) = line.into_track(zero) else { continue };
        let missing = missing::take_out(&mut track, kind, duration, file_size);
        if track.packets.count() == 0 {
            first_missing = first_missing.or(missing.first_offset);
            index.refused.push(format!("{}: all of track {} lies past the end of the file", kind.name(), track.id));
            continue;
        }
        gaps.push((track.id, missing.gaps));
        index.tracks.push(track);
    }
    if index.tracks.is_empty() {
        return Err(nothing(index.refused, first_missing, file_size));
    }
    index.gaps = in_use(&index, gaps);
    Ok(index)
}

/// Where media time begins, in microseconds of the movie, and the recording's length.
fn extent(lines: &[Line]) -> Result<(i64, MediaTime), Error> {
    let start = lines.iter().map(Line::start_us).min().unwrap_or(0);
    let end = lines.iter().map(Line::end_us).max().unwrap_or(0);
    let length = end.saturating_sub(start);
    let allowed = MediaTime::from_micros(limits::DURATION_US.unsigned_abs());
    if length > limits::DURATION_US || start.unsigned_abs() > limits::DURATION_US.unsigned_abs() {
        let claimed = MediaTime::from_micros(u64::try_from(length).unwrap_or(u64::MAX));
        return Err(Error::limits("the samples' times", claimed.to_string(), allowed.to_string()));
    }
    Ok((start, MediaTime::from_micros(u64::try_from(length).unwrap_or(0))))
}

fn nothing(refused: Vec<String>, first_missing: Option<u64>, size: u64) -> Error {
    match first_missing {
        Some(first) => Error::Truncated { first, size },
        None if refused.is_empty() => {
            Error::Tracks { refused: vec!["there is neither sound nor a picture".to_owned()] }
        }
        None if refused.iter().all(|why| why.ends_with("has no samples")) => {
            Error::Empty { what: "none of its tracks has a sample" }
        }
        None => Error::Tracks { refused },
    }
}

/// Gaps of the tracks that are used; another language's audio isn't missed.
fn in_use(index: &Index, gaps: Vec<(u32, Vec<Gap>)>) -> Vec<Gap> {
    let used = [index.audio().map(|track| track.id), index.video().map(|track| track.id)];
    let mut gaps: Vec<Gap> =
        gaps.into_iter().filter(|(id, _)| used.contains(&Some(*id))).flat_map(|(_, gaps)| gaps).collect();
    gaps.sort_unstable();
    gaps
}
