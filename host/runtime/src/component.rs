//! A loaded component: checked, compiled, and asked what it is. Immutable; a reload makes another.

use std::sync::Arc;
use std::time::Instant;

use jsonschema::Validator;
use rushes_model::media::Descriptor;
use rushes_model::{ByteSize, StopToken};
use tracing::info;
use wasmtime::component::types::ComponentItem;

use crate::bind::{INTERFACE, SPOKEN, latest};
use crate::call::Call;
use crate::describe;
use crate::digest::Digest;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::imports::{self, minor};
use crate::limits::{COMPONENT_SIZE, DESCRIBE, WORDS_BYTES};
use crate::log::cut;
use crate::sandbox::Sandbox;
use crate::state::Assets;

/// An analyzer that can be run. Cheap to clone; its code goes when the last clone and session are gone.
#[derive(Clone)]
pub struct Component {
    loaded: Arc<Loaded>,
    assets: Assets,
}

struct Loaded {
    engine: Engine,
    origin: String,
    digest: Digest,
    contract: String,
    pre: latest::Pre,
    described: Described,
}

/// What a component says about itself, and what follows from it. Empty while it is being asked.
struct Described {
    descriptor: Descriptor,
    summary: Option<Validator>,
}

impl Component {
    pub(crate) fn load(engine: &Engine, bytes: &[u8], origin: &str) -> Result<Self> {
        let began = Instant::now();
        let size = ByteSize::bytes(bytes.len() as u64);
        if size > COMPONENT_SIZE {
            return Err(Error::TooLarge { origin: origin.to_owned(), size, allowed: COMPONENT_SIZE });
        }
        let invalid = |why: wasmtime::Error| Error::Invalid {
            origin: origin.to_owned(),
            why: cut(format!("{why:#}"), WORDS_BYTES),
        };
        let digest = Digest::of(bytes);
        let code = wasmtime::component::Component::from_binary(engine.wasmtime(), bytes).map_err(invalid)?;
        let contract = contract(&code, origin)?;
        let linker = imports::link(&code, origin)?;
        let pre = linker.instantiate_pre(&code).and_then(latest::Pre::new).map_err(invalid)?;
        let asking = Described { descriptor: describe::nothing(), summary: None };
        let mut loaded =
            Loaded { engine: engine.clone(), origin: origin.to_owned(), digest, contract, pre, described: asking };
        loaded.described = loaded.ask()?;
        let elapsed_ms = began.elapsed().as_millis();
        info!(analyzer = loaded.described.descriptor.name, origin, %digest, elapsed_ms, "component loaded");
        Ok(Self { loaded: Arc::new(loaded), assets: Assets::default() })
    }

    /// SHA-256 of its bytes: its identity.
    pub fn digest(&self) -> Digest {
        self.loaded.digest
    }

    /// Where it came from, as it was given to [`Engine::load`].
    pub fn origin(&self) -> &str {
        &self.loaded.origin
    }

    /// Which version of the contract it exports: `0.1.0`.
    pub fn contract(&self) -> &str {
        &self.loaded.contract
    }

    /// What it says about itself with default parameters.
    pub fn descriptor(&self) -> &Descriptor {
        &self.loaded.described.descriptor
    }

    /// What it says about itself with these parameters (JSON): inputs and segmentation may depend on them.
    ///
    /// # Errors
    /// When it refuses them, breaks, or gives other schemas than before.
    pub fn describe(&self, params: &str) -> Result<Descriptor> {
        let described = self.loaded.describe(Some(params))?;
        describe::check_again(self.descriptor(), &described).map_err(|why| self.loaded.wrong(why))?;
        Ok(described)
    }

    /// The same component with files to read. They aren't there while it is asked what it is.
    pub fn granting(&self, assets: Assets) -> Self {
        Self { loaded: Arc::clone(&self.loaded), assets }
    }

    pub(crate) fn engine(&self) -> &Engine {
        &self.loaded.engine
    }

    pub(crate) fn assets(&self) -> &Assets {
        &self.assets
    }

    pub(crate) fn pre(&self) -> &latest::Pre {
        &self.loaded.pre
    }

    /// Checks a report's summary.
    pub(crate) fn summary(&self) -> Option<&Validator> {
        self.loaded.described.summary.as_ref()
    }
}

impl std::fmt::Debug for Component {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Component").field("origin", &self.loaded.origin).field("digest", &self.loaded.digest).finish()
    }
}

impl Loaded {
    fn ask(&self) -> Result<Described> {
        let descriptor = self.describe(None)?;
        let summary = describe::validator(&descriptor.summary_schema).map_err(|why| self.wrong(why))?;
        Ok(Described { descriptor, summary: Some(summary) })
    }

    fn describe(&self, params: Option<&str>) -> Result<Descriptor> {
        let broken = |source| Error::Describe { origin: self.origin.clone(), source: Box::new(source) };
        let seed = self.digest.seed(0);
        let mut sandbox = Sandbox::new(&self.engine, &DESCRIBE, seed, Assets::default(), StopToken::never())?;
        let descriptor = sandbox.enter(Call::Describe, |store| self.pre.describe(store, params)).map_err(broken)?;
        describe::check(&descriptor).map_err(|why| self.wrong(why))?;
        Ok(descriptor)
    }

    fn wrong(&self, why: String) -> Error {
        Error::Descriptor { origin: self.origin.clone(), why: cut(why, WORDS_BYTES) }
    }
}

/// Reads from the name of its export which contract it was built for, before anything of it runs.
fn contract(code: &wasmtime::component::Component, origin: &str) -> Result<String> {
    let described = code.component_type();
    let exports: Vec<_> = described.exports(code.engine()).collect();
    let offered = exports.iter().filter(|(_, item)| matches!(item.ty, ComponentItem::ComponentInstance(_)));
    let versions: Vec<_> = offered.filter_map(|(name, _)| name.strip_prefix(INTERFACE)?.strip_prefix('@')).collect();
    if let Some(version) = versions.iter().find(|version| minor(version) == SPOKEN) {
        return Ok((*version).to_owned());
    }
    match versions.first() {
        Some(version) => Err(Error::Contract {
            origin: origin.to_owned(),
            found: cut(format!("{INTERFACE}@{version}"), WORDS_BYTES),
            spoken: SPOKEN,
        }),
        None => Err(Error::NoExport {
            origin: origin.to_owned(),
            wanted: INTERFACE,
            found: exports.iter().map(|(name, _)| (*name).to_owned()).collect(),
        }),
    }
}
