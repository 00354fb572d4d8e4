//! The target that guests are built for.

use std::path::Path;
use std::process::{Command, Stdio};

use crate::Error;
use crate::rustc::Rustc;

/// Makes finished components, without an adapter.
pub(crate) const TRIPLE: &str = "wasm32-wasip2";

/// Sees to it that the compiler has the target's standard library. `rust-toolchain.toml` names the target, so that rustup usually
/// fetches it; where it is told not to (`RUSTUP_AUTO_INSTALL=0`), it is asked here, once.
pub(crate) fn ensure(root: &Path, rustc: &Rustc<'_>) -> Result<(), Error> {
    let libdir = rustc.target_libdir(TRIPLE)?;
    if libdir.is_dir() {
        return Ok(());
    }
    let added = Command::new("rustup")
        .args(["target", "add", TRIPLE])
        .current_dir(root)
        .stdin(Stdio::null())
        .output()
        .is_ok_and(|output| output.status.success());
    if added && libdir.is_dir() { Ok(()) } else { Err(Error::TargetMissing { libdir }) }
}
