//! `docs/semantics.md` promises nothing that no test holds.

use std::path::PathBuf;

use crate::harness::root;

/// A promise and the tests that it names.
struct Promise {
    line: usize,
    sentence: String,
    tests: Vec<String>,
}

fn promises() -> Vec<Promise> {
    let text = std::fs::read_to_string(root().join("docs/semantics.md")).unwrap();
    let lines = text.lines().enumerate().filter(|(_, line)| line.starts_with("- "));
    lines
        .map(|(index, line)| {
            let (sentence, tests) = line.rsplit_once(" — ").unwrap_or((line, ""));
            let tests = tests.split(", ").filter_map(|test| test.strip_prefix('`')?.strip_suffix('`'));
            Promise { line: index + 1, sentence: sentence.to_owned(), tests: tests.map(str::to_owned).collect() }
        })
        .collect()
}

/// `room path::of::the_test`: the files that it may stand in, and its name.
fn places(test: &str) -> Option<(Vec<PathBuf>, &str)> {
    let (room, path) = test.split_once(' ')?;
    let (module, name) = path.rsplit_once("::")?;
    let base = if matches!(room, "tests" | "sdk") { root().join(room) } else { root().join("host").join(room) };
    let inside = module.strip_suffix("::tests").unwrap_or(module);
    let file = |folder: &str, module: &str| base.join(folder).join(module.replace("::", "/")).with_extension("rs");
    Some((vec![file("tests", module), file("", module), file("src", module), file("src", inside)], name))
}

fn exists(test: &str) -> bool {
    let Some((files, name)) = places(test) else { return false };
    let heading = format!("fn {name}(");
    files.iter().filter_map(|file| std::fs::read_to_string(file).ok()).any(|text| text.contains(&heading))
}

#[test]
fn every_promise_names_a_test_that_exists() {
    let promises = promises();
    let mut broken = Vec::new();
    for Promise { line, sentence, tests } in &promises {
        if tests.is_empty() {
            broken.push(format!("{line}: {sentence} names no test"));
        }
        broken.extend(tests.iter().filter(|test| !exists(test)).map(|test| format!("{line}: there is no {test}")));
    }
    assert!(broken.is_empty(), "{broken:#?}");
    assert!(promises.len() >= 50, "{} promises", promises.len());
}

#[test]
fn a_test_that_is_not_there_is_noticed() {
    assert!(exists("store conformance::ending::a_zombie_writes_nothing"));
    assert!(exists("memory budget::tests::the_least_limit_counts"));
    assert!(!exists("store conformance::ending::a_zombie_writes_all_it_likes"));
    assert!(!exists("a_zombie_writes_nothing"));
}
