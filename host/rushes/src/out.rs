//! Results on standard output: lines, JSON, tables and facts.

use std::io::{ErrorKind, IsTerminal, Write};

use serde_json::Value;

use crate::fault::Fault;

/// Writes a text and a line's end. A reader that has gone (`| head`) has what it wanted.
pub(crate) fn line(text: impl std::fmt::Display) -> Result<(), Fault> {
    match writeln!(std::io::stdout().lock(), "{text}") {
        Ok(()) => Ok(()),
        Err(gone) if gone.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(error) => Err(Fault::io("standard output", &error)),
    }
}

/// As the API gave it.
pub(crate) fn json(value: &Value) -> Result<(), Fault> {
    line(format_args!("{value:#}"))
}

/// Columns that a terminal has; none where nobody looks, and lines may be as long as they like.
pub(crate) fn width() -> Option<usize> {
    if !std::io::stdout().is_terminal() {
        return None;
    }
    let measured = terminal_size::terminal_size().map(|(terminal_size::Width(columns), _)| usize::from(columns));
    Some(measured.unwrap_or(80).max(40))
}

/// A value for people: strings without quotes, nothing as nothing.
pub(crate) fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(", "),
        Value::Number(number) if number.is_f64() => format!("{:.1}", number.as_f64().unwrap_or_default()),
        other => other.to_string(),
    }
}

/// Names and values below each other; those that are empty are left out.
pub(crate) fn facts(facts: &[(&str, String)]) -> Result<(), Fault> {
    let widest = facts.iter().map(|(name, _)| name.len()).max().unwrap_or_default();
    for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
        line(format_args!("{name:<widest$}  {value}"))?;
    }
    Ok(())
}
