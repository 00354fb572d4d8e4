//! A report as a person likes to read it, and as a program does.
//!
//! [`text`] knows no analyzer. Names and units come from field names (`integrated_lufs`), series are plots, events are
//! lines with times; so a new team's analyzer reads as well as the bundled ones. There is no I/O here: a report goes in,
//! a `String` comes out.
//!
//! ```text
//! Report ─► page ─► head, sections ─┬─ summary ─ quantity   numbers with their units, aligned
//!                                   ├─ plot                 series over time
//!                                   ├─ events               a list with times
//!                                   └─ stages               seconds at work and waiting
//! ```

mod events;
mod head;
mod ink;
mod page;
mod plot;
mod quantity;
mod section;
mod stages;
mod summary;

pub use page::text;

use rushes_model::report::Report;

/// A report as the API and `--json` give it: pretty, keys always in the same order, a newline at the end.
///
/// # Errors
/// A number that JSON can't hold; a report that came out of a run has none.
pub fn json(report: &Report) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}
