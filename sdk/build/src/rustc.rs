//! Questions to the compiler.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::Error;

/// The compiler that the nested cargo will use, too: both are asked from the workspace's root, where `rust-toolchain.toml` lies.
pub(crate) struct Rustc<'a> {
    root: &'a Path,
}

impl<'a> Rustc<'a> {
    pub(crate) fn of_workspace(root: &'a Path) -> Self {
        Self { root }
    }

    pub(crate) fn sysroot(&self) -> Result<PathBuf, Error> {
        self.ask(&["--print", "sysroot"]).map(PathBuf::from)
    }

    pub(crate) fn target_libdir(&self, triple: &str) -> Result<PathBuf, Error> {
        self.ask(&["--print", "target-libdir", "--target", triple]).map(PathBuf::from)
    }

    /// Of the compiler's own repository. Its standard library calls itself `/rustc/<hash>` in messages.
    pub(crate) fn commit_hash(&self) -> Result<String, Error> {
        let version = self.ask(&["-vV"])?;
        let hash = version.lines().find_map(|line| line.strip_prefix("commit-hash: "));
        hash.map(str::to_owned).ok_or(Error::Rustc { asked: "-vV".to_owned(), output: version })
    }

    fn ask(&self, arguments: &[&str]) -> Result<String, Error> {
        let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
        let output = Command::new(&rustc)
            .args(arguments)
            .current_dir(self.root)
            .output()
            .map_err(Error::io(format!("run {}", rustc.display())))?;
        let answer = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if output.status.success() && !answer.is_empty() {
            return Ok(answer);
        }
        let output = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(Error::Rustc { asked: arguments.join(" "), output })
    }
}
