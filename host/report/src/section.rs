//! One analyzer's part.

use rushes_model::Failure;
use rushes_model::report::{AnalyzerReport, AnalyzerStatus, Provenance};

use crate::ink::{Ink, Tone, plain, wrapped};
use crate::quantity::fixed;
use crate::{events, plot, summary};

/// Everything about one analyzer, indented under its name.
pub(crate) fn section(name: &str, report: &AnalyzerReport, width: usize, ink: Ink) -> Vec<String> {
    let mut lines = vec![title(name, report, ink)];
    let inner = width.saturating_sub(2);
    let mut body = Vec::new();
    match report.status {
        AnalyzerStatus::Completed => findings(report, inner, ink, &mut body),
        AnalyzerStatus::Skipped => body.extend(wrapped(&plain(report.why.as_deref().unwrap_or("")), inner)),
        AnalyzerStatus::Failed => failure(report, inner, ink, &mut body),
    }
    lines.extend(body.into_iter().map(|line| if line.is_empty() { line } else { format!("  {line}") }));
    lines
}

fn title(name: &str, report: &AnalyzerReport, ink: Ink) -> String {
    let version = report.provenance.as_ref().map(|provenance| format!(" {}", plain(&provenance.version)));
    let (tone, status) = match report.status {
        AnalyzerStatus::Completed => {
            (Tone::Good, format!("covers {} %", fixed(f64::from(report.findings.coverage) * 100.0, 0)))
        }
        AnalyzerStatus::Failed => (Tone::Bad, "failed".to_owned()),
        AnalyzerStatus::Skipped => (Tone::Warn, "skipped".to_owned()),
    };
    let name = ink.paint(Tone::Title, &plain(name));
    format!("{name}{}  {}", version.unwrap_or_default(), ink.paint(tone, &status))
}

fn findings(report: &AnalyzerReport, width: usize, ink: Ink, lines: &mut Vec<String>) {
    let found = &report.findings;
    lines.extend(summary::table(&found.summary, width, ink));
    for line in &found.not_measured {
        let text = format!("not measured: {}, {}", plain(&line.what), plain(&line.why));
        lines.extend(wrapped(&text, width).iter().map(|line| ink.paint(Tone::Warn, line)));
    }
    if !found.events.is_empty() {
        lines.push(String::new());
        lines.extend(events::list(&found.events, width, ink));
    }
    for series in &found.series {
        lines.push(String::new());
        lines.extend(plot::plot(series, width, ink));
    }
    for track in &found.tracks {
        let (kind, label) = (plain(&track.kind), plain(&track.label));
        lines.push(format!("track {} {kind} {label}: {} places", track.id, track.points.len()));
    }
    if !found.cues.is_empty() {
        lines.push(format!("{} captions", found.cues.len()));
    }
    let methods = summary::methods(&found.summary);
    if !methods.is_empty() {
        lines.push(String::new());
        let methods = methods.iter().flat_map(|method| wrapped(method, width));
        lines.extend(methods.map(|line| ink.paint(Tone::Faint, &line)));
    }
    lines.extend(report.provenance.as_ref().map(|provenance| ink.paint(Tone::Faint, &cost(provenance))));
}

fn failure(report: &AnalyzerReport, width: usize, ink: Ink, lines: &mut Vec<String>) {
    let why = report.why.clone().or_else(|| report.failure.as_ref().map(Failure::to_string)).unwrap_or_default();
    lines.extend(wrapped(&plain(&why), width).iter().map(|line| ink.paint(Tone::Bad, line)));
    let Some(failure) = &report.failure else { return };
    if let Some(help) = &failure.help {
        lines.extend(wrapped(&format!("help: {}", plain(help)), width));
    }
    lines.push(ink.paint(Tone::Faint, &format!("code {}, docs/errors/{0}.md", failure.code)));
}

fn cost(provenance: &Provenance) -> String {
    let reused = match provenance.segments_reused {
        0 => String::new(),
        count => format!(", {count} of them from earlier work"),
    };
    let segments = provenance.segments;
    let noun = if segments == 1 { "segment" } else { "segments" };
    format!(
        "{segments} {noun}{reused}; {:.2} CPU s, {} million fuel, peak {}",
        provenance.cpu_s,
        provenance.fuel.div_ceil(1_000_000),
        rushes_model::ByteSize::bytes(provenance.peak_memory)
    )
}
