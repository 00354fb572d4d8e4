//! The component of `host/decoders` and its evil twin, built and compiled once for all tests.

use std::path::PathBuf;
use std::sync::LazyLock;

use rushes_runtime::{Engine, EngineConfig, Sandboxed};
use rushes_sdk_build::Components;

static FILES: LazyLock<Vec<PathBuf>> = LazyLock::new(|| {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let packages = ["rushes-decoders", "rushes-test-hostile-decoders"];
    let built = Components::in_workspace(root).packages(packages).build().expect("components that build");
    built.into_iter().map(|built| built.path).collect()
});

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(EngineConfig { cores: 4, ..EngineConfig::default() }).expect("an engine"));

static REAL: LazyLock<Sandboxed> = LazyLock::new(|| load(0));
static HOSTILE: LazyLock<Sandboxed> = LazyLock::new(|| load(1));

fn load(place: usize) -> Sandboxed {
    let bytes = std::fs::read(&FILES[place]).expect("a component that was built");
    Sandboxed::load(&ENGINE, &bytes).expect("a component that loads")
}

/// All decoders, behind walls.
pub(crate) fn real() -> Sandboxed {
    REAL.clone()
}

/// Decoders that do what their packets say.
pub(crate) fn hostile() -> Sandboxed {
    HOSTILE.clone()
}
