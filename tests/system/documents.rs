//! What is written is true: pages for codes, links that lead somewhere.

use std::collections::BTreeSet;
use std::path::Path;

use rushes_model::Code;

use crate::harness::root;

#[test]
fn every_error_code_has_a_page_and_every_page_a_code() {
    let codes: BTreeSet<String> = Code::ALL.iter().map(|code| format!("{code}.md")).collect();
    let pages = std::fs::read_dir(root().join("docs/errors")).unwrap();
    let pages: BTreeSet<String> = pages.map(|page| page.unwrap().file_name().into_string().unwrap()).collect();
    assert_eq!(codes, pages);
}

#[test]
fn every_page_says_what_why_and_what_to_do() {
    for code in Code::ALL {
        let text = std::fs::read_to_string(root().join(format!("docs/errors/{code}.md"))).unwrap();
        for part in [&format!("# `{code}`"), "**What happened.**", "**Why.**", "**What to do.**"] {
            assert!(text.contains(part), "{code}: {part}");
        }
    }
}

/// The first string after each macro that counts.
fn counted_in(text: &str) -> impl Iterator<Item = String> {
    let macros = ["counter!(", "gauge!(", "histogram!("];
    let calls = macros.into_iter().flat_map(move |name| text.split(name).skip(1));
    calls.filter_map(|call| call.split('"').nth(1)).map(str::to_owned)
}

#[test]
fn every_metric_is_described_and_every_described_one_is_counted() {
    let mut counted = BTreeSet::new();
    for file in files(&root().join("host"), ".rs") {
        let text = std::fs::read_to_string(&file).unwrap();
        counted.extend(counted_in(&text));
    }
    let text = std::fs::read_to_string(root().join("docs/operations.md")).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| `rushes_")?.split('`').next());
    let described: BTreeSet<String> = rows.map(|name| format!("rushes_{name}")).collect();
    assert_eq!(counted, described, "host/*/src and docs/operations.md");
    let alerts = std::fs::read_to_string(root().join("deploy/alerts.yaml")).unwrap();
    let watched =
        alerts.split(|one: char| !one.is_ascii_alphanumeric() && one != '_').filter(|word| word.starts_with("rushes_"));
    for name in watched {
        assert!(described.contains(name), "deploy/alerts.yaml watches {name}");
    }
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for page in files(&root(), ".md") {
        let text = std::fs::read_to_string(&page).unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let target = link.split('#').next().unwrap();
            let outside = link.contains("://") || target.is_empty();
            if !outside && !page.parent().unwrap().join(target).exists() {
                broken.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(broken.is_empty(), "{broken:#?}");
}

/// Files of a kind, in a folder and those in it.
fn files(folder: &Path, kind: &str) -> Vec<std::path::PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(files(&path, kind));
        } else if name.ends_with(kind) {
            found.push(path);
        }
    }
    found
}
