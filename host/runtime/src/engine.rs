//! The engine: compiles components and lends out cores. One for the whole host.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use rushes_model::ByteSize;
use wasmtime::{Cache, Config};

use crate::cache;
use crate::component::Component;
use crate::cores::Cores;
use crate::error::{Error, Result};
use crate::limits::{COMPONENT_SIZE, STACK_SIZE};

/// What runs components, as far as their results may depend on it: the engine's major version and its float settings.
pub const ENGINE: &str = "wasmtime 48, simd, no relaxed simd, nan canonical at the border";

/// What an engine is made with.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Where compiled code is kept; none: it is compiled anew by each process. The folder must be the host's own.
    pub cache_dir: Option<PathBuf>,
    /// Calls into components that may run at once, 1 or more.
    pub cores: usize,
}

impl Default for EngineConfig {
    /// No cache, all cores of the machine.
    fn default() -> Self {
        Self { cache_dir: None, cores: thread::available_parallelism().map_or(1, Into::into) }
    }
}

/// Compiles components and runs their calls. Cheap to clone; the last clone's drop ends its ticking thread.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

struct Inner {
    wasmtime: wasmtime::Engine,
    cache: Option<Cache>,
    cores: Cores,
}

impl Engine {
    /// An engine of these settings.
    ///
    /// # Errors
    /// When the cache's folder can't be made or isn't the host's alone, and when the processor can't run the engine.
    pub fn new(config: EngineConfig) -> Result<Self> {
        let cache = config.cache_dir.as_deref().map(cache::open).transpose()?;
        let failed = |why: wasmtime::Error| Error::Engine { why: format!("{why:#}") };
        let wasmtime = wasmtime::Engine::new(&settings(cache.clone())).map_err(failed)?;
        let ticked = wasmtime.weak();
        let tick = move || {
            if let Some(engine) = ticked.upgrade() {
                engine.increment_epoch();
            }
        };
        let cores = Cores::new(config.cores.max(1), tick).map_err(|why| Error::Engine { why: why.to_string() })?;
        Ok(Self(Arc::new(Inner { wasmtime, cache, cores })))
    }

    /// Makes a component of its bytes: checks what it imports and exports, compiles it (or takes it from the cache),
    /// and asks it what it is. `origin` names it in errors. Takes seconds for large ones: not in a request.
    ///
    /// # Errors
    /// When it is too large, no component, of another contract, imports what isn't granted, or can't describe itself.
    pub fn load(&self, bytes: &[u8], origin: &str) -> Result<Component> {
        Component::load(self, bytes, origin)
    }

    /// The same for a file.
    ///
    /// # Errors
    /// As [`Engine::load`], and when the file can't be read.
    pub fn load_file(&self, path: &Path) -> Result<Component> {
        let origin = path.display().to_string();
        let missing = |source| Error::Missing { origin: origin.clone(), source };
        let size = ByteSize::bytes(std::fs::metadata(path).map_err(missing)?.len());
        if size > COMPONENT_SIZE {
            return Err(Error::TooLarge { origin, size, allowed: COMPONENT_SIZE });
        }
        let bytes = std::fs::read(path).map_err(missing)?;
        self.load(&bytes, &origin)
    }

    /// Components whose compiled code was found in the cache, and those that had to be compiled.
    pub fn cache_use(&self) -> (usize, usize) {
        self.0.cache.as_ref().map_or((0, 0), |cache| (cache.cache_hits(), cache.cache_misses()))
    }

    pub(crate) fn wasmtime(&self) -> &wasmtime::Engine {
        &self.0.wasmtime
    }

    pub(crate) fn cores(&self) -> &Cores {
        &self.0.cores
    }
}

/// What a component can do, and how it is counted. A change here changes what partials are: see the key of a partial.
fn settings(cache: Option<Cache>) -> Config {
    let mut config = Config::new();
    config.cache(cache);
    // Fuel is the limit that is the same everywhere; epochs are how another thread ends a call.
    config.consume_fuel(true);
    config.epoch_interruption(true);
    config.wasm_simd(true);
    // Differs between processors, for 10 % at best.
    config.wasm_relaxed_simd(false);
    config.wasm_memory64(false);
    // Costs 1.2 to 2.8 times the CPU of float code; NaN is made canonical where values leave the component instead.
    config.cranelift_nan_canonicalization(false);
    config.max_wasm_stack(STACK_SIZE.as_usize());
    config.wasm_backtrace_max_frames(std::num::NonZeroUsize::new(32));
    config
}
