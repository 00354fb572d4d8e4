//! What is built, and where it goes.

use std::collections::BTreeSet;
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::command::cargo;
use crate::rustc::Rustc;
use crate::{Error, depinfo, target};

/// The profile in the workspace's manifest, and the folder that cargo names after it.
pub(crate) const PROFILE: &str = "component";

/// Names a folder of ready components: nothing is built then. For images and documentation builds.
const READY: &str = "RUSHES_COMPONENTS";

/// Packages of a workspace that are to be built as components.
#[derive(Clone, Debug)]
pub struct Components {
    root: PathBuf,
    target_dir: Option<PathBuf>,
    packages: Vec<String>,
}

/// A component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The package it was made of.
    pub package: String,
    /// Its file.
    pub path: PathBuf,
    /// The files it was made of, manifests and lock file included. Empty where it was taken ready.
    pub sources: BTreeSet<PathBuf>,
}

impl Components {
    /// None yet, of the workspace whose root manifest lies in this folder.
    pub fn in_workspace(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), target_dir: None, packages: Vec::new() }
    }

    /// Adds a package. It must be a library with `crate-type = ["cdylib", "rlib"]`.
    #[must_use]
    pub fn package(mut self, package: impl Into<String>) -> Self {
        self.packages.push(package.into());
        self
    }

    /// Adds packages.
    #[must_use]
    pub fn packages<P: Into<String>>(mut self, packages: impl IntoIterator<Item = P>) -> Self {
        self.packages.extend(packages.into_iter().map(Into::into));
        self
    }

    /// Builds in this folder. Otherwise it is `components` in the target folder that this program lies or builds in.
    #[must_use]
    pub fn target_dir(mut self, folder: impl Into<PathBuf>) -> Self {
        self.target_dir = Some(folder.into());
        self
    }

    /// Builds all of them by one cargo, and returns them in the order in which they were added.
    ///
    /// # Errors
    /// The target can't be had, cargo fails (with its output), or a component isn't where it should be.
    pub fn build(&self) -> Result<Vec<Built>, Error> {
        if let Some(folder) = env::var_os(READY) {
            return self.find_ready(Path::new(&folder));
        }
        let root = fs::canonicalize(&self.root).map_err(Error::io(format!("open {}", self.root.display())))?;
        let target_dir = self.target_dir.clone().unwrap_or_else(|| default_target_dir(&root));
        fs::create_dir_all(&target_dir).map_err(Error::io(format!("make {}", target_dir.display())))?;
        let target_dir = fs::canonicalize(&target_dir).map_err(Error::io(format!("open {}", target_dir.display())))?;
        let rustc = Rustc::of_workspace(&root);
        target::ensure(&root, &rustc)?;
        let mut cargo = cargo(&root, &target_dir, &self.packages, &rustc)?;
        let output = cargo.output().map_err(Error::io("run the nested cargo"))?;
        if !output.status.success() {
            return Err(Error::Cargo { output: printed(&output) });
        }
        let folder = target_dir.join(target::TRIPLE).join(PROFILE);
        self.packages.iter().map(|package| built(package, &folder, &root, &target_dir)).collect()
    }

    /// The same in a build script: tells cargo when to run it again, and passes a failure's output on as warnings, which is the only way
    /// to a person's eyes.
    ///
    /// # Errors
    /// As for [`build`](Self::build).
    pub fn build_in_script(&self) -> Result<Vec<Built>, Error> {
        println!("cargo::rerun-if-env-changed={READY}");
        println!("cargo::rerun-if-changed=build.rs");
        let built = self.build().inspect_err(|error| {
            for line in error.to_string().lines() {
                println!("cargo::warning={line}");
            }
        })?;
        for source in built.iter().flat_map(|built| &built.sources).collect::<BTreeSet<_>>() {
            println!("cargo::rerun-if-changed={}", source.display());
        }
        Ok(built)
    }

    fn find_ready(&self, folder: &Path) -> Result<Vec<Built>, Error> {
        let found = |package: &String| {
            let path = component_in(folder, package)?;
            Ok(Built { package: package.clone(), path, sources: BTreeSet::new() })
        };
        self.packages.iter().map(found).collect()
    }
}

fn built(package: &str, folder: &Path, root: &Path, target_dir: &Path) -> Result<Built, Error> {
    let path = component_in(folder, package)?;
    let mut sources = depinfo::sources(&path, root)?;
    // What build scripts generated is younger than the script that asks: cargo would run it again each time.
    sources.retain(|source| !source.starts_with(target_dir));
    sources.extend(["Cargo.lock", "Cargo.toml"].map(|file| root.join(file)));
    Ok(Built { package: package.to_owned(), path, sources })
}

fn component_in(folder: &Path, package: &str) -> Result<PathBuf, Error> {
    let path = folder.join(format!("{}.wasm", package.replace('-', "_")));
    if path.is_file() { Ok(path) } else { Err(Error::Missing { package: package.to_owned(), path }) }
}

/// `components` in the outer cargo's target folder, wherever that is: cargo marks it with a `CACHEDIR.TAG`.
fn default_target_dir(root: &Path) -> PathBuf {
    let inside = env::var_os("OUT_DIR").map(PathBuf::from).or_else(|| env::current_exe().ok());
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").is_file();
    let outer = inside.as_deref().and_then(|inside| inside.ancestors().find(marked));
    outer.map_or_else(|| root.join("target"), Path::to_owned).join("components")
}

fn printed(output: &Output) -> String {
    let both = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    both.concat().trim_end().to_owned()
}
