//! Paths and queries, escaped.

use std::fmt::Write as _;

/// A name as one segment of a path (RFC 3986, section 2.3: all but unreserved characters are escaped).
pub(crate) fn segment(name: &str) -> String {
    let mut escaped = String::with_capacity(name.len());
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            let _infallible = write!(escaped, "%{byte:02X}");
        }
    }
    escaped
}

/// `?name=value&…`, without those that weren't given.
#[derive(Clone, Debug, Default)]
pub(crate) struct Query(String);

impl Query {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With a value, if there is one.
    pub(crate) fn with<V: ToString + ?Sized>(mut self, name: &str, value: Option<&V>) -> Self {
        if let Some(value) = value {
            self.0.push(if self.0.is_empty() { '?' } else { '&' });
            self.0.push_str(name);
            self.0.push('=');
            self.0.push_str(&segment(&value.to_string()));
        }
        self
    }

    /// With `name=true`, if it is so.
    pub(crate) fn flag(self, name: &str, is_set: bool) -> Self {
        self.with(name, is_set.then_some("true"))
    }

    /// Behind a path.
    pub(crate) fn behind(&self, path: &str) -> String {
        format!("{path}{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_slash_stays_one_segment() {
        assert_eq!(segment("team a/42?"), "team%20a%2F42%3F");
        assert_eq!(segment("ü"), "%C3%BC");
        assert_eq!(segment("0198-ab_c.~"), "0198-ab_c.~");
    }

    #[test]
    fn a_query_holds_what_was_given() {
        let query = Query::new().with("status", Some("2")).with::<str>("queue", None).flag("stuck", true);
        assert_eq!(query.behind("/jobs"), "/jobs?status=2&stuck=true");
        assert_eq!(Query::new().behind("/jobs"), "/jobs");
    }
}
