//! Whether a report keeps the contract, and the findings that it becomes. What is unknown (NaN) becomes none here;
//! what breaks the contract is refused and named, never repaired in silence.

mod size;

use jsonschema::Validator;
use rushes_model::MediaTime;
use rushes_model::report::{CueLine, Event, Findings, Point, Series, Timing, Track, Unmeasured, seconds};
use serde_json::Value;

use crate::bind::latest;
use crate::call::Call;
use crate::error::{Error, Result};
use crate::limits::{REPORT_SIZE, WORDS_BYTES};
use crate::log::cut;

/// How far behind the end of the media something may lie: a last window, a block that was begun.
const SLACK: MediaTime = MediaTime::from_secs(1);
/// Longest `kind`, `name`, `unit`: they are keys and labels, not texts.
const WORD_BYTES: usize = 128;

type Checked<T> = std::result::Result<T, String>;

/// Checks a report of media of this length.
pub(crate) fn check(report: latest::Report, duration: MediaTime, summary: Option<&Validator>) -> Result<Findings> {
    if size::of(&report) > REPORT_SIZE.as_bytes() {
        return Err(Error::TooMuch { call: Call::Report, at: duration, what: "report", allowed: REPORT_SIZE });
    }
    Bounds { end: duration + SLACK }
        .findings(report, summary)
        .map_err(|why| Error::Output { why: cut(why, WORDS_BYTES) })
}

/// When things may happen.
struct Bounds {
    end: MediaTime,
}

impl Bounds {
    fn findings(&self, report: latest::Report, schema: Option<&Validator>) -> Checked<Findings> {
        let summary = object("summary", &report.summary)?;
        if let Some(why) = schema.and_then(|schema| schema.iter_errors(&summary).next()) {
            return Err(format!("summary{}: {why}", why.instance_path()));
        }
        let mut events = each("event", report.events, |event| self.event(event))?;
        events.sort_by(|a, b| a.start_s.total_cmp(&b.start_s).then(a.end_s.total_cmp(&b.end_s)));
        let mut cues = each("cue", report.cues, |cue| self.cue(cue))?;
        cues.sort_by(|a, b| a.start_s.total_cmp(&b.start_s));
        let tracks = each("track", report.tracks, |track| self.track(track))?;
        check_ids(&tracks, &events)?;
        Ok(Findings {
            summary,
            coverage: share("coverage", report.coverage)?,
            not_measured: report.not_measured.into_iter().map(|it| Unmeasured { what: it.what, why: it.why }).collect(),
            series: each("series", report.series, |series| self.series(series))?,
            events,
            tracks,
            cues,
        })
    }

    fn series(&self, series: latest::Series) -> Checked<Series> {
        word("name", &series.name)?;
        let timing = match series.timing {
            latest::Timing::Regular((start, step)) => self.regular(start, step, series.values.len())?,
            latest::Timing::At(times) => self.at(&times, series.values.len())?,
        };
        let values = series.values.into_iter().map(number).collect::<Checked<_>>()?;
        Ok(Series { name: series.name, unit: series.unit, timing, values })
    }

    fn regular(&self, start_us: u64, step_us: u64, count: usize) -> Checked<Timing> {
        if step_us == 0 {
            return Err("its step is 0".to_owned());
        }
        let steps = (count as u64).saturating_sub(1);
        let last = steps.checked_mul(step_us).and_then(|length| length.checked_add(start_us));
        let last = last.ok_or("its values lie beyond all time")?;
        // A value stands for the step that begins with it.
        self.time(last.saturating_sub(step_us))?;
        Ok(Timing::Regular { start_s: self.time(start_us)?, step_s: seconds(MediaTime::from_micros(step_us)) })
    }

    fn at(&self, times: &[u64], count: usize) -> Checked<Timing> {
        if times.len() != count {
            return Err(format!("it has {} times for {count} values", times.len()));
        }
        rising(times)?;
        Ok(Timing::At { times_s: times.iter().map(|time| self.time(*time)).collect::<Checked<_>>()? })
    }

    fn event(&self, event: latest::Event) -> Checked<Event> {
        word("kind", &event.kind)?;
        let (start_s, end_s) = self.span(event.start_us, event.end_us)?;
        let detail = event.detail.map(|text| object("detail", &text)).transpose()?;
        let confidence = confidence(event.confidence)?;
        Ok(Event { start_s, end_s, kind: event.kind, label: event.label, confidence, track: event.track, detail })
    }

    fn track(&self, track: latest::Track) -> Checked<Track> {
        word("kind", &track.kind)?;
        rising(&track.points.iter().map(|point| point.time_us).collect::<Vec<_>>())?;
        let points = each("point", track.points, |point| self.point(&point))?;
        let hold_s = seconds(MediaTime::from_micros(track.hold_us));
        Ok(Track { id: track.id, kind: track.kind, label: track.label, hold_s, points })
    }

    fn point(&self, point: &latest::Point) -> Checked<Point> {
        let sides = [point.x, point.y, point.w, point.h];
        if sides.iter().any(|side| !side.is_finite()) || point.w < 0.0 || point.h < 0.0 {
            return Err(format!("its box is {sides:?}"));
        }
        Ok(Point {
            time_s: self.time(point.time_us)?,
            x: point.x,
            y: point.y,
            w: point.w,
            h: point.h,
            confidence: share("confidence", point.confidence)?,
        })
    }

    fn cue(&self, cue: latest::Cue) -> Checked<CueLine> {
        let (start_s, end_s) = self.span(cue.start_us, cue.end_us)?;
        let confidence = confidence(cue.confidence)?;
        Ok(CueLine { start_s, end_s, speaker: cue.speaker, language: cue.language, text: cue.text, confidence })
    }

    fn span(&self, start_us: u64, end_us: u64) -> Checked<(f64, f64)> {
        if end_us < start_us {
            return Err(format!("it ends at {end_us} us, before it starts at {start_us} us"));
        }
        Ok((self.time(start_us)?, self.time(end_us)?))
    }

    fn time(&self, us: u64) -> Checked<f64> {
        let time = MediaTime::from_micros(us);
        if time > self.end {
            return Err(format!("it lies at {time}, the media ends at {}", self.end - SLACK));
        }
        Ok(seconds(time))
    }
}

/// Checks each, saying which one it was.
fn each<T, U>(what: &str, list: Vec<T>, check: impl Fn(T) -> Checked<U>) -> Checked<Vec<U>> {
    let numbered = list.into_iter().enumerate();
    numbered.map(|(index, item)| check(item).map_err(|why| format!("{what} {index}: {why}"))).collect()
}

fn check_ids(tracks: &[Track], events: &[Event]) -> Checked<()> {
    let mut ids: Vec<u32> = tracks.iter().map(|track| track.id).collect();
    ids.sort_unstable();
    if let Some(twice) = ids.iter().zip(ids.iter().skip(1)).find(|(one, next)| one == next) {
        return Err(format!("two tracks have the id {}", twice.0));
    }
    let lost = events.iter().find_map(|event| event.track.filter(|id| ids.binary_search(id).is_err()));
    lost.map_or(Ok(()), |id| Err(format!("an event belongs to track {id}, which isn't there")))
}

fn rising(times: &[u64]) -> Checked<()> {
    match times.iter().zip(times.iter().skip(1)).find(|(time, next)| next <= time) {
        Some((time, next)) => Err(format!("its times don't rise: {next} us comes after {time} us")),
        None => Ok(()),
    }
}

fn number(value: f32) -> Checked<Option<f32>> {
    match value {
        value if value.is_nan() => Ok(None),
        value if value.is_infinite() => Err("a value is infinite; what is unknown is NaN".to_owned()),
        value => Ok(Some(value)),
    }
}

fn share(what: &str, value: f32) -> Checked<f32> {
    if (0.0..=1.0).contains(&value) { Ok(value) } else { Err(format!("`{what}` is {value}, not 0 to 1")) }
}

fn confidence(value: Option<f32>) -> Checked<Option<f32>> {
    value.filter(|value| !value.is_nan()).map(|value| share("confidence", value)).transpose()
}

fn word(what: &str, text: &str) -> Checked<()> {
    if text.is_empty() || text.len() > WORD_BYTES {
        return Err(format!("`{what}` has {} bytes, not 1 to {WORD_BYTES}", text.len()));
    }
    Ok(())
}

fn object(what: &str, text: &str) -> Checked<Value> {
    match serde_json::from_str(text) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(format!("`{what}` is no JSON object")),
        Err(why) => Err(format!("`{what}` is no JSON: {why}")),
    }
}

#[cfg(test)]
mod tests;
