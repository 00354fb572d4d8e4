//! The table as text: for `--help`, and for `docs/configuration.md`.

use std::fmt::Write;

use super::keys::KEYS;
use super::rule::Key;

const HEAD: &str = "\
# Settings

Generated from the table in `host/config/src/settings/keys.rs`; don't edit it here.

A setting comes from the environment, or from the `[host]` table of `pipelines.toml` under the same name in lower case; the
environment wins. A variable that is empty counts as unset. In a name, `MB` means 1,048,576 bytes. Sizes and times may have a
unit of their own: `\"20 MiB\"`, `\"5 min\"`. A setting that can't be read or makes no sense stops the start, with its name, its
value and what is allowed; all of them at once. `rushes config show` prints every value with its origin.

AWS credentials, region and endpoint come from the standard AWS chain (`AWS_PROFILE`, `AWS_REGION`, `AWS_ENDPOINT_URL_S3`, …). `AWS_CA_BUNDLE` names a file of
certificates (PEM) that are trusted beside the system's.

| setting | default | allowed | meaning | since |
|---|---|---|---|---|
";

/// `docs/configuration.md`.
pub fn markdown() -> String {
    let mut text = HEAD.to_owned();
    for key in KEYS {
        let name = if key.secret { format!("`{0}`, `{0}_FILE`", key.name) } else { format!("`{}`", key.name) };
        let default = if key.default.is_empty() { String::new() } else { format!("`{}`", key.default) };
        let Key { doc, since, .. } = key;
        write_line(&mut text, format_args!("| {name} | {default} | {} | {doc} | {since} |", allowed(key)));
    }
    text
}

/// The settings' part of `--help`.
pub fn help() -> String {
    let mut text = String::from("Settings (environment, or [host] of pipelines.toml in lower case):\n");
    for key in KEYS {
        let default = if key.default.is_empty() { String::new() } else { format!(" [default: {}]", key.default) };
        write_line(&mut text, format_args!("  {}{default}\n      {}", key.name, key.doc));
    }
    text
}

fn allowed(key: &Key) -> String {
    match key.none {
        Some(word) if !word.is_empty() => format!("{}, or `{word}`", key.rule.allowed()),
        _ => key.rule.allowed(),
    }
}

fn write_line(text: &mut String, line: std::fmt::Arguments<'_>) {
    writeln!(text, "{line}").expect("a String takes everything");
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_of_settings_is_the_table() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/configuration.md");
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == markdown(), "docs/configuration.md differs from the table; it should be:\n{}", markdown());
    }
}
