//! A whole report as text.

use rushes_model::report::Report;

use crate::ink::Ink;
use crate::{head, section, stages};

/// Narrower terminals get lines that break; wider ones gain nothing.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=140;

/// A report for a terminal of so many columns. Analyzers stand by name; the time that each stage took comes last.
pub fn text(report: &Report, width: usize, colour: bool) -> String {
    let ink = Ink { colour };
    let width = width.clamp(*WIDTHS.start(), *WIDTHS.end());
    let mut blocks = vec![head::head(report, ink)];
    for (name, analyzer) in &report.analyzers {
        blocks.push(section::section(name, analyzer, width, ink));
    }
    blocks.push(stages::table(&report.stages, ink));
    blocks.retain(|block| !block.is_empty());
    let blocks: Vec<String> = blocks.iter().map(|lines| lines.join("\n")).collect();
    blocks.join("\n\n") + "\n"
}

#[cfg(test)]
mod tests;
