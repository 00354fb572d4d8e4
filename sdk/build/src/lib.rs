//! Builds analyzers as components: one nested cargo for all of them, the same bytes in every folder.
//!
//! Start from [`Components`]. In a build script:
//!
//! ```no_run
//! # fn main() -> Result<(), rushes_sdk_build::Error> {
//! let built = rushes_sdk_build::Components::in_workspace("../..").package("rushes-loudness").build_in_script()?;
//! for component in built {
//!     println!("{} is {}", component.package, component.path.display());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Traps that are stepped around here, each of them met by somebody:
//! - A nested cargo in the folder and profile of the outer one waits for its lock for ever, so components have a folder of their own,
//!   `components` in the target folder, set as target *and* build folder (a user's configuration may name either).
//! - Cargo hands its flags and wrappers to build scripts; clippy's would compile the guests, sccache's would hang. They are removed.
//! - Absolute paths get into panic messages, and with them the bytes depend on where the checkout lies. They are mapped away.
//! - Which files a component is made of stands in cargo's dep-info; watching folders by hand misses some and watches others for nothing.
//!
//! No dependencies: a build script that has to be compiled first is on everybody's way.

mod command;
mod components;
mod depinfo;
mod error;
mod rustc;
mod target;

pub use crate::components::{Built, Components};
pub use crate::error::Error;
