//! Events as a list with times.

use rushes_model::report::Event;
use serde_json::Value;

use crate::ink::{Ink, Tone, plain};
use crate::plot::clock;
use crate::quantity::quantity;

/// So many are listed; a report of an hour has thousands.
const MOST: usize = 20;

/// A line for each event, up to [`MOST`], and how many more there are.
pub(crate) fn list(events: &[Event], width: usize, ink: Ink) -> Vec<String> {
    let shown = || events.iter().take(MOST);
    let time_width = shown().map(|event| times(event).chars().count()).max().unwrap_or(0);
    let kind_width = shown().map(|event| event.kind.chars().count()).max().unwrap_or(0);
    let mut lines: Vec<String> = shown()
        .map(|event| {
            let time = format!("{:<time_width$}", times(event));
            let kind = format!("{:<kind_width$}", plain(&event.kind));
            let room = width.saturating_sub(time_width + kind_width + 4);
            let rest = cut(&remarks(event), room);
            format!("{}  {kind}  {}", ink.paint(Tone::Line, &time), ink.paint(Tone::Faint, &rest)).trim_end().to_owned()
        })
        .collect();
    if events.len() > MOST {
        lines.push(ink.paint(Tone::Faint, &format!("… and {} more", events.len() - MOST)));
    }
    lines
}

fn times(event: &Event) -> String {
    if event.end_s > event.start_s {
        format!("{} – {}", clock(event.start_s), clock(event.end_s))
    } else {
        clock(event.start_s)
    }
}

/// Its length, label, how sure it is, and details.
fn remarks(event: &Event) -> String {
    let mut parts = Vec::new();
    if event.end_s > event.start_s {
        parts.push(format!("{:.2} s", event.end_s - event.start_s));
    }
    let label = plain(without_kind(event));
    if !label.is_empty() {
        parts.push(label);
    }
    if let Some(confidence) = event.confidence.filter(|confidence| *confidence < 1.0) {
        parts.push(format!("{:.0} % sure", confidence * 100.0));
    }
    if let Some(Value::Object(detail)) = &event.detail {
        parts.extend(detail.iter().map(|(field, value)| {
            let told = quantity(field, value);
            format!("{} {} {}", told.name, told.number, told.unit).trim_end().to_owned()
        }));
    }
    parts.join(", ")
}

/// A label that begins with its kind says it twice.
fn without_kind(event: &Event) -> &str {
    match event.label.strip_prefix(event.kind.as_str()) {
        Some("") => "",
        Some(rest) => rest.strip_prefix(", ").unwrap_or(&event.label),
        None => &event.label,
    }
}

fn cut(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}
