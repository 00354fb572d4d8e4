//! One fuzzer for all targets: the environment's `RUSHES_FUZZ` names which.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use rushes_fuzz::TARGETS;

static TARGET: LazyLock<fn(&[u8])> = LazyLock::new(|| {
    let wanted = std::env::var("RUSHES_FUZZ").unwrap_or_default();
    let known = TARGETS.iter().find(|(name, _)| *name == wanted);
    known.map(|(_, target)| *target).unwrap_or_else(|| panic!("RUSHES_FUZZ names no target: {wanted:?}"))
});

fuzz_target!(|bytes: &[u8]| TARGET(bytes));
