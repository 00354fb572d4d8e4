//! JSON that every database keeps: PostgreSQL's `jsonb` refuses the character U+0000 inside a text, and what analyzers
//! and callers say may hold it.

use serde_json::Value;

/// Without U+0000; a replacement character stands in its place.
pub(crate) fn plain(value: Value) -> Value {
    match value {
        Value::String(text) if text.contains('\0') => Value::String(text.replace('\0', "\u{fffd}")),
        Value::Array(all) => all.into_iter().map(plain).collect(),
        Value::Object(fields) => {
            fields.into_iter().map(|(name, value)| (name.replace('\0', "\u{fffd}"), plain(value))).collect()
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value,
    }
}
