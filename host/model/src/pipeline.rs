//! A checked pipeline: which analyzers, with which parameters and limits. `config` builds these; nobody else may.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::bytes::ByteSize;

/// Where a component comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ComponentRef {
    /// One of those in the binary.
    Bundled(String),
    /// A file.
    Path(std::path::PathBuf),
}

/// What an analyzer may use up in one job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All memories and tables of one session.
    pub memory: ByteSize,
    /// Fuel that a session starts with.
    pub fuel_base: u64,
    /// Fuel that each second of media adds.
    pub fuel_per_media_second: u64,
    /// Wall time of one call.
    pub call_timeout: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory: ByteSize::mib(256),
            fuel_base: 5_000_000_000,
            fuel_per_media_second: 1_500_000_000,
            call_timeout: Duration::from_secs(10),
        }
    }
}

/// An analyzer as a pipeline uses it.
#[derive(Clone, Debug, PartialEq)]
pub struct Use {
    /// Its name in the file, the key of its report.
    pub analyzer: String,
    /// Its component.
    pub component: ComponentRef,
    /// Checked against the analyzer's schema, defaults filled in.
    pub params: Value,
    /// The merger's own, checked, defaults filled in.
    pub merge_params: Value,
    /// Whether its failure fails the job.
    pub required: bool,
    /// What it may use up.
    pub limits: Limits,
}

/// Which decoders are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DecodeMode {
    /// Rust decoders in the host.
    #[default]
    Native,
    /// The same decoders as a component, with limits of their own.
    Sandboxed,
}

/// Where a recording's words come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transcript {
    /// Endings tried in this order beside the object: `.vtt` makes `a.vtt` of `a.mp4`.
    pub sidecar: Vec<String>,
    /// Whether the job fails without one.
    pub required: bool,
}

/// A named set of analyzers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Pipeline {
    /// Its name.
    pub name: String,
    /// For people.
    pub description: String,
    /// Which decoders.
    pub decode: DecodeMode,
    /// Where words come from; none: from nowhere.
    pub transcript: Option<Transcript>,
    /// Over all analyzers of a job.
    pub memory: Option<ByteSize>,
    /// By name.
    pub uses: BTreeMap<String, Use>,
}

/// An endpoint that is told of events.
#[derive(Clone, PartialEq, Eq)]
pub struct Webhook {
    /// Its name in the file.
    pub name: String,
    /// Where to.
    pub url: String,
    /// Each signs every delivery: two of them while one is replaced by the other.
    pub secrets: Vec<String>,
    /// Which events: `interview.completed`, …
    pub events: Vec<String>,
}

/// Without the secrets.
impl fmt::Debug for Webhook {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Webhook")
            .field("name", &self.name)
            .field("url", &self.url)
            .field("events", &self.events)
            .finish_non_exhaustive()
    }
}

/// Maps an object to a pipeline and an interview.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The bucket, exactly.
    pub bucket: String,
    /// A key pattern: `video/{interview_id}/{name}`. A name in braces takes one or more characters other than `/`.
    pub key: String,
    /// The pipeline's name.
    pub pipeline: String,
    /// Only jobs of this type; none = any.
    pub interview_type: Option<String>,
}

impl Route {
    /// What the braces took, where bucket and key match.
    pub fn matches(&self, bucket: &str, key: &str) -> Option<BTreeMap<String, String>> {
        if bucket != self.bucket {
            return None;
        }
        let mut taken = BTreeMap::new();
        let wanted: Vec<&str> = self.key.split('/').collect();
        let given: Vec<&str> = key.split('/').collect();
        if wanted.len() != given.len() {
            return None;
        }
        for (pattern, text) in wanted.into_iter().zip(given) {
            match_part(pattern, text, &mut taken)?;
        }
        Some(taken)
    }
}

impl Route {
    /// The route that an object takes, with what its braces took. A job of a type takes a route of that type before one
    /// for any type; a job without one takes whatever fits the key.
    pub fn choose<'a>(
        routes: &'a [Self],
        bucket: &str,
        key: &str,
        interview_type: Option<&str>,
    ) -> Option<(&'a Self, BTreeMap<String, String>)> {
        let fits = |route: &&Self| match (interview_type, route.interview_type.as_deref()) {
            (Some(wanted), Some(given)) => wanted == given,
            _ => true,
        };
        let matching = routes.iter().filter(fits);
        let mut matching = matching.filter_map(|route| Some((route, route.matches(bucket, key)?)));
        let first = matching.next()?;
        if first.0.interview_type.is_some() {
            return Some(first);
        }
        Some(matching.find(|(route, _)| route.interview_type.is_some()).unwrap_or(first))
    }
}

/// Matches one part between slashes: literal text around at most one `{name}`.
fn match_part(pattern: &str, text: &str, taken: &mut BTreeMap<String, String>) -> Option<()> {
    let Some((before, rest)) = pattern.split_once('{') else {
        return (pattern == text).then_some(());
    };
    let (name, after) = rest.split_once('}')?;
    let inner = text.strip_prefix(before)?.strip_suffix(after)?;
    if inner.is_empty() {
        return None;
    }
    taken.insert(name.to_owned(), inner.to_owned());
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn route(key: &str) -> Route {
        Route { bucket: "b".into(), key: key.into(), pipeline: "p".into(), interview_type: None }
    }

    #[test]
    fn a_route_takes_names_out_of_the_key() {
        let taken = route("video/{interview_id}/{name}.mp4").matches("b", "video/42/first.mp4").unwrap();
        assert_eq!(taken["interview_id"], "42");
        assert_eq!(taken["name"], "first");
    }

    #[test]
    fn a_job_of_a_type_takes_the_route_of_that_type_first() {
        let of =
            |interview_type: Option<&str>| Route { interview_type: interview_type.map(Into::into), ..route("{name}") };
        let routes = [of(None), of(Some("audio")), of(Some("video"))];
        let chosen =
            |wanted| Route::choose(&routes, "b", "a.mp4", wanted).map(|(route, _)| route.interview_type.as_deref());
        assert_eq!(chosen(Some("video")), Some(Some("video")));
        assert_eq!(chosen(Some("other")), Some(None));
        assert!(Route::choose(&routes[1..2], "b", "a.mp4", Some("video")).is_none());
    }

    #[test]
    fn a_name_never_spans_a_slash_and_is_never_empty() {
        assert!(route("video/{name}").matches("b", "video/a/b").is_none());
        assert!(route("video/{name}").matches("b", "video/").is_none());
        assert!(route("video/{name}").matches("other", "video/a").is_none());
    }
}
