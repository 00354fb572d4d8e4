//! A descriptor with the schemas of its types: what the contract's `describe` returns.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;

use crate::{Analyzer, Descriptor, Error, Merger, Result};

/// A descriptor and its schemas, as JSON Schema 2020-12.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Described {
    pub(crate) descriptor: Descriptor,
    pub(crate) params_schema: Schema,
    pub(crate) merge_params_schema: Schema,
    pub(crate) summary_schema: Schema,
}

/// What `A` says about itself under these parameters; none = defaults.
pub(crate) fn describe<A: Analyzer>(params: Option<&str>) -> Result<Described> {
    let params = params.map_or_else(|| Ok(A::Params::default()), parse)?;
    Ok(Described {
        descriptor: A::describe(&params),
        params_schema: given::<A::Params>(),
        merge_params_schema: given::<<A::Merger as Merger<A>>::Params>(),
        summary_schema: returned::<<A::Merger as Merger<A>>::Summary>(),
    })
}

/// Parameters, as the host hands them over.
pub(crate) fn parse<T: DeserializeOwned>(params: &str) -> Result<T> {
    serde_json::from_str(params).map_err(|error| Error::BadParams(error.to_string()))
}

/// Schema of what is given to the analyzer. Without references, so that hosts can fill in defaults by walking it.
fn given<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.for_deserialize().into_generator().into_root_schema_for::<T>()
}

/// Schema of what the analyzer returns.
fn returned<T: JsonSchema>() -> Schema {
    let settings = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true);
    settings.for_serialize().into_generator().into_root_schema_for::<T>()
}
