//! The key of a partial: everything that its bytes depend on, and nothing else.
//!
//! Limits, chunk sizes, the job, the host and the merger's own parameters are left out on purpose: changing them must
//! not repeat work. An object without a strong identity gives keys that no other attempt can meet.

use rushes_model::Identity;
use rushes_model::media::Segment;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::partials::Key;

/// What is the same for all segments of one analyzer in one job.
#[derive(Clone, Debug)]
pub(crate) struct KeyBase(Value);

/// Raised when the rule by which segments are cut, or what is kept under a key, changes.
const RULE: &str = "60 s at keyframes, kept/1";

impl KeyBase {
    /// `fed` says what the analyzer is fed and from which tracks; `nonce` is used where the object has no exact identity.
    pub(crate) fn new(parts: KeyParts<'_>) -> Self {
        Self(json!({
            "rule": RULE,
            "contract": parts.contract,
            "component": parts.digest,
            "params": parts.params,
            "object": object(parts.identity, parts.nonce),
            "fed": parts.fed,
            "media": parts.media,
            "decoder": parts.decoder,
            "engine": parts.engine,
            "processor": std::env::consts::ARCH,
        }))
    }

    /// The key of one segment; `carry` as the session before left it.
    pub(crate) fn of(&self, segment: &Segment, carry: Option<&[u8]>) -> Key {
        let carry = carry.map(|bytes| hex(&Sha256::digest(bytes)));
        let whole = json!({
            "base": self.0,
            "index": segment.index,
            "start": segment.span.start.as_micros(),
            "end": segment.span.end.as_micros(),
            "last": segment.is_last,
            "carry": carry,
        });
        let text = canonical(&whole);
        Key(hex(&Sha256::digest(text.as_bytes())))
    }
}

/// Keys of what scanning a recording without an index found, segment by segment.
#[derive(Clone, Debug)]
pub(crate) struct MarkKeys(Value);

impl MarkKeys {
    pub(crate) fn new(identity: &Identity, nonce: &str) -> Self {
        Self(json!({ "rule": RULE, "scan": rushes_media::SCANNER, "object": object(identity, nonce) }))
    }

    /// The key of one segment's.
    pub(crate) fn of(&self, segment: u32) -> Key {
        let text = canonical(&json!({ "base": self.0, "index": segment }));
        Key(hex(&Sha256::digest(text.as_bytes())))
    }
}

/// An object without an exact identity is another one in each attempt.
fn object(identity: &Identity, nonce: &str) -> Value {
    let nonce = (!identity.is_exact()).then_some(nonce);
    json!({
        "place": identity.place, "size": identity.size, "etag": identity.etag.as_ref().map(|tag| tag.as_str()),
        "version": identity.version, "nonce": nonce,
    })
}

/// See [`KeyBase::new`].
pub(crate) struct KeyParts<'a> {
    pub(crate) contract: &'a str,
    pub(crate) digest: &'a str,
    pub(crate) params: &'a str,
    pub(crate) identity: &'a Identity,
    pub(crate) nonce: &'a str,
    pub(crate) fed: &'a str,
    pub(crate) media: &'a str,
    pub(crate) decoder: &'a str,
    pub(crate) engine: &'a str,
}

/// JSON without white space and with sorted names, whatever map a feature of serde_json chose: equal values give equal
/// texts, which keys and parameters rely on.
pub fn canonical(value: &Value) -> String {
    let mut text = String::new();
    write_canonical(value, &mut text);
    text
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut names: Vec<_> = map.iter().collect();
            names.sort_by(|a, b| a.0.cmp(b.0));
            out.push('{');
            for (place, (name, inner)) in names.into_iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                out.push_str(&Value::from(name.as_str()).to_string());
                out.push(':');
                write_canonical(inner, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (place, item) in items.iter().enumerate() {
                if place > 0 {
                    out.push(',');
                }
                write_canonical(item, out);
            }
            out.push(']');
        }
        plain => out.push_str(&plain.to_string()),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use rushes_model::{ETag, MediaTime, Span};

    use super::*;

    fn identity(etag: &str) -> Identity {
        Identity { size: 10, etag: Some(ETag::new(etag)), version: None, modified: None, place: "s3 b k".into() }
    }

    fn base(identity: &Identity, params: &str, nonce: &str) -> KeyBase {
        KeyBase::new(KeyParts {
            contract: "0.1.0",
            digest: "sha256:1",
            params,
            identity,
            nonce,
            fed: "audio",
            media: "{}",
            decoder: "d",
            engine: "e",
        })
    }

    fn segment(start: u64) -> Segment {
        let span = Span::new(MediaTime::from_secs(start), MediaTime::from_secs(start + 60));
        Segment { index: 0, span, is_last: false }
    }

    #[test]
    fn a_key_changes_with_whatever_makes_the_partial() {
        let id = identity("\"a\"");
        let key = base(&id, "{}", "1").of(&segment(0), None);
        assert_eq!(key, base(&id, "{}", "2").of(&segment(0), None), "another attempt meets it");
        assert_ne!(key, base(&id, "{\"x\":1}", "1").of(&segment(0), None));
        assert_ne!(key, base(&identity("\"b\""), "{}", "1").of(&segment(0), None));
        assert_ne!(key, base(&id, "{}", "1").of(&segment(60), None));
        assert_ne!(key, base(&id, "{}", "1").of(&segment(0), Some(b"carry")));
    }

    #[test]
    fn an_object_without_a_strong_tag_shares_nothing_between_attempts() {
        let weak = identity("W/\"a\"");
        assert_ne!(base(&weak, "{}", "1").of(&segment(0), None), base(&weak, "{}", "2").of(&segment(0), None));
    }

    #[test]
    fn canonical_json_has_sorted_names() {
        let text = canonical(&json!({"b": [1, {"d": null, "c": "x\"y"}], "a": true}));
        assert_eq!(text, r#"{"a":true,"b":[1,{"c":"x\"y","d":null}]}"#);
    }
}
