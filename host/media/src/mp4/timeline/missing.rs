//! Samples that lie past the end of the file: taken out of the tables, and told as gaps.

use rushes_model::media::{Cause, Gap};
use rushes_model::{MediaTime, Span};

use crate::index::{Packet, Packets, Track};
use crate::mp4::hdlr::Kind;

/// What isn't there.
#[derive(Debug, Default)]
pub(super) struct Missing {
    /// Sorted, apart from each other.
    pub(super) gaps: Vec<Gap>,
    /// Where the first of them would lie.
    pub(super) first_offset: Option<u64>,
}

/// A file that was cut off has one or two; one with more than this is told about the first only.
const GAPS: usize = 1_000;

/// Takes the missing packets out of a track.
pub(super) fn take_out(track: &mut Track, kind: Kind, duration: MediaTime, file_size: u64) -> Missing {
    let Packets::Table(table) = &mut track.packets else { return Missing::default() };
    let is_there =
        |packet: &Packet| packet.offset.checked_add(u64::from(packet.size)).is_some_and(|end| end <= file_size);
    if table.iter().all(|packet| is_there(&packet)) {
        return Missing::default();
    }
    let mut spans: Vec<(i64, i64)> = Vec::new();
    let mut first_offset = None;
    let presented = track.presented.clone();
    table.update(|packet| {
        if is_there(&packet) {
            return Some(packet);
        }
        first_offset = first_offset.or(Some(packet.offset));
        let from = packet.pts.max(presented.start);
        let to = packet.pts.saturating_add(i64::from(packet.duration)).min(presented.end);
        match spans.last_mut() {
            // Mostly all packets from some point on are missing: no row for each.
            Some((_, end)) if from == *end => *end = to.max(from),
            _ => spans.push((from, to)),
        }
        None
    });
    let spans = joined(spans).into_iter().map(|(from, to)| {
        let time = |ticks| MediaTime::from_micros(u64::try_from(track.micros_of(ticks)).unwrap_or(0)).min(duration);
        Span::new(time(from), time(to))
    });
    let gaps = spans
        .filter(|span| span.start < span.end)
        .take(GAPS)
        .map(|span| Gap { span, input: kind.name().to_owned(), cause: Cause::Truncated })
        .collect();
    Missing { gaps, first_offset }
}

/// Sorted, with those that touch made one and empty ones left out.
fn joined(mut spans: Vec<(i64, i64)>) -> Vec<(i64, i64)> {
    spans.retain(|(from, to)| from < to);
    spans.sort_unstable();
    let mut joined: Vec<(i64, i64)> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some((_, end)) if from <= *end => *end = to.max(*end),
            _ => joined.push((from, to)),
        }
    }
    joined
}
