//! What can go wrong with an object, told apart by what a reader or a person does next.

use std::time::Duration;

use rushes_model::{ByteSize, Class, Classify, Code, Reason};

type Source = Box<dyn std::error::Error + Send + Sync>;

/// [`Error::Denied`]'s code for a file that its owner keeps to himself.
pub(crate) const FILE_RIGHTS: &str = "permission denied";

/// S3's code for a request that was signed at another time than the server's.
const SKEWED: &str = "RequestTimeTooSkewed";

/// [`Error::Denied`]'s code begins so where a web server refused.
pub(crate) const HTTPS_RIGHTS: &str = "https status";

/// An object can't be had.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is there under that name.
    #[error("{object} is not there ({code})")]
    NotFound {
        /// Its address.
        object: String,
        /// What the server said: `NoSuchKey`, `NoSuchBucket`, or the status.
        code: String,
    },
    /// It is there, or may be, and we may not read it.
    #[error("{object} may not be read ({code})")]
    Denied {
        /// Its address.
        object: String,
        /// The server's code: `AccessDenied`, `SignatureDoesNotMatch`, `ExpiredToken`, …
        code: String,
    },
    /// It lies in an archive and must be restored first.
    #[error("{object} is archived ({class})")]
    Archived {
        /// Its address.
        object: String,
        /// Its storage class: `GLACIER`, `DEEP_ARCHIVE`, …
        class: String,
    },
    /// The server can't be read by ranges.
    #[error("{object} can't be read by ranges: {why}")]
    NoRanges {
        /// Its address.
        object: String,
        /// What it does instead.
        why: String,
    },
    /// It is to be fetched whole, and there is no room for it.
    #[error("{object} needs {needed}, more than the {allowed} of TEMP_MAX_MB")]
    NoRoom {
        /// Its address.
        object: String,
        /// Its size, or what came of it so far.
        needed: ByteSize,
        /// All the room there is.
        allowed: ByteSize,
    },
    /// The address is one that nothing may be fetched from.
    #[error("{object} may not be fetched: {why}")]
    Refused {
        /// Its address.
        object: String,
        /// What is wrong with it.
        why: String,
    },
    /// It is encrypted with a key that only its writer has (SSE-C).
    #[error("{object} is encrypted with a key of its writer's (SSE-C)")]
    Sealed {
        /// Its address.
        object: String,
    },
    /// The name is that of a folder, a pipe or a device.
    #[error("{object} is not a regular file")]
    NotAFile {
        /// Its path.
        object: String,
    },
    /// It is no longer the version that was opened.
    #[error("{object} changed while it was read: {how}")]
    Changed {
        /// Its address.
        object: String,
        /// What is different: entity tag, size, date, or a failed precondition.
        how: String,
    },
    /// It was there when it was opened and is no longer.
    #[error("{object} went away while it was read")]
    Gone {
        /// Its address.
        object: String,
    },
    /// The server asks for fewer requests.
    #[error("{object}: the server is busy (status {status}{request})")]
    Throttled {
        /// The object's address.
        object: String,
        /// 503 or 429.
        status: u16,
        /// `, request …` where the server gave an id.
        request: String,
        /// How long it asked us to wait.
        after: Option<Duration>,
    },
    /// The server fails, breaks off, stalls or can't be reached.
    #[error("{object}: {what}")]
    Unavailable {
        /// The object's address.
        object: String,
        /// What happened, with status and request id where there are any.
        what: String,
        /// The cause, where there is one.
        #[source]
        source: Option<Source>,
    },
    /// A part failed as often as it may be tried.
    #[error("gave up after {tries} tries at byte {offset}")]
    Exhausted {
        /// How many tries without progress.
        tries: u32,
        /// The byte at which they stopped.
        offset: u64,
        /// The last failure.
        #[source]
        source: Box<Error>,
    },
    /// The answer isn't what was asked for; nothing of it was used.
    #[error("{object}: the server's answer can't be right: {why}")]
    BadAnswer {
        /// The object's address.
        object: String,
        /// What is wrong with it.
        why: String,
    },
    /// The bucket lives in another region.
    #[error("bucket of {object} is in {}", .region.as_deref().unwrap_or("another region"))]
    WrongRegion {
        /// The object's address.
        object: String,
        /// Which, where the server says.
        region: Option<String>,
    },
    /// No credentials could be found.
    #[error("no S3 credentials")]
    NoCredentials {
        /// What the chain says.
        #[source]
        source: Source,
    },
    /// The server's certificate isn't one to be trusted: for another name, out of date, of an unknown authority.
    #[error("{object}: the server's certificate is refused")]
    Untrusted {
        /// The object's address.
        object: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// The request could not be made at all: an endpoint, region or name that can't be used.
    #[error("{object}: the request can't be made")]
    Configuration {
        /// The object's address.
        object: String,
        /// Why.
        #[source]
        source: Source,
    },
    /// A file can't be read.
    #[error("{path} can't be read")]
    File {
        /// Its path.
        path: String,
        /// The system's error.
        #[source]
        source: std::io::Error,
    },
    /// A part's task ended without an answer: ours.
    #[error("the download of bytes {start}..{end} ended early")]
    Interrupted {
        /// First byte.
        start: u64,
        /// End, exclusive.
        end: u64,
    },
}

/// What a part does about a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Remedy {
    /// Nothing helps here.
    None,
    /// Try again after a pause.
    Again,
    /// Try again, slower and later.
    Slower(Option<Duration>),
    /// Try again once with fresh credentials.
    Refresh,
    /// Try again once: what was wrong with the request was learnt from the answer.
    Once,
}

impl Error {
    pub(crate) fn remedy(&self) -> Remedy {
        match self {
            Self::Throttled { after, .. } => Remedy::Slower(*after),
            Self::Unavailable { .. } => Remedy::Again,
            // The client has the server's time from the answer, and signs with that from now on.
            Self::Denied { code, .. } if code == SKEWED => Remedy::Once,
            Self::Denied { .. } => Remedy::Refresh,
            Self::NotFound { .. }
            | Self::NotAFile { .. }
            | Self::NoRanges { .. }
            | Self::NoRoom { .. }
            | Self::Refused { .. }
            | Self::Archived { .. }
            | Self::Sealed { .. }
            | Self::Changed { .. }
            | Self::Gone { .. }
            | Self::Exhausted { .. }
            | Self::BadAnswer { .. }
            | Self::WrongRegion { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted { .. }
            | Self::Configuration { .. }
            | Self::File { .. }
            | Self::Interrupted { .. } => Remedy::None,
        }
    }
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Changed { .. }
            | Self::Gone { .. }
            | Self::Throttled { .. }
            | Self::Unavailable { .. }
            | Self::Exhausted { .. }
            // Keys expire, policies are mended, and a host without credentials is the host's fault, not the job's.
            | Self::Denied { .. }
            | Self::NoCredentials { .. } => Class::Transient,
            Self::NotFound { .. }
            | Self::NoRanges { .. }
            | Self::Refused { .. }
            | Self::Archived { .. }
            | Self::Sealed { .. }
            | Self::NotAFile { .. }
            | Self::BadAnswer { .. }
            | Self::WrongRegion { .. }
            | Self::Untrusted { .. }
            | Self::Configuration { .. }
            | Self::File { .. } => Class::Permanent(Reason::Storage),
            Self::NoRoom { .. } => Class::Permanent(Reason::Limits),
            Self::Interrupted { .. } => Class::Permanent(Reason::Internal),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::NotFound { .. } | Self::NotAFile { .. } => Code::StorageMissing,
            Self::Denied { .. } | Self::Refused { .. } => Code::StorageDenied,
            Self::Archived { .. } => Code::StorageArchived,
            Self::Sealed { .. } => Code::StorageSealed,
            Self::Changed { .. } => Code::StorageChanged,
            Self::Gone { .. } => Code::StorageGone,
            Self::Throttled { .. } | Self::Unavailable { .. } | Self::Exhausted { .. } | Self::File { .. } => {
                Code::StorageUnavailable
            }
            Self::BadAnswer { .. } | Self::NoRanges { .. } => Code::StorageProtocol,
            Self::WrongRegion { .. }
            | Self::NoCredentials { .. }
            | Self::Untrusted { .. }
            | Self::Configuration { .. } => Code::StorageConfiguration,
            Self::NoRoom { .. } => Code::LimitsDisk,
            Self::Interrupted { .. } => Code::Internal,
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::NotFound { code, .. } if code == "NoSuchBucket" => {
                "check the bucket's name, and that AWS_ENDPOINT_URL_S3 and AWS_REGION are those it was made in"
            }
            Self::NotFound { .. } => "check bucket and key: keys are case-sensitive and are given without URL encoding",
            Self::NotAFile { .. } => "give the path of a recording; folders and pipes are not read",
            Self::NoRanges { .. } => {
                "set ENABLE_STREAMING_PROCESSING=false, so that objects are fetched whole first, or put it into S3"
            }
            Self::NoRoom { .. } => "raise TEMP_MAX_MB, or stream: leave ENABLE_STREAMING_PROCESSING out",
            Self::Refused { .. } => "name the host or its network in HTTPS_ALLOW_PRIVATE, if it may be read from",
            Self::Archived { .. } => "restore the object, wait until that is done, and retry the job",
            Self::Sealed { .. } => "copy the object with a key that S3 manages (SSE-S3 or SSE-KMS) and use the copy",
            Self::Denied { code, .. } => help_with_access(code),
            Self::Changed { .. } => {
                "let the upload finish before the job is created; the job begins again with the new version"
            }
            Self::Gone { .. } => {
                "something deleted the object (a lifecycle rule, perhaps); upload it again and retry the job"
            }
            Self::Throttled { .. } => {
                "nothing to do if it passes; else lower STREAMING_MAX_REQUESTS or the number of jobs"
            }
            Self::Unavailable { .. } => "check that the storage answers (endpoint, network, its own logs) and retry",
            Self::Exhausted { source, .. } => return source.help(),
            Self::BadAnswer { .. } => {
                "a proxy or server between here and the object doesn't honour ranges; read from the storage itself"
            }
            Self::WrongRegion { region: Some(region), .. } => return Some(format!("set AWS_REGION={region}")),
            Self::WrongRegion { region: None, .. } => "set AWS_REGION to the bucket's region",
            Self::NoCredentials { .. } => {
                "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE; on AWS give the machine or pod a role"
            }
            Self::Untrusted { .. } => {
                "use the name that the certificate is for; an authority of your own goes into the file that AWS_CA_BUNDLE names"
            }
            Self::Configuration { .. } => "check AWS_ENDPOINT_URL_S3 (scheme, host, port) and AWS_REGION",
            Self::File { .. } => "check the disk or mount that holds the file",
            Self::Interrupted { .. } => return None,
        };
        Some(text.to_owned())
    }
}

/// What is missing, by S3's code.
fn help_with_access(code: &str) -> &'static str {
    match code {
        "SignatureDoesNotMatch" => "the secret key doesn't belong to the access key: check AWS_SECRET_ACCESS_KEY",
        "InvalidAccessKeyId" | "NotSignedUp" => {
            "the server doesn't know the access key: check AWS_ACCESS_KEY_ID and AWS_ENDPOINT_URL_S3"
        }
        "ExpiredToken" | "TokenRefreshRequired" | "InvalidToken" => {
            "the temporary credentials have expired: renew them (`aws sso login`, or a fresh AWS_SESSION_TOKEN)"
        }
        SKEWED => "this machine's clock is off by more than 15 minutes: set it",
        _ if code.starts_with(HTTPS_RIGHTS) => {
            "the server wants to know who asks, or a signed address has run out: submit the job with a fresh one"
        }
        FILE_RIGHTS => "give this user the right to read the file",
        _ => {
            "the credentials need s3:GetObject on the object, and s3:ListBucket on the bucket to tell a missing key \
             from a forbidden one"
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrong_region_names_the_one_to_set() {
        let error = Error::WrongRegion { object: "s3://a/b".into(), region: Some("eu-north-1".into()) };
        assert_eq!(error.to_string(), "bucket of s3://a/b is in eu-north-1");
        assert_eq!(error.help().as_deref(), Some("set AWS_REGION=eu-north-1"));
    }

    #[test]
    fn what_will_not_help_is_not_tried_again() {
        let changed = Error::Changed { object: "o".into(), how: "precondition failed".into() };
        assert_eq!(changed.remedy(), Remedy::None);
        assert_eq!(changed.class(), Class::Transient);
    }
}
