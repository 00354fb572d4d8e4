//! Where the time went.

use rushes_model::report::StageTime;

use crate::ink::{Ink, Tone, plain};

/// Characters of the longest bar.
const BAR: f64 = 24.0;

/// A line for each stage: seconds at work, seconds waiting, a bar.
pub(crate) fn table(stages: &[StageTime], ink: Ink) -> Vec<String> {
    if stages.is_empty() {
        return Vec::new();
    }
    let name = stages.iter().map(|stage| stage.stage.chars().count()).max().unwrap_or(0).max(5);
    let longest = stages.iter().map(|stage| stage.busy_s).fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    let mut lines = vec![ink.paint(Tone::Title, &format!("{:<name$}  {:>9}  {:>9}", "stage", "at work", "waiting"))];
    lines.extend(stages.iter().map(|stage| {
        // Truncation is meant: whole characters.
        let bar = "▇".repeat((stage.busy_s / longest * BAR).round().clamp(0.0, BAR) as usize);
        let bar = ink.paint(Tone::Line, &bar);
        let line =
            format!("{:<name$}  {:>7.2} s  {:>7.2} s  {bar}", plain(&stage.stage), stage.busy_s, stage.waiting_s);
        line.trim_end().to_owned()
    }));
    lines
}
