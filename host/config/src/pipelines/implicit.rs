//! The pipeline of those who name none.

use std::collections::BTreeMap;

use rushes_model::pipeline::{ComponentRef, DecodeMode, Limits, Pipeline, Use};
use rushes_model::{Class, Code, Failure, Reason};
use serde_json::{Map, Value};

use super::Analyzers;
use super::schema::Schemas;

/// Every bundled analyzer with its defaults, called `default`. Those whose input isn't in a file are skipped by the run.
///
/// # Errors
/// A bundled component can't be described, or a parameter has no default.
pub fn implicit(analyzers: &dyn Analyzers) -> Result<Pipeline, Failure> {
    let mut uses = BTreeMap::new();
    for name in analyzers.bundled() {
        let component = ComponentRef::Bundled(name.clone());
        let schemas = Schemas::of(&analyzers.descriptor(&component)?).map_err(|message| describe(&name, &message))?;
        let (mut params, mut merge_params) = (Value::Object(Map::new()), Value::Object(Map::new()));
        schemas.params.fill(&mut params);
        schemas.merge_params.fill(&mut merge_params);
        let refused = schemas.params.refused(&params).into_iter().chain(schemas.merge_params.refused(&merge_params));
        if let Some(refused) = refused.into_iter().next() {
            return Err(describe(&name, &format!("its defaults aren't complete: {}", refused.message)));
        }
        let limits = Limits::default();
        uses.insert(name.clone(), Use { analyzer: name, component, params, merge_params, required: true, limits });
    }
    Ok(Pipeline {
        name: "default".to_owned(),
        description: "Every bundled analyzer whose input is there".to_owned(),
        decode: DecodeMode::Native,
        transcript: None,
        memory: None,
        uses,
    })
}

fn describe(name: &str, message: &str) -> Failure {
    let text = format!("analyzer `{name}`: {message}");
    Failure::new(Code::ComponentDescribe, Class::Permanent(Reason::Analyzer), text)
}
