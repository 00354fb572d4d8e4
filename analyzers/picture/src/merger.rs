//! From measurements to a report.

mod cuts;
mod moments;
mod spans;
mod statistics;

use rushes_sdk::{Event, MergeSetup, Merger, Report, Result, Series, Span};
use serde_json::json;

use self::moments::{Moment, Moments};
use crate::code::{PER_LEVEL, PER_ONE, decode};
use crate::measure::SI_PER_LEVEL;
use crate::params::{MergeParams, Params};
use crate::partial::Partial;
use crate::session::Picture;
use crate::summary::Summary;

/// Share of pixels that must be black in a black picture, as for FFmpeg's `blackdetect`.
const BLACK_SHARE: f64 = 0.98;

/// Makes the report: every threshold and every state that spans time is here.
#[derive(Debug)]
pub struct Merge {
    params: MergeParams,
    moments: Moments,
}

impl Merger<Picture> for Merge {
    type Params = MergeParams;
    type Summary = Summary;

    fn new(params: Params, merge_params: MergeParams, setup: &MergeSetup) -> Result<Self> {
        Ok(Self { params: merge_params, moments: Moments::new(params.interval_us(), setup.duration_us) })
    }

    fn add(&mut self, _: Span, partial: Partial) -> Result<()> {
        self.moments.add(&partial);
        Ok(())
    }

    fn finish(self) -> Result<Report<Summary>> {
        let (params, moments) = (&self.params, &self.moments);
        let minimum = |ms: u32| u64::from(ms) * 1000;
        let black = spans::of_state(moments, minimum(params.black_min_ms), is_black);
        let freezes = spans::of_rest(moments, minimum(params.freeze_min_ms), |moment| is_still(moment, params));
        let cuts = cuts::find(moments, params);
        let summary = statistics::summary(moments, params, &black, &freezes, &cuts);

        let mut report = Report::new(summary, moments.coverage());
        report.series = self.series();
        let mut events = named(&black, "black", "black");
        events.extend(named(&freezes, "freeze", "the picture stands still"));
        events.extend(cuts.iter().map(cuts::Cut::event));
        events.extend(self.faults());
        events.sort_by(|a, b| (a.start_us, a.end_us, &a.kind).cmp(&(b.start_us, b.end_us, &b.kind)));
        report.events = events;
        report.leave_out("colour_cast", "luma alone is asked for, which a decoder has at hand without converting");
        report.leave_out("flicker_hz", "pictures are sampled too rarely to see lamps flicker");
        if report.summary.sharpness.is_none() {
            report.leave_out("sharpness", "no picture has any detail");
        }
        Ok(report)
    }
}

impl Merge {
    /// Spans that are too dark, too bright or blurry; black isn't reported twice.
    fn faults(&self) -> Vec<Event> {
        let params = &self.params;
        let find = |is_fault: &dyn Fn(&Moment) -> bool| {
            let minimum = u64::from(params.fault_min_ms) * 1000;
            spans::of_state(&self.moments, minimum, |moment| !is_black(moment) && is_fault(moment))
        };
        let luma = |moment: &Moment| decode(moment.frame.luma, PER_LEVEL);
        let mut events = named(&find(&|moment| luma(moment) < params.dark_below), "too_dark", "too dark");
        events.extend(named(&find(&|moment| luma(moment) > params.bright_above), "too_bright", "too bright"));
        events.extend(named(&find(&|moment| is_blurry(moment, params)), "blurry", "blurry"));
        events
    }

    fn series(&self) -> Vec<Series> {
        let change = |moment: &Moment, of: fn(&crate::Change) -> u16| {
            moment.frame.change.as_ref().map_or(f64::NAN, |change| decode(of(change), PER_LEVEL))
        };
        let sharpness = |moment: &Moment| Some(f64::from(moment.frame.sharpness)).filter(|&value| value >= 0.0);
        let moments = &self.moments;
        vec![
            moments.series("luma", "0..255", |moment| decode(moment.frame.luma, PER_LEVEL)),
            moments.series("contrast", "share", |moment| decode(moment.frame.contrast, PER_LEVEL) / 255.0),
            moments.series("sharpness", "ratio", |moment| sharpness(moment).unwrap_or(f64::NAN)),
            moments.series("motion", "levels", |moment| change(moment, |change| change.motion)),
            moments.series("si", "levels", |moment| decode(moment.frame.si, SI_PER_LEVEL)),
            moments.series("ti", "levels", |moment| change(moment, |change| change.ti)),
        ]
    }
}

fn is_black(moment: &Moment) -> bool {
    decode(moment.frame.black, PER_ONE) >= BLACK_SHARE
}

fn is_still(moment: &Moment, params: &MergeParams) -> bool {
    moment.frame.change.is_some_and(|change| decode(change.motion, PER_LEVEL) < params.freeze_below * 255.0)
}

fn is_blurry(moment: &Moment, params: &MergeParams) -> bool {
    let sharpness = f64::from(moment.frame.sharpness);
    sharpness >= 0.0 && sharpness < params.blurry_below
}

fn named(spans: &[spans::Found], kind: &str, label: &str) -> Vec<Event> {
    let event = |span: &spans::Found| {
        let uncertain_s = span.uncertain_us as f64 / 1e6;
        Event::new(span.start_us, span.end_us, kind, label).with_detail(json!({ "uncertain_s": uncertain_s }))
    };
    spans.iter().map(event).collect()
}
