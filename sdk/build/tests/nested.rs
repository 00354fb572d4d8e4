//! What the builder promises, shown with a workspace of one small package.
#![expect(clippy::unwrap_used, reason = "helpers of tests")]

use std::fs;
use std::path::{Path, PathBuf};

use rushes_sdk_build::{Components, Error};

const WORKSPACE: &str = r#"
[workspace]
members = ["guest"]
resolver = "3"
[profile.component]
inherits = "release"
panic = "abort"
debug = true
"#;

const GUEST: &str = r#"
[package]
name = "small-guest"
edition = "2024"
[lib]
crate-type = ["cdylib"]
"#;

const LOCK: &str = "version = 4\n\n[[package]]\nname = \"small-guest\"\nversion = \"0.0.0\"\n";

/// Paths get in by messages of its own, of the standard library and of generated code, and by debug information.
const SOURCE: &str = r#"
include!(concat!(env!("OUT_DIR"), "/generated.rs"));

#[unsafe(no_mangle)]
pub extern "C" fn nth(index: usize) -> u8 {
    let mut values: Vec<u8> = std::env::args().map(|argument| argument.len() as u8).collect();
    values.insert(index, 1);
    assert!(index > 3, "{index} in {}", file!());
    generated(index);
    values[index]
}
"#;

const SCRIPT: &str = r#"
fn main() {
    let path = std::path::Path::new(&std::env::var_os("OUT_DIR").unwrap()).join("generated.rs");
    std::fs::write(path, "fn generated(index: usize) { assert!(index < 9, \"{}\", file!()); }").unwrap();
}
"#;

/// A folder of its own, empty.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A workspace in a folder of its own.
fn workspace(name: &str, source: &str) -> PathBuf {
    let root = folder(name);
    let files = [
        ("Cargo.toml", WORKSPACE),
        ("Cargo.lock", LOCK),
        ("guest/Cargo.toml", GUEST),
        ("guest/build.rs", SCRIPT),
        ("guest/src/lib.rs", source),
    ];
    fs::create_dir_all(root.join("guest/src")).unwrap();
    for (file, text) in files {
        fs::write(root.join(file), text).unwrap();
    }
    root
}

fn components(root: &Path) -> Components {
    Components::in_workspace(root).package("small-guest").target_dir(root.join("out"))
}

#[test]
fn the_same_bytes_come_from_any_folder() {
    let inside = components(&workspace("one", SOURCE));
    let outside = components(&workspace("another one, deeper/in the tree", SOURCE)).target_dir(folder("elsewhere"));
    let bytes = [inside, outside].map(|components| fs::read(&components.build().unwrap()[0].path).unwrap());
    assert!(bytes[0] == bytes[1]);
    let text = String::from_utf8_lossy(&bytes[0]).into_owned();
    assert!(text.contains("guest/src/lib.rs"), "messages say where they come from");
    assert!(!text.contains(env!("CARGO_TARGET_TMPDIR")), "but not on which machine");
}

#[test]
fn a_component_knows_its_sources() {
    let root = workspace("sources", SOURCE);
    let built = components(&root).build().unwrap();
    let root = fs::canonicalize(root).unwrap();
    let files = ["Cargo.lock", "Cargo.toml", "guest/Cargo.toml", "guest/build.rs", "guest/src/lib.rs"];
    assert_eq!(built[0].sources.iter().cloned().collect::<Vec<_>>(), files.map(|file| root.join(file)));
}

#[test]
fn what_the_compiler_says_is_passed_on() {
    let root = workspace("broken", "pub fn broken() -> u8 { \"no number\" }");
    let error = components(&root).build().unwrap_err();
    assert!(error.to_string().contains("mismatched types"), "{error}");
}

#[test]
fn a_library_that_makes_no_component_is_named() {
    let root = workspace("rlib", SOURCE);
    fs::write(root.join("guest/Cargo.toml"), GUEST.replace("cdylib", "rlib")).unwrap();
    let error = components(&root).build().unwrap_err();
    assert!(matches!(error, Error::Missing { ref package, .. } if package == "small-guest"), "{error}");
}
