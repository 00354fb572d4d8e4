//! Parameters as a host hands them over: split by schema, with defaults filled in.

use std::collections::BTreeMap;

use schemars::Schema;
use serde_json::{Map, Value};

use crate::{Error, Result};

/// Both objects, as JSON.
pub(super) struct Params {
    /// Seen by sessions and merger.
    pub(super) shared: String,
    /// Seen by the merger alone.
    pub(super) merger: String,
}

impl Params {
    /// Gives each name to the schema that has it.
    pub(super) fn split(given: &Value, shared: &Schema, merger: &Schema) -> Result<Self> {
        let Some(given) = given.as_object() else {
            return Err(Error::bad_params(format!("parameters are an object, not {given}")));
        };
        let (mut shared, mut merger) = (defaults(shared), defaults(merger));
        if let Some(name) = shared.keys().find(|&name| merger.contains_key(name)) {
            return Err(Error::bad_params(format!("parameter `{name}` is in both schemas")));
        }
        for (name, value) in given {
            let slot = shared.get_mut(name).or_else(|| merger.get_mut(name));
            *slot.ok_or_else(|| Error::bad_params(format!("there is no parameter `{name}`")))? = Some(value.clone());
        }
        Ok(Self { shared: to_json(shared), merger: to_json(merger) })
    }
}

/// Every parameter and its default; none where the schema names none.
fn defaults(schema: &Schema) -> BTreeMap<String, Option<Value>> {
    let properties = schema.get("properties").and_then(Value::as_object);
    let properties = properties.into_iter().flatten();
    properties.map(|(name, property)| (name.clone(), property.get("default").cloned())).collect()
}

fn to_json(params: BTreeMap<String, Option<Value>>) -> String {
    let params: Map<String, Value> =
        params.into_iter().filter_map(|(name, value)| value.map(|value| (name, value))).collect();
    Value::Object(params).to_string()
}
