//! An analyzer's summary as an aligned table.

use serde_json::Value;

use crate::ink::{Ink, Tone, plain};
use crate::quantity::{Quantity, quantity};

/// Lists longer than this are told by their length.
const MOST_ITEMS: usize = 8;

/// Rows of name, number and unit; in two columns where both fit.
pub(crate) fn table(summary: &Value, width: usize, ink: Ink) -> Vec<String> {
    let mut rows = Vec::new();
    collect(summary, "", &mut rows);
    let (long, short): (Vec<Quantity>, Vec<Quantity>) = rows.into_iter().partition(is_long);
    let mut lines = columns(&short, width, ink);
    for row in &long {
        lines.push(format!("{}  {}", ink.paint(Tone::Faint, &row.name), row.number));
    }
    lines
}

/// How each number was made, from the summary's `method`: one line each.
pub(crate) fn methods(summary: &Value) -> Vec<String> {
    match summary.get("method") {
        Some(Value::Object(methods)) => {
            methods.iter().map(|(name, text)| format!("{}: {}", name.replace('_', " "), words(text))).collect()
        }
        Some(text) => vec![words(text)],
        None => Vec::new(),
    }
}

fn words(value: &Value) -> String {
    value.as_str().map_or_else(|| plain(&value.to_string()), plain)
}

fn is_long(row: &Quantity) -> bool {
    row.number.chars().count() > 24
}

/// Objects inside are told by their path; `method`, `coverage` and `not_measured` have places of their own.
fn collect(value: &Value, path: &str, rows: &mut Vec<Quantity>) {
    let Value::Object(fields) = value else {
        rows.push(quantity(path, &listed(value)));
        return;
    };
    for (name, field) in fields {
        if path.is_empty() && matches!(name.as_str(), "method" | "coverage" | "not_measured") {
            continue;
        }
        let path = if path.is_empty() { plain(name) } else { format!("{path} {}", plain(name)) };
        collect(field, &path, rows);
    }
}

/// A list as one value: its numbers and words, or how many entries it has.
fn listed(value: &Value) -> Value {
    let Value::Array(items) = value else { return value.clone() };
    if items.is_empty() {
        return Value::String("none".to_owned());
    }
    let is_plain = items.iter().all(|item| !item.is_object() && !item.is_array());
    if !is_plain || items.len() > MOST_ITEMS {
        let noun = if items.len() == 1 { "entry" } else { "entries" };
        return Value::String(format!("{} {noun}", items.len()));
    }
    let texts: Vec<String> = items.iter().map(|item| quantity("", item).number).collect();
    Value::String(texts.join(", "))
}

fn columns(rows: &[Quantity], width: usize, ink: Ink) -> Vec<String> {
    let widest =
        |measure: fn(&Quantity) -> &str| rows.iter().map(|row| measure(row).chars().count()).max().unwrap_or(0);
    let name = widest(|row| &row.name);
    let number = widest(|row| &row.number);
    let unit = widest(|row| row.unit);
    let cell = |row: &Quantity| {
        let dots = ink.paint(Tone::Faint, &format!("{:<name$}", row.name));
        format!("{dots}  {:>number$} {:<unit$}", row.number, row.unit)
    };
    let two = 2 * (name + number + unit + 3) + 4 <= width && rows.len() > 6;
    let height = if two { rows.len().div_ceil(2) } else { rows.len() };
    let right = rows.iter().skip(height).map(Some).chain(std::iter::repeat(None));
    let lines = rows.iter().take(height).zip(right).map(|(left, right)| match right {
        Some(right) => format!("{}    {}", cell(left), cell(right)),
        None => cell(left),
    });
    lines.map(|line| line.trim_end().to_owned()).collect()
}
