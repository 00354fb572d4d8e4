//! From the environment and the file's `[host]` table to [`Settings`].

use std::collections::BTreeMap;
use std::fmt;

use super::keys::{KEYS, Settings};
use super::rule::Key;
use super::value::{Take, Value};
use crate::document::HostTable;
use crate::suggest;

/// Where a value comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The environment variable of that name, or the file that it names.
    Environment(String),
    /// `[host]` of a file, at `file:line:column`.
    File(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Default => out.write_str("default"),
            Self::Environment(name) => write!(out, "environment {name}"),
            Self::File(place) => out.write_str(place),
        }
    }
}

/// A value as `config show` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// Its name in the environment.
    pub name: &'static str,
    /// As written; a secret as `(set)`.
    pub value: String,
    /// Where it comes from.
    pub origin: Origin,
}

/// A setting that can't be read or makes no sense.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// Its name in the environment.
    pub name: String,
    /// As written; never a secret's.
    pub value: String,
    /// What may be written.
    pub allowed: String,
    /// Where it was written.
    pub origin: Origin,
}

impl fmt::Display for Refusal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, value, allowed, origin } = self;
        write!(out, "{name} is `{value}` ({origin}); allowed: {allowed}")
    }
}

/// Every setting that was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct Refusals(pub Vec<Refusal>);

/// One a line.
impl fmt::Display for Refusals {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, refusal) in self.0.iter().enumerate() {
            let line = if index == 0 { "" } else { "\n" };
            write!(out, "{line}{refusal}")?;
        }
        Ok(())
    }
}

impl Settings {
    /// Reads every setting: the environment wins over `[host]`, an empty variable counts as unset, and a secret may come
    /// from the file that `NAME_FILE` names.
    ///
    /// # Errors
    /// All settings that can't be read or make no sense, at once.
    pub fn load(env: impl Fn(&str) -> Option<String>, host: Option<&HostTable>) -> Result<Self, Refusals> {
        let mut reading = Reading { env: &env, host, shown: BTreeMap::new(), refused: unknown_keys(host) };
        let settings = Self::take(&mut reading);
        let mut refused = reading.refused;
        if let Some(settings) = &settings {
            refused.extend(settings.contradictions());
        }
        match settings {
            Some(settings) if refused.is_empty() => Ok(settings),
            _ => Err(Refusals(refused)),
        }
    }

    /// Each value with its origin, in the order of the documentation.
    pub fn shown(&self) -> impl Iterator<Item = &Shown> {
        KEYS.iter().filter_map(|key| self.shown.get(key.name))
    }

    /// Where jobs are kept: as set, or the file `rushes.db` in the data folder.
    pub fn database(&self) -> String {
        match &self.database_url {
            Some(url) => url.clone(),
            None => format!("sqlite:{}", self.data.join("rushes.db").display()),
        }
    }

    /// What each value allows, but all of them together don't.
    fn contradictions(&self) -> Vec<Refusal> {
        let too_much = self.memory_limit.is_some_and(|limit| self.streaming_readahead >= limit);
        // A healthy attempt would be taken back as one that is stuck.
        let too_long = self.job_timeout > self.stuck_timeout;
        let rules = [
            (too_much, "STREAMING_READAHEAD_MB", "less than MEMORY_LIMIT_MB"),
            (too_long, "JOB_TIMEOUT", "no longer than STUCK_TIMEOUT_HOURS"),
        ];
        let broken = rules.into_iter().filter(|(is_broken, ..)| *is_broken);
        broken
            .filter_map(|(_, name, allowed)| {
                let shown = self.shown.get(name)?;
                Some(Refusal {
                    name: shown.name.to_owned(),
                    value: shown.value.clone(),
                    allowed: allowed.to_owned(),
                    origin: shown.origin.clone(),
                })
            })
            .collect()
    }
}

/// Values as they are looked up, row by row.
pub(super) struct Reading<'a> {
    env: &'a dyn Fn(&str) -> Option<String>,
    host: Option<&'a HostTable>,
    shown: BTreeMap<&'static str, Shown>,
    refused: Vec<Refusal>,
}

impl Reading<'_> {
    /// The row's value, or none after noting why not.
    pub(super) fn take<T: Take>(&mut self, key: &Key) -> Option<T> {
        let (text, origin) = self.find(key)?;
        let is_none = key.none == Some(text.as_str());
        let value = if is_none { Some(Value::None) } else { key.rule.read(&text) };
        let value = value.and_then(T::take);
        let shown = if key.secret && !text.is_empty() { "(set)".to_owned() } else { text };
        if value.is_none() {
            self.refuse(key, shown, origin);
        } else {
            self.shown.insert(key.name, Shown { name: key.name, value: shown, origin });
        }
        value
    }

    pub(super) fn take_shown(&mut self) -> BTreeMap<&'static str, Shown> {
        std::mem::take(&mut self.shown)
    }

    fn refuse(&mut self, key: &Key, value: String, origin: Origin) {
        let or = key.none.filter(|word| !word.is_empty()).map(|word| format!(", or {word}")).unwrap_or_default();
        let allowed = format!("{}{or}", key.rule.allowed());
        self.refused.push(Refusal { name: key.name.to_owned(), value, allowed, origin });
    }

    /// The text and its origin; none where a secret's file can't be read.
    fn find(&mut self, key: &Key) -> Option<(String, Origin)> {
        let set = |name: &str| (self.env)(name).filter(|text| !text.is_empty());
        if let Some(text) = set(key.name) {
            return Some((text.trim().to_owned(), Origin::Environment(key.name.to_owned())));
        }
        let by_file = format!("{}_FILE", key.name);
        if let Some(path) = set(&by_file).filter(|_| key.secret) {
            let origin = Origin::Environment(by_file.clone());
            return match std::fs::read_to_string(&path) {
                Ok(text) => Some((text.trim().to_owned(), origin)),
                Err(error) => {
                    let allowed = format!("the path of a file that can be read ({error})");
                    self.refused.push(Refusal { name: by_file, value: path, allowed, origin });
                    None
                }
            };
        }
        let written = self.host.and_then(|host| host.find(&key.name.to_lowercase()));
        Some(match written {
            Some(written) => (written.text.clone(), Origin::File(written.place.clone())),
            None => (key.default.to_owned(), Origin::Default),
        })
    }
}

/// Keys of `[host]` that no row has.
fn unknown_keys(host: Option<&HostTable>) -> Vec<Refusal> {
    let known: Vec<String> = KEYS.iter().map(|key| key.name.to_lowercase()).collect();
    let unknown = host.into_iter().flat_map(HostTable::keys).filter(|(name, _)| !known.iter().any(|key| key == name));
    unknown
        .map(|(name, written)| {
            let allowed = match suggest::nearest(name, known.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => "the settings of docs/configuration.md in lower case".to_owned(),
            };
            let origin = Origin::File(written.place.clone());
            Refusal { name: format!("[host] {name}"), value: written.text.clone(), allowed, origin }
        })
        .collect()
}

#[cfg(test)]
mod tests;
