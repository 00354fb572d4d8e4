//! Builds the bundled analyzers and the decoders' component, all by one nested cargo, and writes the table of them.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

use rushes_sdk_build::Components;

/// The bundled analyzers: folder `analyzers/<name>`, package `rushes-<name>`.
const NAMES: [&str; 2] = ["loudness", "picture"];

/// The component of `host/decoders`.
const DECODERS: &str = "rushes-decoders";

fn main() -> Result<(), Box<dyn Error>> {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let packages = NAMES.map(|name| format!("rushes-{name}"));
    let built = Components::in_workspace(workspace).packages(packages).package(DECODERS).build_in_script()?;

    let out_dir = env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?;
    let mut table = String::from("&[\n");
    for (name, component) in NAMES.iter().zip(&built) {
        // A copy: the components' folder is shared by all profiles, and may be rebuilt while this one is compiled.
        fs::copy(&component.path, Path::new(&out_dir).join(format!("{name}.wasm")))?;
        writeln!(
            table,
            r#"    Bundled {{ name: "{name}", bytes: include_bytes!(concat!(env!("OUT_DIR"), "/{name}.wasm")) }},"#
        )?;
    }
    table.push(']');
    let decoders = built.iter().find(|built| built.package == DECODERS).ok_or("the decoders were built")?;
    fs::copy(&decoders.path, Path::new(&out_dir).join("decoders.wasm"))?;
    fs::write(Path::new(&out_dir).join("bundled.rs"), table)?;
    Ok(())
}
