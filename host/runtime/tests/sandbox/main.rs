//! What the sandbox promises, with real components: those of `tests/components`, built by the tests.

mod adversarial;
mod components;
mod contract;
mod determinism;
