//! The nested cargo, and what it must not inherit.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::rustc::Rustc;
use crate::{Error, target};

/// Variables of the outer cargo that would change the bytes or never end. All that begins with `CARGO_` goes as well, but for those in
/// [`KEPT`].
const REMOVED: [&str; 13] = [
    "RUSTC",
    "RUSTC_WRAPPER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_LINKER",
    "RUSTC_BOOTSTRAP",
    "RUSTDOC",
    "RUSTDOCFLAGS",
    "RUSTFLAGS",
    "OUT_DIR",
    "TARGET",
    "PROFILE",
    "OPT_LEVEL",
    "DEBUG",
];

/// Where crates come from, how they are fetched, and how many jobs may run.
const KEPT: [&str; 9] = [
    "CARGO_HOME",
    "CARGO_HTTP_",
    "CARGO_NET_",
    "CARGO_REGISTRIES_",
    "CARGO_REGISTRY_",
    "CARGO_SOURCE_",
    "CARGO_MAKEFLAGS",
    "CARGO_BUILD_JOBS",
    "CARGO_TERM_COLOR",
];

/// `cargo build` for these packages, in `target_dir`.
pub(crate) fn cargo(root: &Path, target_dir: &Path, packages: &[String], rustc: &Rustc<'_>) -> Result<Command, Error> {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    let inherited = env::vars_os().map(|(name, _)| name).filter(|name| is_removed(name));
    inherited.for_each(|name| {
        cargo.env_remove(name);
    });
    cargo
        .current_dir(root)
        .stdin(Stdio::null())
        .env("CARGO_TARGET_DIR", target_dir)
        .env("CARGO_BUILD_BUILD_DIR", target_dir)
        .env("CARGO_ENCODED_RUSTFLAGS", flags(root, target_dir, rustc)?)
        .args(["build", "--locked", "--profile", crate::components::PROFILE, "--target", target::TRIPLE]);
    for package in packages {
        cargo.args(["--package", package]);
    }
    Ok(cargo)
}

fn is_removed(name: &OsStr) -> bool {
    let Some(name) = name.to_str() else { return false };
    let kept = KEPT.iter().any(|kept| name.starts_with(kept));
    REMOVED.contains(&name) || (name.starts_with("CARGO_") && !kept)
}

/// The compiler's flags, apart by 0x1f as cargo wants them: paths may have spaces.
fn flags(root: &Path, target_dir: &Path, rustc: &Rustc<'_>) -> Result<OsString, Error> {
    // The target's default has no SIMD; an analyzer without is the commonest slow one.
    let mut flags = OsString::from("-Ctarget-feature=+simd128");
    let library = rustc.sysroot()?.join("lib/rustlib/src/rust");
    // Where two match, rustc takes the last: folders inside others come after them.
    let mapped = [
        (root.to_owned(), "/rushes".to_owned()),
        (cargo_home(), "/cargo".to_owned()),
        (library, format!("/rustc/{}", rustc.commit_hash()?)),
        (target_dir.to_owned(), "/target".to_owned()),
    ];
    for (from, to) in mapped {
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(from);
        flags.push("=");
        flags.push(to);
    }
    Ok(flags)
}

fn cargo_home() -> PathBuf {
    let home = || env::home_dir().unwrap_or_default().join(".cargo");
    env::var_os("CARGO_HOME").map_or_else(home, PathBuf::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_changes_bytes_is_removed_and_what_fetches_is_kept() {
        let removed =
            ["RUSTC_WORKSPACE_WRAPPER", "CARGO_ENCODED_RUSTFLAGS", "CARGO_PROFILE_RELEASE_LTO", "CARGO_PKG_NAME"];
        let kept = ["CARGO_HOME", "CARGO_NET_OFFLINE", "CARGO_MAKEFLAGS", "PATH", "RUSTUP_TOOLCHAIN", "CARGO"];
        assert!(removed.iter().all(|name| is_removed(OsStr::new(name))));
        assert!(!kept.iter().any(|name| is_removed(OsStr::new(name))));
    }
}
