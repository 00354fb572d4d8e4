//! `docs/architecture.md` holds: who uses whom, and who alone names a heavy library.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::harness::{root, run};

#[derive(Debug, PartialEq, Eq)]
struct Room {
    uses: BTreeSet<String>,
    alone_names: BTreeSet<String>,
}

fn words(cell: &str) -> BTreeSet<String> {
    cell.split(',').map(str::trim).filter(|word| !word.is_empty() && *word != "–").map(str::to_owned).collect()
}

/// The table of the document.
fn written() -> BTreeMap<String, Room> {
    let text = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let rows =
        text.lines().skip_while(|line| !line.starts_with("| room |")).skip(2).take_while(|line| line.starts_with('|'));
    rows.map(|row| {
        let cells: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
        (cells[0].to_owned(), Room { uses: words(cells[2]), alone_names: words(cells[3]) })
    })
    .collect()
}

/// Each package of ours under `host/`, with what its manifest names (not for tests or build scripts).
fn real() -> BTreeMap<String, BTreeSet<String>> {
    let text = run(Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--locked"])
        .current_dir(root()));
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    packages
        .filter(|package| package["manifest_path"].as_str().unwrap().contains("/host/"))
        .map(|package| {
            let name = package["name"].as_str().unwrap();
            let names = package["dependencies"].as_array().unwrap().iter();
            let names = names.filter(|one| one["kind"].is_null()).map(|one| one["name"].as_str().unwrap().to_owned());
            (name.trim_start_matches("rushes-").to_owned(), names.collect())
        })
        .collect()
}

#[test]
fn every_room_uses_just_what_the_document_says() {
    let (written, real) = (written(), real());
    assert_eq!(written.keys().collect::<Vec<_>>(), real.keys().collect::<Vec<_>>(), "rooms");
    for (room, names) in &real {
        let ours: BTreeSet<String> = names
            .iter()
            .filter_map(|name| name.strip_prefix("rushes-"))
            .filter(|name| real.contains_key(*name))
            .map(str::to_owned)
            .collect();
        if written[room].uses.contains("all") {
            continue;
        }
        assert_eq!(written[room].uses, ours, "what {room} uses");
    }
}

#[test]
fn a_heavy_library_is_named_by_one_room_alone() {
    let (written, real) = (written(), real());
    for (owner, room) in &written {
        for library in &room.alone_names {
            let named: Vec<_> =
                real.iter().filter(|(_, names)| names.contains(library)).map(|(name, _)| name).collect();
            assert_eq!(named, [owner], "who names {library}");
        }
    }
}

/// `cargo run` from a clean clone must not ask which.
#[test]
fn the_workspace_has_one_program() {
    let text = run(Command::new(env!("CARGO"))
        .args(["metadata", "--format-version=1", "--no-deps", "--locked"])
        .current_dir(root()));
    let metadata: Value = serde_json::from_str(&text).unwrap();
    let targets = metadata["packages"].as_array().unwrap().iter().flat_map(|one| one["targets"].as_array().unwrap());
    let programs: Vec<&str> = targets
        .filter(|target| target["kind"].as_array().unwrap().iter().any(|kind| kind == "bin"))
        .map(|target| target["name"].as_str().unwrap())
        .collect();
    assert_eq!(programs, ["rushes"]);
}
