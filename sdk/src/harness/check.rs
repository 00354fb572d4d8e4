//! What an analyzer returns, held against the contract, as hosts do.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::{Descriptor, Error, Event, Feed, Report, Result, Segmentation, Series, Timing, Track};

/// A descriptor that hosts accept.
pub(super) fn descriptor(descriptor: &Descriptor) -> Result<()> {
    let named = |char: char| char.is_ascii_lowercase() || char.is_ascii_digit() || char == '-';
    hold(!descriptor.name.is_empty() && descriptor.name.chars().all(named), || {
        format!("name `{}` isn't made of lower case letters, digits and hyphens", descriptor.name)
    })?;
    hold(!descriptor.inputs.is_empty(), || "no inputs are asked for".to_owned())?;
    let kinds: BTreeSet<u8> = descriptor.inputs.iter().map(|input| kind(&input.feed)).collect();
    hold(kinds.len() == descriptor.inputs.len(), || "an input is asked for twice".to_owned())?;
    for input in &descriptor.inputs {
        feed(&input.feed, descriptor)?;
    }
    if let Segmentation::Independent(lead_in_ms) = descriptor.segmentation {
        hold(lead_in_ms <= 5_000, || format!("a lead-in of {lead_in_ms} ms is more than 5000"))?;
    }
    hold(descriptor.extra.is_object(), || "extra isn't an object".to_owned())
}

fn feed(feed: &Feed, descriptor: &Descriptor) -> Result<()> {
    match feed {
        Feed::Audio(request) => hold((10..=10_000).contains(&request.block_ms), || {
            format!("blocks of {} ms aren't between 10 and 10000", request.block_ms)
        }),
        Feed::Bytes(_) => {
            let independent = matches!(descriptor.segmentation, Segmentation::Independent(_));
            hold(descriptor.inputs.len() == 1 && !independent, || {
                "bytes are the only input, and never independent".to_owned()
            })
        }
        Feed::Video(_) | Feed::Transcript => Ok(()),
    }
}

const fn kind(feed: &Feed) -> u8 {
    match feed {
        Feed::Audio(_) => 0,
        Feed::Video(_) => 1,
        Feed::Transcript => 2,
        Feed::Bytes(_) => 3,
    }
}

/// How far behind the end of the media something may lie: a last window, a block that was begun.
const SLACK_US: u64 = 1_000_000;
/// Longest `kind` and `name`.
const WORD_BYTES: usize = 128;

/// A report of a recording of this length that hosts accept.
pub(super) fn report(report: &Report<Value>, duration_us: u64) -> Result<()> {
    hold(report.summary.is_object(), || "the summary isn't an object".to_owned())?;
    share("coverage", report.coverage)?;
    let last_us = duration_us.saturating_add(SLACK_US);
    report.series.iter().try_for_each(|it| series(it, last_us))?;
    let ids: BTreeSet<u32> = report.tracks.iter().map(|track| track.id).collect();
    hold(ids.len() == report.tracks.len(), || "two tracks have the same id".to_owned())?;
    report.tracks.iter().try_for_each(|it| track(it, last_us))?;
    report.events.iter().try_for_each(|it| event(it, &ids, last_us))?;
    report.cues.iter().try_for_each(|cue| span("cue", cue.start_us, cue.end_us, last_us))
}

fn series(series: &Series, last_us: u64) -> Result<()> {
    let name = &series.name;
    word("name of a series", name)?;
    match &series.timing {
        Timing::Regular { start_us, step_us } => {
            hold(*step_us > 0, || format!("series `{name}` has a step of 0"))?;
            // A value stands for the step that begins with it.
            let steps = (series.values.len() as u64).saturating_sub(2);
            let end_us = steps.saturating_mul(*step_us).saturating_add(*start_us);
            hold(end_us <= last_us, || format!("series `{name}` goes on after the recording's end"))?;
        }
        Timing::At(times_us) => {
            hold(times_us.len() == series.values.len(), || {
                format!("series `{name}` has {} times for {} values", times_us.len(), series.values.len())
            })?;
            rising(name, times_us.iter().copied(), last_us)?;
        }
    }
    hold(!series.values.iter().any(|value| value.is_infinite()), || format!("series `{name}` has an infinite value"))
}

fn track(track: &Track, last_us: u64) -> Result<()> {
    word("kind of a track", &track.kind)?;
    rising(&track.kind, track.points.iter().map(|point| point.time_us), last_us)?;
    for point in &track.points {
        let sides = [point.x, point.y, point.w, point.h];
        hold(sides.iter().all(|side| side.is_finite()) && point.w >= 0.0 && point.h >= 0.0, || {
            format!("a box of track {} is {sides:?}", track.id)
        })?;
        share("confidence", point.confidence)?;
    }
    Ok(())
}

fn event(event: &Event, tracks: &BTreeSet<u32>, last_us: u64) -> Result<()> {
    word("kind of an event", &event.kind)?;
    span(&event.kind, event.start_us, event.end_us, last_us)?;
    event.confidence.filter(|confidence| !confidence.is_nan()).map_or(Ok(()), |it| share("confidence", it))?;
    hold(event.track.is_none_or(|id| tracks.contains(&id)), || {
        format!("event `{}` belongs to track {:?}, which isn't there", event.kind, event.track)
    })?;
    hold(event.detail.as_ref().is_none_or(Value::is_object), || {
        format!("the detail of event `{}` isn't an object", event.kind)
    })
}

fn span(what: &str, start_us: u64, end_us: u64, last_us: u64) -> Result<()> {
    hold(start_us <= end_us, || format!("`{what}` ends at {end_us} us, before its start at {start_us} us"))?;
    hold(end_us <= last_us, || format!("`{what}` ends at {end_us} us, after the recording"))
}

fn rising(what: &str, times_us: impl Iterator<Item = u64> + Clone, last_us: u64) -> Result<()> {
    let rises = times_us.clone().is_sorted_by(|earlier, later| earlier < later);
    hold(rises, || format!("times of `{what}` don't rise"))?;
    hold(times_us.max().is_none_or(|end_us| end_us <= last_us), || {
        format!("`{what}` goes on after the recording's end")
    })
}

fn share(what: &str, value: f32) -> Result<()> {
    hold((0.0..=1.0).contains(&value), || format!("{what} {value} isn't in 0..1"))
}

fn word(what: &str, text: &str) -> Result<()> {
    hold((1..=WORD_BYTES).contains(&text.len()), || format!("{what} `{text}` hasn't 1 to {WORD_BYTES} bytes"))
}

fn hold(is_kept: bool, broken: impl FnOnce() -> String) -> Result<()> {
    if is_kept { Ok(()) } else { Err(Error::Failed(format!("breaks the contract: {}", broken()))) }
}
