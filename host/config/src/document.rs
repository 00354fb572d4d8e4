//! `pipelines.toml` as text: parsed for syntax and for `[host]`, then checked with what the analyzers say.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use toml::de::{DeTable, DeValue};

use crate::pipelines::{self, Analyzers, Pipelines};
use crate::problem::{Problem, Problems, place};
use crate::table::{Found, Table};

/// A file without syntax errors.
#[derive(Clone, Debug)]
pub struct Document {
    file: Arc<str>,
    text: Arc<str>,
    host: HostTable,
}

impl Document {
    /// Parses a text. `file` is the path for messages, and paths in the file are relative to its folder.
    ///
    /// # Errors
    /// Every syntax error, or values of `[host]` that are tables or lists.
    pub fn parse(file: &str, text: &str) -> Result<Self, Problems> {
        let (file, text): (Arc<str>, Arc<str>) = (file.into(), text.into());
        let (root, errors) = DeTable::parse_recoverable(&text);
        let syntax = errors.iter().map(|error| Problem::new("", error.span().unwrap_or(0..0), error.message()));
        let mut problems: Vec<Problem> = syntax.collect();
        let mut host = HostTable::default();
        if problems.is_empty() {
            let found = Found::default();
            host = HostTable::read(&mut Table::root(root.get_ref(), &found), &file, &text);
            problems = found.into_inner();
        }
        if problems.is_empty() { Ok(Self { file, text, host }) } else { Err(Problems::new(file, text, problems)) }
    }

    /// Settings written in `[host]`.
    pub fn host(&self) -> &HostTable {
        &self.host
    }

    /// Checks everything else. `env` gives secrets of `[webhooks]`.
    ///
    /// # Errors
    /// Everything that is wrong, at once. Warnings alone are no error; [`Pipelines::warnings`] has them.
    pub fn check(
        &self,
        analyzers: &dyn Analyzers,
        env: impl Fn(&str) -> Option<String>,
    ) -> Result<Pipelines, Problems> {
        let found = Found::default();
        let (root, _) = DeTable::parse_recoverable(&self.text);
        let checked = pipelines::check(Table::root(root.get_ref(), &found), &self.folder(), analyzers, &env);
        let problems = Problems::new(Arc::clone(&self.file), Arc::clone(&self.text), found.into_inner());
        if problems.error_count() > 0 { Err(problems) } else { Ok(checked.into_pipelines(problems)) }
    }

    fn folder(&self) -> PathBuf {
        Path::new(&*self.file).parent().map(Path::to_path_buf).unwrap_or_default()
    }
}

/// The `[host]` table: settings as they would be written in the environment.
#[derive(Clone, Debug, Default)]
pub struct HostTable {
    written: BTreeMap<String, Written>,
}

/// A value of `[host]`.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// `file:line:column`
    pub(crate) place: String,
}

impl HostTable {
    fn read(root: &mut Table<'_>, file: &str, text: &str) -> Self {
        let Some(table) = root.table("host") else { return Self::default() };
        let mut written = BTreeMap::new();
        for (key, value) in table.entries() {
            let Some(value_text) = as_setting(value.get_ref()) else {
                let message = format!("`{}` in [host] must be a text, a number, true or false", key.value);
                table.refuse(Problem::new(table.key(&key.value), value.span(), message));
                continue;
            };
            let (line, column) = place(text, value.span().start);
            let entry = Written { text: value_text, place: format!("{file}:{line}:{column}") };
            written.insert(key.value, entry);
        }
        Self { written }
    }

    pub(crate) fn find(&self, key: &str) -> Option<&Written> {
        self.written.get(key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = (&str, &Written)> {
        self.written.iter().map(|(key, written)| (key.as_str(), written))
    }
}

fn as_setting(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.to_string()),
        DeValue::Integer(number) if number.radix() == 10 => Some(number.as_str().to_owned()),
        DeValue::Boolean(switch) => Some(switch.to_string()),
        _ => None,
    }
}
