//! `config::Analyzers` over `runtime`: what a component says of itself. Each component is loaded once.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use rushes_config::Analyzers;
use rushes_model::media::Descriptor;
use rushes_model::pipeline::ComponentRef;
use rushes_model::{Class, Code, Failure, Reason};
use rushes_runtime::{Component, Engine, Sandboxed};

/// Components by where they come from.
pub(crate) struct Components {
    engine: Engine,
    loaded: Mutex<HashMap<ComponentRef, Component>>,
    decoders: Mutex<Option<Sandboxed>>,
}

impl Components {
    pub(crate) fn new(engine: Engine) -> Self {
        Self { engine, loaded: Mutex::default(), decoders: Mutex::default() }
    }

    /// Loads a component, or gives the one that was loaded before.
    pub(crate) fn get(&self, component: &ComponentRef) -> Result<Component, Failure> {
        let mut loaded = self.loaded.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = loaded.get(component) {
            return Ok(known.clone());
        }
        let fresh = match component {
            ComponentRef::Bundled(name) => {
                let bundled = rushes_bundled::find(name).ok_or_else(|| unknown(name))?;
                self.engine.load(bundled.bytes, &format!("bundled:{name}"))
            }
            ComponentRef::Path(path) => self.engine.load_file(path),
        }
        .map_err(|error| Failure::of(&error))?;
        loaded.insert(component.clone(), fresh.clone());
        Ok(fresh)
    }

    /// Compiles the sandboxed decoders, or gives what was compiled before.
    pub(crate) fn sandboxed_decoders(&self) -> Result<Sandboxed, Failure> {
        let mut decoders = self.decoders.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = &*decoders {
            return Ok(known.clone());
        }
        let fresh = Sandboxed::load(&self.engine, rushes_bundled::DECODERS).map_err(|error| Failure::of(&error))?;
        Ok(decoders.insert(fresh).clone())
    }
}

fn unknown(name: &str) -> Failure {
    let known: Vec<_> = rushes_bundled::all().iter().map(|one| one.name).collect();
    Failure::new(
        Code::ComponentMissing,
        Class::Permanent(Reason::Request),
        format!("no bundled analyzer is called `{name}`"),
    )
    .with_help(format!("bundled are: {}", known.join(", ")))
}

impl Analyzers for Components {
    fn bundled(&self) -> Vec<String> {
        rushes_bundled::all().iter().map(|one| one.name.to_owned()).collect()
    }

    fn descriptor(&self, component: &ComponentRef) -> Result<Descriptor, Failure> {
        Ok(self.get(component)?.descriptor().clone())
    }
}
