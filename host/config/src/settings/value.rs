//! Values that settings have.

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use rushes_model::ByteSize;
use rushes_model::private::PrivateHosts;

/// A value read by its rule, before it takes its field's type.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    None,
    Number(u64),
    Time(Duration),
    Size(ByteSize),
    Switch(bool),
    Text(String),
    Address(SocketAddr),
    Offset(UtcOffset),
    Names(Vec<String>),
    Receivers(PrivateHosts),
}

/// A field's type takes a value. None = a row's rule and type don't fit, which a test rules out.
pub(crate) trait Take: Sized {
    fn take(value: Value) -> Option<Self>;
}

macro_rules! takes {
    ($($type:ty = $variant:ident;)*) => {
        $(impl Take for $type {
            fn take(value: Value) -> Option<Self> {
                match value { Value::$variant(inner) => Some(inner), _ => None }
            }
        })*
    };
}

takes! {
    u64 = Number;
    Duration = Time;
    ByteSize = Size;
    bool = Switch;
    String = Text;
    SocketAddr = Address;
    UtcOffset = Offset;
    Vec<String> = Names;
    PrivateHosts = Receivers;
}

impl Take for u32 {
    fn take(value: Value) -> Option<Self> {
        u64::take(value).and_then(|number| Self::try_from(number).ok())
    }
}

impl Take for PathBuf {
    fn take(value: Value) -> Option<Self> {
        String::take(value).map(Self::from)
    }
}

impl<T: Take> Take for Option<T> {
    fn take(value: Value) -> Option<Self> {
        match value {
            Value::None => Some(None),
            other => T::take(other).map(Some),
        }
    }
}

/// How much of a large object is fetched at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkSize {
    /// Adapted to kind, bitrate, latency and memory.
    Auto,
    /// Always so much.
    Fixed(ByteSize),
}

impl Take for ChunkSize {
    fn take(value: Value) -> Option<Self> {
        <Option<ByteSize> as Take>::take(value).map(|size| size.map_or(Self::Auto, Self::Fixed))
    }
}

/// What reading costs, which decides what is skipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Billing {
    /// Requests cost, bytes don't: as inside one region.
    Region,
    /// Bytes cost.
    Egress,
}

impl Take for Billing {
    fn take(value: Value) -> Option<Self> {
        match String::take(value)?.as_str() {
            "region" => Some(Self::Region),
            "egress" => Some(Self::Egress),
            _ => None,
        }
    }
}

/// How log lines look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// A JSON object a line.
    Json,
}

impl Take for LogFormat {
    fn take(value: Value) -> Option<Self> {
        match String::take(value)?.as_str() {
            "text" => Some(Self::Text),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

/// A fixed difference from UTC, which decides when "today" begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UtcOffset {
    minutes: i32,
}

impl UtcOffset {
    /// Minutes east of Greenwich, -1,439 to 1,439.
    pub const fn as_minutes(self) -> i32 {
        self.minutes
    }

    /// `UTC`, `+02:00`, `-03:30`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        if matches!(text, "UTC" | "Z") {
            return Some(Self::default());
        }
        let (sign, rest) = match text.strip_prefix('+') {
            Some(rest) => (1, rest),
            None => (-1, text.strip_prefix('-')?),
        };
        let (hours, minutes) = rest.split_once(':')?;
        if hours.len() != 2 || minutes.len() != 2 {
            return None;
        }
        let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
        (hours < 24 && minutes < 60).then(|| Self { minutes: sign * (i32::from(hours) * 60 + i32::from(minutes)) })
    }
}

impl fmt::Display for UtcOffset {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.minutes == 0 {
            return out.write_str("UTC");
        }
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(out, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}
