//! An analyzer's schemas of its parameters.

use rushes_model::media::Descriptor;
use serde_json::{Map, Value};

/// Deeper nesting of defaults is left alone; a schema that refers to itself would never end.
const MOST_DEPTH: u32 = 16;

/// A JSON Schema of an object of parameters.
pub(crate) struct Schema {
    root: Value,
    validator: jsonschema::Validator,
}

/// A value that a schema refuses.
pub(crate) struct Refused {
    /// JSON pointer from the parameters.
    pub(crate) pointer: String,
    pub(crate) message: String,
}

impl Schema {
    fn parse(text: &str) -> Result<Self, String> {
        let root: Value = match text.trim() {
            "" => Value::Object(Map::new()),
            text => serde_json::from_str(text).map_err(|error| error.to_string())?,
        };
        let validator = jsonschema::draft202012::new(&root).map_err(|error| error.to_string())?;
        Ok(Self { root, validator })
    }

    /// Names of its parameters.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        let properties = self.root.get("properties").and_then(Value::as_object);
        properties.into_iter().flat_map(|properties| properties.keys().map(String::as_str))
    }

    pub(crate) fn has(&self, name: &str) -> bool {
        self.names().any(|known| known == name)
    }

    /// Puts in the default of every parameter that isn't given.
    pub(crate) fn fill(&self, params: &mut Value) {
        self.fill_object(&self.root, params, 0);
    }

    /// Everything that it refuses.
    pub(crate) fn refused(&self, params: &Value) -> Vec<Refused> {
        let refused = |error: jsonschema::ValidationError<'_>| Refused {
            pointer: error.instance_path().as_str().to_owned(),
            message: error.to_string(),
        };
        self.validator.iter_errors(params).map(refused).collect()
    }

    fn fill_object(&self, schema: &Value, value: &mut Value, depth: u32) {
        let schema = self.followed(schema);
        let properties = schema.get("properties").and_then(Value::as_object);
        let (Some(properties), Some(object)) = (properties, value.as_object_mut()) else { return };
        if depth >= MOST_DEPTH {
            return;
        }
        for (name, property) in properties {
            let default = property.get("default").or_else(|| self.followed(property).get("default"));
            if let Some(default) = default.filter(|_| !object.contains_key(name)) {
                object.insert(name.clone(), default.clone());
            }
            if let Some(inner) = object.get_mut(name) {
                self.fill_object(property, inner, depth + 1);
            }
        }
    }

    /// The schema behind a reference inside the document.
    fn followed<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema.get("$ref").and_then(Value::as_str).and_then(|text| text.strip_prefix('#'));
        target.and_then(|pointer| self.root.pointer(pointer)).unwrap_or(schema)
    }
}

/// Both schemas of an analyzer.
pub(crate) struct Schemas {
    pub(crate) params: Schema,
    pub(crate) merge_params: Schema,
}

impl Schemas {
    /// Parses both; the error is a sentence about the component.
    pub(crate) fn of(descriptor: &Descriptor) -> Result<Self, String> {
        let named =
            |what: &str, text: &str| Schema::parse(text).map_err(|error| format!("its {what} can't be read: {error}"));
        let params = named("params-schema", &descriptor.params_schema)?;
        let merge_params = named("merge-params-schema", &descriptor.merge_params_schema)?;
        if let Some(twice) = params.names().find(|name| merge_params.has(name)) {
            return Err(format!("its parameter `{twice}` stands in params-schema and in merge-params-schema"));
        }
        Ok(Self { params, merge_params })
    }

    /// Every parameter's name.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.params.names().chain(self.merge_params.names())
    }
}
