//! A TOML table that is read key by key. What is asked for is known; what is left over is an unknown key.

use std::cell::RefCell;
use std::ops::Range;
use std::time::Duration;

use rushes_model::ByteSize;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::problem::Problem;
use crate::{duration, suggest};

/// Where problems are put while a file is walked.
#[derive(Default)]
pub(crate) struct Found(RefCell<Vec<Problem>>);

impl Found {
    pub(crate) fn push(&self, problem: Problem) {
        self.0.borrow_mut().push(problem);
    }

    pub(crate) fn into_inner(self) -> Vec<Problem> {
        self.0.into_inner()
    }
}

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) span: Range<usize>,
}

/// A table, its path, and the keys that were asked for.
pub(crate) struct Table<'a> {
    found: &'a Found,
    entries: &'a DeTable<'a>,
    span: Range<usize>,
    path: String,
    noun: String,
    known: Vec<&'static str>,
}

impl<'a> Table<'a> {
    /// The whole file.
    pub(crate) fn root(entries: &'a DeTable<'a>, found: &'a Found) -> Self {
        Self { found, entries, span: 0..0, path: String::new(), noun: "the file".into(), known: Vec::new() }
    }

    /// The same, called in messages as people call it.
    pub(crate) fn named(mut self, noun: impl Into<String>) -> Self {
        self.noun = noun.into();
        self
    }

    /// Where its key or header stands.
    pub(crate) fn span(&self) -> Range<usize> {
        self.span.clone()
    }

    /// The path of a key in it.
    pub(crate) fn key(&self, name: &str) -> String {
        if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) }
    }

    /// Its own path.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// Adds a problem.
    pub(crate) fn refuse(&self, problem: Problem) {
        self.found.push(problem);
    }

    pub(crate) fn text(&mut self, name: &'static str) -> Option<At<String>> {
        self.read(name, "a text", |value| value.as_str().map(str::to_owned))
    }

    pub(crate) fn switch(&mut self, name: &'static str) -> Option<At<bool>> {
        self.read(name, "true or false", DeValue::as_bool)
    }

    pub(crate) fn number(&mut self, name: &'static str) -> Option<At<u64>> {
        self.read(name, "a whole number that isn't negative", as_number)
    }

    pub(crate) fn size(&mut self, name: &'static str) -> Option<At<ByteSize>> {
        self.read(name, "a size with its unit, like \"256 MiB\"", |value| {
            value.as_str().filter(|text| text.ends_with('B')).and_then(|text| text.parse().ok())
        })
    }

    pub(crate) fn time(&mut self, name: &'static str) -> Option<At<Duration>> {
        self.read(name, "a time with its unit, like \"10 s\" or \"5 min\"", |value| {
            value.as_str().and_then(duration::parse)
        })
    }

    pub(crate) fn texts(&mut self, name: &'static str) -> Option<At<Vec<At<String>>>> {
        self.read(name, "a list of texts", |value| {
            let items = value.as_array()?.iter();
            items.map(|item| Some(At { value: item.get_ref().as_str()?.to_owned(), span: item.span() })).collect()
        })
    }

    /// A table under a key.
    pub(crate) fn table(&mut self, name: &'static str) -> Option<Table<'a>> {
        self.known.push(name);
        let (key, value) = self.find(name)?;
        self.open(name, key.span(), value)
    }

    /// The tables under a key, by their names, which the file chooses.
    pub(crate) fn tables(&mut self, name: &'static str) -> Vec<(At<String>, Table<'a>)> {
        let Some(outer) = self.table(name) else { return Vec::new() };
        let entries = outer.entries.iter();
        let open = |(key, value): (&'a Spanned<_>, &'a Spanned<DeValue<'a>>)| {
            let name: &std::borrow::Cow<'_, str> = key.get_ref();
            let table = outer.open(name, key.span(), value)?;
            Some((At { value: name.to_string(), span: key.span() }, table))
        };
        entries.filter_map(open).collect()
    }

    /// The tables of a list: `[[name]]`.
    pub(crate) fn list(&mut self, name: &'static str) -> Vec<Table<'a>> {
        self.known.push(name);
        let Some((key, value)) = self.find(name) else { return Vec::new() };
        let Some(items) = value.get_ref().as_array() else {
            self.refuse_type(name, value, "a list of tables, each under `[[…]]`");
            return Vec::new();
        };
        let open = |(index, item): (usize, &'a Spanned<DeValue<'a>>)| {
            let span = if item.span().is_empty() { key.span() } else { item.span() };
            self.open(&format!("{name}[{index}]"), span, item)
        };
        items.iter().enumerate().filter_map(open).collect()
    }

    /// A value as it stands, for what isn't ours to check.
    pub(crate) fn raw(&mut self, name: &'static str) -> Option<&'a Spanned<DeValue<'a>>> {
        self.known.push(name);
        self.find(name).map(|(_, value)| value)
    }

    /// Every key and value, for what has no fixed keys.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (At<String>, &'a Spanned<DeValue<'a>>)> {
        let entries = self.entries.iter();
        entries.map(|(key, value)| (At { value: key.get_ref().to_string(), span: key.span() }, value))
    }

    /// Refuses every key that nobody asked for.
    pub(crate) fn finish(self) {
        for (key, _) in self.entries() {
            if self.known.contains(&key.value.as_str()) {
                continue;
            }
            let label = match suggest::nearest(&key.value, self.known.iter().copied()) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("known: {}", self.known.join(", ")),
            };
            let message = format!("unknown key `{}` in {}", key.value, self.noun);
            self.refuse(Problem::new(self.key(&key.value), key.span, message).with_label(label));
        }
    }

    fn find(&self, name: &str) -> Option<(&'a Spanned<std::borrow::Cow<'a, str>>, &'a Spanned<DeValue<'a>>)> {
        self.entries.iter().find(|(key, _)| key.get_ref() == name)
    }

    fn read<T>(
        &mut self,
        name: &'static str,
        wanted: &str,
        read: impl FnOnce(&DeValue<'a>) -> Option<T>,
    ) -> Option<At<T>> {
        self.known.push(name);
        let (_, value) = self.find(name)?;
        match read(value.get_ref()) {
            Some(taken) => Some(At { value: taken, span: value.span() }),
            None => {
                self.refuse_type(name, value, wanted);
                None
            }
        }
    }

    fn open(&self, name: &str, span: Range<usize>, value: &'a Spanned<DeValue<'a>>) -> Option<Table<'a>> {
        let Some(entries) = value.get_ref().as_table() else {
            self.refuse_type(name, value, "a table");
            return None;
        };
        let path = self.key(name);
        let noun = format!("[{path}]");
        Some(Table { found: self.found, entries, span, path, noun, known: Vec::new() })
    }

    fn refuse_type(&self, name: &str, value: &Spanned<DeValue<'_>>, wanted: &str) {
        let message = format!("`{name}` in {} must be {wanted}, is {}", self.noun, described(value.get_ref()));
        self.refuse(Problem::new(self.key(name), value.span(), message));
    }
}

/// A value in a sentence: short ones as they are, long ones as their kind.
pub(crate) fn described(value: &DeValue<'_>) -> String {
    match value {
        DeValue::String(text) if text.chars().count() <= 40 => format!("\"{text}\""),
        DeValue::String(_) => "a text".into(),
        DeValue::Integer(number) => number.to_string(),
        DeValue::Float(number) => number.to_string(),
        DeValue::Boolean(switch) => switch.to_string(),
        DeValue::Datetime(_) => "a date".into(),
        DeValue::Array(_) => "a list".into(),
        DeValue::Table(_) => "a table".into(),
    }
}

fn as_number(value: &DeValue<'_>) -> Option<u64> {
    let number = value.as_integer()?;
    u64::from_str_radix(number.as_str(), number.radix()).ok()
}
