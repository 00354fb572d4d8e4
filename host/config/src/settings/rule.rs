//! What a setting may be, and how its text is read.

use std::net::SocketAddr;
use std::time::Duration;

use rushes_model::ByteSize;
use rushes_model::private::PrivateHosts;

use super::value::{UtcOffset, Value};
use crate::duration;

/// A row of the table, without its type.
#[derive(Clone, Copy, Debug)]
pub struct Key {
    /// In the environment; in `[host]` the same in lower case.
    pub name: &'static str,
    /// As it would be written; empty = no value.
    pub default: &'static str,
    /// What may be written.
    pub rule: Rule,
    /// A word that stands for "no value", if there is one.
    pub none: Option<&'static str>,
    /// A sentence for people.
    pub doc: &'static str,
    /// The first version that has it.
    pub since: &'static str,
    /// Never shown, and readable from a file named by `NAME_FILE`.
    pub secret: bool,
}

/// The unit of a time that is written as a number alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimeUnit {
    /// Seconds.
    Seconds,
    /// Hours.
    Hours,
    /// Days.
    Days,
}

impl TimeUnit {
    const fn seconds(self) -> u64 {
        match self {
            Self::Seconds => 1,
            Self::Hours => 3_600,
            Self::Days => 86_400,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Seconds => "seconds",
            Self::Hours => "hours",
            Self::Days => "days",
        }
    }
}

/// What may be written.
#[derive(Clone, Copy, Debug)]
pub enum Rule {
    /// A whole number.
    Count {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// A number in the unit, or a number with a unit of its own.
    Time {
        /// Of a number alone.
        unit: TimeUnit,
        /// Smallest, in the unit.
        min: u64,
        /// Largest, in the unit.
        max: u64,
    },
    /// A number of MiB, or a size with a unit of its own.
    Megabytes {
        /// Smallest.
        min: u64,
        /// Largest.
        max: u64,
    },
    /// True or false.
    Switch,
    /// One of some words.
    Choice(&'static [&'static str]),
    /// `address:port`.
    Address,
    /// `sqlite:` or `postgres:`.
    Database,
    /// `http://…` or `https://…`.
    Http,
    /// `UTC`, or `+02:00`.
    Offset,
    /// Names with commas between.
    Names,
    /// Names, addresses and networks with commas between.
    Receivers,
    /// Anything.
    Text,
}

impl Rule {
    /// Reads a text; none where it isn't allowed.
    pub(crate) fn read(self, text: &str) -> Option<Value> {
        match self {
            Self::Count { min, max } => number(text, min, max).map(Value::Number),
            Self::Time { unit, min, max } => time(text, unit, min, max).map(Value::Time),
            Self::Megabytes { min, max } => megabytes(text, min, max).map(Value::Size),
            Self::Switch => switch(text).map(Value::Switch),
            Self::Choice(words) => words.iter().find(|word| **word == text).map(|word| Value::Text((*word).into())),
            Self::Address => text.parse::<SocketAddr>().ok().map(Value::Address),
            Self::Database => starts_with(text, &["sqlite:", "postgres:", "postgresql:"]),
            Self::Http => starts_with(text, &["http://", "https://"]),
            Self::Offset => UtcOffset::parse(text).map(Value::Offset),
            Self::Names => Some(names(text)).filter(|names| !names.is_empty()).map(Value::Names),
            Self::Receivers => PrivateHosts::parse(text).map(Value::Receivers),
            Self::Text => (!text.is_empty()).then(|| Value::Text(text.into())),
        }
    }

    /// What is allowed, as the end of a sentence.
    pub fn allowed(self) -> String {
        match self {
            Self::Count { min, max } => format!("a whole number from {min} to {max}"),
            Self::Time { unit, min, max } => {
                format!("{} from {min} to {max}, or a time with a unit, like \"5 min\"", unit.name())
            }
            Self::Megabytes { min, max } => {
                format!("MiB (1,048,576 bytes) from {min} to {max}, or a size with a unit, like \"20 MiB\"")
            }
            Self::Switch => "true or false".into(),
            Self::Choice(words) => words.join(", "),
            Self::Address => "an address and a port, like 127.0.0.1:9001 or [::1]:9001".into(),
            Self::Database => "an address that begins with sqlite: or postgres:".into(),
            Self::Http => "an address that begins with http:// or https://".into(),
            Self::Offset => "UTC, or a difference from it, like +02:00".into(),
            Self::Names => "names with commas between".into(),
            Self::Receivers => "names, addresses and networks (10.1.0.0/16) with commas between".into(),
            Self::Text => "any text".into(),
        }
    }
}

fn number(text: &str, min: u64, max: u64) -> Option<u64> {
    let number: u64 = text.replace('_', "").parse().ok()?;
    (min..=max).contains(&number).then_some(number)
}

fn time(text: &str, unit: TimeUnit, min: u64, max: u64) -> Option<Duration> {
    let scale = unit.seconds();
    let time = match text.replace('_', "").parse::<u64>() {
        Ok(number) => Duration::from_secs(number.checked_mul(scale)?),
        Err(_) => duration::parse(text)?,
    };
    let range = Duration::from_secs(min.checked_mul(scale)?)..=Duration::from_secs(max.checked_mul(scale)?);
    range.contains(&time).then_some(time)
}

fn megabytes(text: &str, min: u64, max: u64) -> Option<ByteSize> {
    let size = match text.replace('_', "").parse::<u64>() {
        Ok(number) => ByteSize::mib(number),
        Err(_) => text.parse().ok()?,
    };
    (ByteSize::mib(min)..=ByteSize::mib(max)).contains(&size).then_some(size)
}

fn switch(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(true),
        "false" | "no" | "off" | "0" => Some(false),
        _ => None,
    }
}

fn starts_with(text: &str, beginnings: &[&str]) -> Option<Value> {
    let known = beginnings.iter().any(|begin| text.len() > begin.len() && text.starts_with(begin));
    known.then(|| Value::Text(text.into()))
}

fn names(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
