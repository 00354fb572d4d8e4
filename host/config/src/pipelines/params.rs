//! `params` of a use: checked against the analyzer's own schemas, split between sessions and merger, defaults filled in.

use std::collections::BTreeMap;
use std::ops::Range;

use rushes_model::Code;
use rushes_model::media::Descriptor;
use serde_json::{Map, Number, Value};
use toml::Spanned;
use toml::de::DeValue;

use super::schema::{Schema, Schemas};
use crate::problem::Problem;
use crate::suggest;
use crate::table::{At, Table, described};

/// The parameters of sessions and those of the merger; none after reporting why not.
pub(crate) fn check(
    analyzer: &At<String>,
    table: &Table<'_>,
    given: Option<&Spanned<DeValue<'_>>>,
    descriptor: &Descriptor,
) -> Option<(Value, Value)> {
    let schemas = match Schemas::of(descriptor) {
        Ok(schemas) => schemas,
        Err(message) => {
            let message = format!("analyzer `{}`: {message}", analyzer.value);
            table.refuse(
                Problem::new(table.key("params"), analyzer.span.clone(), message).with_code(Code::ComponentDescribe),
            );
            return None;
        }
    };
    let mut checking = Checking { analyzer, table, spans: BTreeMap::new(), is_good: true };
    let (mut params, mut merge_params) = checking.split(given, &schemas);
    checking.apply(&schemas.params, &mut params);
    checking.apply(&schemas.merge_params, &mut merge_params);
    checking.is_good.then_some((params, merge_params))
}

struct Checking<'a, 'b> {
    analyzer: &'a At<String>,
    table: &'a Table<'b>,
    /// Where each JSON pointer stands in the file.
    spans: BTreeMap<String, Range<usize>>,
    is_good: bool,
}

impl Checking<'_, '_> {
    /// A name belongs to exactly one of the two schemas.
    fn split(&mut self, given: Option<&Spanned<DeValue<'_>>>, schemas: &Schemas) -> (Value, Value) {
        let (mut params, mut merge_params) = (Map::new(), Map::new());
        let Some(given) = given else { return (params.into(), merge_params.into()) };
        let Some(entries) = given.get_ref().as_table() else {
            let message =
                format!("`params` of `{}` must be a table, is {}", self.analyzer.value, described(given.get_ref()));
            self.refuse("", given.span(), message, None);
            return (params.into(), merge_params.into());
        };
        for (key, value) in entries {
            let name = key.get_ref().to_string();
            let pointer = format!("/{}", escaped(&name));
            let converted = self.convert(value, &pointer);
            if schemas.params.has(&name) {
                params.extend(converted.map(|value| (name, value)));
            } else if schemas.merge_params.has(&name) {
                merge_params.extend(converted.map(|value| (name, value)));
            } else {
                let label = match suggest::nearest(&name, schemas.names()) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("known: {}", suggest::listed(schemas.names())),
                };
                let message = format!("`{}` has no parameter `{name}`", self.analyzer.value);
                self.refuse(&pointer, key.span(), message, Some(label));
            }
        }
        (params.into(), merge_params.into())
    }

    fn apply(&mut self, schema: &Schema, params: &mut Value) {
        schema.fill(params);
        for refused in schema.refused(params) {
            let name = refused.pointer.trim_start_matches('/').replace('/', ".");
            let whose = format!("params of `{}`", self.analyzer.value);
            let message = match name.as_str() {
                "" => format!("{whose}: {}", refused.message),
                name => format!("{whose}: `{name}`: {}", refused.message),
            };
            let span = self.spans.get(&refused.pointer).unwrap_or(&self.analyzer.span).clone();
            self.refuse(&refused.pointer, span, message, None);
        }
    }

    /// TOML to JSON, remembering places. A date has no JSON form; neither has a number that isn't finite.
    fn convert(&mut self, value: &Spanned<DeValue<'_>>, pointer: &str) -> Option<Value> {
        self.spans.insert(pointer.to_owned(), value.span());
        let converted = match value.get_ref() {
            DeValue::String(text) => Some(Value::from(text.as_ref())),
            DeValue::Boolean(switch) => Some(Value::Bool(*switch)),
            DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix()).ok().map(Value::from),
            DeValue::Float(number) => number.as_str().parse().ok().and_then(Number::from_f64).map(Value::Number),
            DeValue::Datetime(_) => None,
            DeValue::Array(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(index, item)| self.convert(item, &format!("{pointer}/{index}")));
                return items.collect::<Option<Vec<Value>>>().map(Value::Array);
            }
            DeValue::Table(entries) => {
                let entries = entries.iter().map(|(key, value)| {
                    let inner = self.convert(value, &format!("{pointer}/{}", escaped(key.get_ref())));
                    inner.map(|inner| (key.get_ref().to_string(), inner))
                });
                return entries.collect::<Option<Map<String, Value>>>().map(Value::Object);
            }
        };
        if converted.is_none() {
            let message = format!("{} can't be a parameter's value", described(value.get_ref()));
            self.refuse(pointer, value.span(), message, None);
        }
        converted
    }

    fn refuse(&mut self, pointer: &str, span: Range<usize>, message: String, label: Option<String>) {
        self.is_good = false;
        let key = self.table.key(&format!("params{}", pointer.replace('/', ".")));
        let mut problem = Problem::new(key, span, message).with_code(Code::PipelineParams);
        problem.label = label;
        self.table.refuse(problem);
    }
}

/// RFC 6901, section 3.
fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
