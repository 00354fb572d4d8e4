//! Whether the head of an answer is the one that was asked for. The server is not trusted: some ignore `If-Match`, some
//! ignore `Range`, and a proxy may do either.

use std::ops::Range;
use std::time::Duration;

use rushes_model::{ETag, Identity};

use crate::error::Error;

/// What an answer says of itself, as sent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Head {
    pub(crate) status: u16,
    pub(crate) content_range: Option<String>,
    pub(crate) content_length: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) etag: Option<String>,
    pub(crate) modified: Option<String>,
    pub(crate) version: Option<String>,
    /// How long the server asks us to wait.
    pub(crate) retry_after: Option<Duration>,
}

impl Head {
    /// The version that an answer to the opening request, for bytes `0..first`, is of; and how many bytes it holds.
    pub(crate) fn identify(&self, first: u64, object: &str, place: String) -> Result<(Identity, u64), Error> {
        let refused = |why: String| Error::BadAnswer { object: object.to_owned(), why };
        self.check_encoding().map_err(refused)?;
        let (size, held) = match self.status {
            206 => {
                let (range, size) = self.range().map_err(refused)?;
                if range != (0..first.min(size)) {
                    return Err(refused(format!("bytes {range:?} of {size} for the first {first}")));
                }
                (size, range.end)
            }
            200 => {
                let size = self.length().map_err(refused)?.ok_or_else(|| refused("no length".into()))?;
                if size > first {
                    return Err(refused("the whole object where a range was asked for".into()));
                }
                (size, size)
            }
            status => return Err(refused(format!("status {status}"))),
        };
        self.check_length(held).map_err(refused)?;
        Ok((self.identity(size, place), held))
    }

    /// The version that the head of a HEAD request describes.
    pub(crate) fn identity(&self, size: u64, place: String) -> Identity {
        let etag = self.etag.as_ref().map(ETag::new);
        let version = self.version.clone().filter(|version| version != "null");
        Identity { size, etag, version, modified: self.modified.clone(), place }
    }

    /// Whether this is the head of the answer for `range` of the version `expected`.
    pub(crate) fn check(&self, expected: &Identity, range: &Range<u64>, object: &str) -> Result<(), Error> {
        self.check_version(expected).map_err(|how| Error::Changed { object: object.to_owned(), how })?;
        self.check_span(expected, range, object)
    }

    /// Bytes of an answer that is the whole object, where it says so.
    pub(crate) fn whole_length(&self, object: &str) -> Result<Option<u64>, Error> {
        let refused = |why: String| Error::BadAnswer { object: object.to_owned(), why };
        self.check_encoding().map_err(refused)?;
        self.length().map_err(refused)
    }

    fn check_version(&self, expected: &Identity) -> Result<(), String> {
        match (&expected.etag, &self.etag) {
            (Some(expected), Some(found)) if expected.as_str() != found => {
                Err(format!("entity tag was {expected}, is {found}"))
            }
            (Some(expected), None) => Err(format!("entity tag was {expected}, is none")),
            // Beside a weak tag, too: an equal one doesn't mean equal bytes (RFC 9110, section 8.8.1).
            (Some(tag), Some(_)) if tag.is_strong() => Ok(()),
            (Some(_) | None, _) if expected.modified != self.modified => Err(format!(
                "date was {}, is {}",
                expected.modified.as_deref().unwrap_or("none"),
                self.modified.as_deref().unwrap_or("none")
            )),
            (Some(_) | None, _) => Ok(()),
        }
    }

    fn check_span(&self, expected: &Identity, range: &Range<u64>, object: &str) -> Result<(), Error> {
        let refused = |why: String| Error::BadAnswer { object: object.to_owned(), why };
        self.check_encoding().map_err(refused)?;
        let (found, size) = match self.status {
            206 => self.range().map_err(refused)?,
            200 if *range == (0..expected.size) => {
                let size = self.length().map_err(refused)?.ok_or_else(|| refused("no length".into()))?;
                (0..size, size)
            }
            200 => return Err(refused("the whole object where a range was asked for".into())),
            status => return Err(refused(format!("status {status}"))),
        };
        if size != expected.size {
            let how = format!("size was {}, is {size}", expected.size);
            return Err(Error::Changed { object: object.to_owned(), how });
        }
        if found != *range {
            return Err(refused(format!("bytes {found:?} where {range:?} were asked for")));
        }
        self.check_length(range.end.saturating_sub(range.start)).map_err(refused)
    }

    fn check_encoding(&self) -> Result<(), String> {
        match self.content_encoding.as_deref() {
            None | Some("" | "identity" | "aws-chunked") => Ok(()),
            Some(encoding) => Err(format!("content is encoded as {encoding}")),
        }
    }

    fn check_length(&self, expected: u64) -> Result<(), String> {
        match self.length()? {
            Some(length) if length != expected => Err(format!("{length} bytes where {expected} were asked for")),
            _ => Ok(()),
        }
    }

    fn length(&self) -> Result<Option<u64>, String> {
        let parse = |text: &String| text.parse().map_err(|_| format!("length {text:?}"));
        self.content_length.as_ref().map(parse).transpose()
    }

    /// `bytes 0-9/100` (RFC 9110, section 14.4) as `0..10` and 100.
    fn range(&self) -> Result<(Range<u64>, u64), String> {
        let text = self.content_range.as_deref().ok_or("no Content-Range")?;
        parse_range(text).ok_or_else(|| format!("Content-Range {text:?}"))
    }
}

fn parse_range(text: &str) -> Option<(Range<u64>, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, size): (u64, u64, u64) = (first.parse().ok()?, last.parse().ok()?, size.parse().ok()?);
    let end = last.checked_add(1)?;
    (first < end && end <= size).then_some((first..end, size))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn expected() -> Identity {
        Identity { size: 100, etag: Some(ETag::new("\"a\"")), version: None, modified: None, place: "p".into() }
    }

    fn head(status: u16, range: &str, length: u64, etag: Option<&str>) -> Head {
        Head {
            status,
            content_range: Some(range.to_owned()).filter(|range| !range.is_empty()),
            content_length: Some(length.to_string()),
            etag: etag.map(str::to_owned),
            ..Head::default()
        }
    }

    fn kind(head: &Head, range: Range<u64>) -> &'static str {
        match head.check(&expected(), &range, "o") {
            Ok(()) => "right",
            Err(Error::Changed { .. }) => "changed",
            Err(Error::BadAnswer { .. }) => "bad",
            Err(_) => "other",
        }
    }

    #[test]
    fn only_the_range_asked_for_of_the_version_opened_is_right() {
        let tag = Some("\"a\"");
        assert_eq!(kind(&head(206, "bytes 10-19/100", 10, tag), 10..20), "right");
        assert_eq!(kind(&head(206, "bytes 10-19/101", 10, tag), 10..20), "changed");
        assert_eq!(kind(&head(206, "bytes 10-19/100", 10, Some("\"b\"")), 10..20), "changed");
        assert_eq!(kind(&head(206, "bytes 10-19/100", 10, None), 10..20), "changed");
        assert_eq!(kind(&head(206, "bytes 11-20/100", 10, tag), 10..20), "bad");
        assert_eq!(kind(&head(206, "bytes 10-19/100", 11, tag), 10..20), "bad");
        assert_eq!(kind(&head(206, "", 10, tag), 10..20), "bad");
        assert_eq!(kind(&head(200, "", 100, tag), 10..20), "bad");
        assert_eq!(kind(&head(200, "", 100, tag), 0..100), "right");
        assert_eq!(kind(&head(200, "", 101, tag), 0..100), "changed");
        assert_eq!(kind(&head(204, "bytes 10-19/100", 10, tag), 10..20), "bad");
    }

    #[test]
    fn without_an_entity_tag_the_date_must_stay() {
        let version = Identity { etag: None, modified: Some("Mon".into()), ..expected() };
        let mut head = head(206, "bytes 10-19/100", 10, None);
        head.modified = Some("Mon".into());
        assert!(head.check(&version, &(10..20), "o").is_ok());
        head.modified = Some("Tue".into());
        assert!(matches!(head.check(&version, &(10..20), "o"), Err(Error::Changed { .. })));
    }

    #[test]
    fn encoded_content_is_refused() {
        let mut head = head(206, "bytes 10-19/100", 10, Some("\"a\""));
        head.content_encoding = Some("gzip".into());
        assert_eq!(kind(&head, 10..20), "bad");
    }

    proptest! {
        #[test]
        fn no_header_text_is_too_strange(text in "(bytes )?[0-9-/*a ]{0,50}") {
            if let Some((range, size)) = parse_range(&text) {
                prop_assert!(range.start < range.end && range.end <= size);
            }
        }
    }
}
