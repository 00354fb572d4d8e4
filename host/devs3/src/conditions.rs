//! Preconditions, in the order of RFC 9110, section 13.2.2.

use std::time::SystemTime;

use s3s::dto::{ETag, ETagCondition, Timestamp};
use s3s::{S3Result, s3_error};

/// What a request makes its answer depend on.
#[derive(Debug, Default)]
pub(crate) struct Conditions {
    pub(crate) if_match: Option<ETagCondition>,
    pub(crate) if_none_match: Option<ETagCondition>,
    pub(crate) if_modified_since: Option<Timestamp>,
    pub(crate) if_unmodified_since: Option<Timestamp>,
}

impl Conditions {
    /// Whether an object of this tag and time may be sent.
    pub(crate) fn check(&self, etag: &ETag, modified: SystemTime) -> S3Result<()> {
        let modified = Timestamp::from(modified);
        match (&self.if_match, &self.if_unmodified_since) {
            (Some(ETagCondition::ETag(expected)), _) if !expected.strong_cmp(etag) => {
                return Err(s3_error!(PreconditionFailed));
            }
            (None, Some(since)) if modified > *since => return Err(s3_error!(PreconditionFailed)),
            _ => {}
        }
        match (&self.if_none_match, &self.if_modified_since) {
            (Some(ETagCondition::Any), _) => Err(s3_error!(NotModified)),
            (Some(ETagCondition::ETag(known)), _) if known.weak_cmp(etag) => Err(s3_error!(NotModified)),
            (None, Some(since)) if modified <= *since => Err(s3_error!(NotModified)),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, UNIX_EPOCH};

    use super::*;

    fn at(seconds: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(seconds)
    }

    fn tag(text: &str) -> ETag {
        ETag::Strong(text.to_owned())
    }

    #[test]
    fn a_matching_tag_outweighs_the_date() {
        let conditions = Conditions {
            if_match: Some(ETagCondition::ETag(tag("a"))),
            if_unmodified_since: Some(at(5).into()),
            ..Conditions::default()
        };
        assert!(conditions.check(&tag("a"), at(9)).is_ok());
        assert!(conditions.check(&tag("b"), at(1)).is_err());
        let conditions = Conditions { if_unmodified_since: Some(at(5).into()), ..Conditions::default() };
        assert!(conditions.check(&tag("a"), at(9)).is_err());
        assert!(conditions.check(&tag("a"), at(5)).is_ok());
    }

    #[test]
    fn a_weak_tag_never_matches() {
        let conditions =
            Conditions { if_match: Some(ETagCondition::ETag(ETag::Weak("a".into()))), ..Conditions::default() };
        assert!(conditions.check(&tag("a"), at(9)).is_err());
    }

    #[test]
    fn what_the_client_has_is_not_sent_again() {
        let conditions = Conditions { if_none_match: Some(ETagCondition::ETag(tag("a"))), ..Conditions::default() };
        assert!(conditions.check(&tag("a"), at(9)).is_err());
        assert!(conditions.check(&tag("b"), at(9)).is_ok());
        let conditions = Conditions { if_modified_since: Some(at(9).into()), ..Conditions::default() };
        assert!(conditions.check(&tag("a"), at(9)).is_err());
        assert!(conditions.check(&tag("a"), at(10)).is_ok());
    }
}
