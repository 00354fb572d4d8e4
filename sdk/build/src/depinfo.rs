//! Which files a component was made of.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::Error;

/// The files that cargo wrote down beside `component`, and the manifests above them, up to the workspace's.
pub(crate) fn sources(component: &Path, root: &Path) -> Result<BTreeSet<PathBuf>, Error> {
    let file = component.with_extension("d");
    let text = fs::read_to_string(&file).map_err(Error::io(format!("read {}", file.display())))?;
    let mut sources: BTreeSet<PathBuf> = parse(&text).into_iter().map(|path| root.join(path)).collect();
    let manifests: Vec<PathBuf> = sources.iter().filter_map(|source| manifest_of(source, root)).collect();
    sources.extend(manifests);
    Ok(sources)
}

/// Make's syntax: `made: of these`, a backslash before a space that belongs to a name.
fn parse(text: &str) -> Vec<String> {
    let mut names = Vec::new();
    for line in text.lines() {
        let Some((_, listed)) = line.split_once(": ") else { continue };
        let mut name = String::new();
        let mut chars = listed.chars().peekable();
        while let Some(char) = chars.next() {
            match char {
                '\\' if chars.peek() == Some(&' ') => name.extend(chars.next()),
                ' ' => names.extend(Some(std::mem::take(&mut name)).filter(|name| !name.is_empty())),
                _ => name.push(char),
            }
        }
        names.extend(Some(name).filter(|name| !name.is_empty()));
    }
    names
}

/// The package's manifest. Not in dep-info, though features and versions stand there.
fn manifest_of(source: &Path, root: &Path) -> Option<PathBuf> {
    let folders = source.ancestors().skip(1).take_while(|folder| folder.starts_with(root));
    folders.map(|folder| folder.join("Cargo.toml")).find(|manifest| manifest.is_file())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_spaces_stay_whole() {
        assert_eq!(parse("a.wasm: /my\\ house/lib.rs /b.rs\n\n# c\n"), ["/my house/lib.rs", "/b.rs"]);
    }

    #[test]
    fn a_component_without_sources_has_none() {
        assert_eq!(parse("a.wasm: \n"), Vec::<String>::new());
    }
}
