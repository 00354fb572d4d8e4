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

#[test]
fn links_between_documents_lead_somewhere() {
    let mut broken = Vec::new();
    for page in markdown(&root()) {
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

fn markdown(folder: &Path) -> Vec<std::path::PathBuf> {
    let mut pages = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            pages.extend(markdown(&path));
        } else if name.ends_with(".md") {
            pages.push(path);
        }
    }
    pages
}
