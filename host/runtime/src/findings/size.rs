//! How much a report says: its texts and numbers, whatever they are written in.

use crate::bind::latest::{Cue, Event, Point, Report, Series, Timing, Track};

/// Bytes of all texts and numbers of a report.
pub(super) fn of(report: &Report) -> u64 {
    let parts = [
        report.summary.len(),
        report.not_measured.iter().map(|it| it.what.len() + it.why.len()).sum(),
        report.series.iter().map(series).sum(),
        report.events.iter().map(event).sum(),
        report.tracks.iter().map(track).sum(),
        report.cues.iter().map(cue).sum(),
    ];
    parts.iter().sum::<usize>() as u64
}

fn series(series: &Series) -> usize {
    let times = match &series.timing {
        Timing::Regular(_) => 16,
        Timing::At(times) => size_of_val(times.as_slice()),
    };
    series.name.len() + series.unit.len() + times + size_of_val(series.values.as_slice())
}

fn event(event: &Event) -> usize {
    24 + event.kind.len() + event.label.len() + event.detail.as_ref().map_or(0, String::len)
}

fn track(track: &Track) -> usize {
    12 + track.kind.len() + track.label.len() + track.points.len() * size_of::<Point>()
}

fn cue(cue: &Cue) -> usize {
    let names = cue.speaker.iter().chain(&cue.language).map(String::len).sum::<usize>();
    20 + names + cue.text.len() + cue.words.iter().map(|word| 20 + word.text.len()).sum::<usize>()
}
