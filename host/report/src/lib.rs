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

use std::io::{self, Write};

use rushes_model::report::Report;

/// The report as JSON, as the API gives it, without holding the text: an hour's report has megabytes of it.
///
/// # Errors
/// Where it can't be written.
pub fn write_json(report: &Report, mut out: impl Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut out, report)?;
    writeln!(out)?;
    out.flush()
}
