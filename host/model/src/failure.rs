//! Failures as users and the queue see them: a code with a page, whether to try again, and what to do.

use std::error::Error as StdError;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Whether trying again can help. Decided by the error that knows, never by reading its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Class {
    /// The same attempt may succeed later: a slow server, a lost lease, an object that changed once.
    Transient,
    /// The work was told to stop and goes back as it was; no attempt is charged.
    HandedBack,
    /// It will fail again the same way.
    Permanent(Reason),
}

/// Why something can't succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// The recording can't be read.
    Media,
    /// The object isn't there or may not be read.
    Storage,
    /// A limit was passed.
    Limits,
    /// The analyzer refused or broke.
    Analyzer,
    /// The request, pipeline or setting is wrong.
    Request,
    /// Somebody cancelled it.
    Cancelled,
    /// Ours: a broken invariant, a panic that was caught.
    Internal,
}

/// What every room's error enum can say about itself.
pub trait Classify: StdError {
    /// Whether trying again can help.
    fn class(&self) -> Class;
    /// Which page of `docs/errors/` explains it.
    fn code(&self) -> Code;
    /// What the user can do, in a sentence.
    fn help(&self) -> Option<String> {
        None
    }
}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal,)*) => {
        /// A stable name for something that can go wrong; `docs/errors/<code>.md` is its page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$name),*];

            /// The name, as in reports, problem documents and file names.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }
        }
    };
}

codes! {
    /// Nothing at all is in the file.
    MediaEmpty = "media.empty",
    /// The file ends before its recording was closed, or before bytes that its index names.
    MediaTruncated = "media.truncated",
    /// No container that we know, whatever the name says.
    MediaUnknown = "media.unknown-format",
    /// The container is known, its structure is broken.
    MediaMalformed = "media.malformed",
    /// Samples are encrypted.
    MediaEncrypted = "media.encrypted",
    /// A codec, profile or container that isn't read.
    MediaUnsupported = "media.unsupported",
    /// Dimensions, counts, rates or nesting beyond what is accepted.
    MediaLimits = "media.limits",
    /// No picture or sample could be decoded.
    MediaUndecodable = "media.undecodable",
    /// No analyzer of the pipeline has its input in the file.
    MediaNothing = "media.nothing-to-analyse",
    /// The object isn't there.
    StorageMissing = "storage.not-found",
    /// Not allowed to read it.
    StorageDenied = "storage.access-denied",
    /// It lies in an archive and must be restored first.
    StorageArchived = "storage.archived",
    /// It is encrypted with a key that only its writer has.
    StorageSealed = "storage.encrypted",
    /// It changed while it was read.
    StorageChanged = "storage.changed",
    /// It went away while it was read.
    StorageGone = "storage.gone",
    /// The server answers with errors, too slowly, or not at all.
    StorageUnavailable = "storage.unavailable",
    /// The server's answer isn't what was asked for.
    StorageProtocol = "storage.bad-answer",
    /// No credentials, or a region or endpoint that doesn't fit.
    StorageConfiguration = "storage.configuration",
    /// Fuel ran out.
    LimitsFuel = "limits.fuel",
    /// Memory ran out.
    LimitsMemory = "limits.memory",
    /// A call took too long.
    LimitsTime = "limits.time",
    /// Stack ran out.
    LimitsStack = "limits.stack",
    /// It returned or copied too much.
    LimitsOutput = "limits.output",
    /// It holds too many handles.
    LimitsResources = "limits.resources",
    /// It doesn't fit on disk beside what lies there.
    LimitsDisk = "limits.disk",
    /// The job's time is over.
    JobTimeout = "job.timeout",
    /// The job made no progress.
    JobStalled = "job.stalled",
    /// Somebody cancelled the job.
    JobCancelled = "job.cancelled",
    /// The lease was lost to another host.
    JobLeaseLost = "job.lease-lost",
    /// The host shuts down; the job goes back.
    JobHandedBack = "job.handed-back",
    /// Hosts crashed under this job too often.
    JobPoison = "job.poison",
    /// No host could finish it within the attempts allowed.
    JobExhausted = "job.attempts-exhausted",
    /// The job's file didn't come in time.
    JobFileTimeout = "job.file-timeout",
    /// A request that the job's state doesn't allow.
    JobState = "job.wrong-state",
    /// No job of that id.
    JobUnknown = "job.not-found",
    /// The job has no report, or none yet.
    JobNoReport = "job.no-report",
    /// No interview of that name.
    InterviewUnknown = "interview.not-found",
    /// An interview of that name is there already.
    InterviewExists = "interview.exists",
    /// No host of that id.
    HostUnknown = "host.not-found",
    /// No webhook of that name.
    WebhookUnknown = "webhook.not-found",
    /// No delivery of that id.
    DeliveryUnknown = "delivery.not-found",
    /// The analyzer panicked or trapped.
    AnalyzerTrapped = "analyzer.trapped",
    /// The analyzer said that it failed.
    AnalyzerFailed = "analyzer.failed",
    /// The analyzer refused the recording.
    AnalyzerInput = "analyzer.bad-input",
    /// What the analyzer returned breaks the contract or its own schema.
    AnalyzerOutput = "analyzer.bad-output",
    /// The file is no component, or one that imports what isn't granted.
    ComponentInvalid = "component.invalid",
    /// The component speaks a version of the contract that this host doesn't.
    ComponentContract = "component.contract",
    /// The component doesn't export the analyzer's interface.
    ComponentExport = "component.no-export",
    /// `describe` failed or returned something that isn't a descriptor.
    ComponentDescribe = "component.describe",
    /// A component's file can't be read.
    ComponentMissing = "component.not-found",
    /// `pipelines.toml` has errors.
    PipelineInvalid = "pipeline.invalid",
    /// No pipeline of that name.
    PipelineUnknown = "pipeline.unknown",
    /// A parameter that the analyzer's schema refuses.
    PipelineParams = "pipeline.params",
    /// A setting that can't be read or makes no sense.
    SettingInvalid = "setting.invalid",
    /// A request that can't be understood.
    RequestInvalid = "request.invalid",
    /// The idempotency key was used for another request.
    RequestKeyReused = "request.key-reused",
    /// The request's token is missing, unknown, ended or revoked.
    TokenInvalid = "token.invalid",
    /// The request's token doesn't allow it.
    TokenScope = "token.scope-missing",
    /// No token of that id.
    TokenUnknown = "token.not-found",
    /// Too many requests in too short a time.
    RequestRate = "request.too-many",
    /// The same request is being answered at this moment.
    RequestInProgress = "request.in-progress",
    /// No host answers where one was asked.
    HostUnreachable = "host.unreachable",
    /// The database can't be used.
    DatabaseUnavailable = "database.unavailable",
    /// A broken invariant of ours.
    Internal = "internal",
}

impl fmt::Display for Code {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

impl Serialize for Code {
    fn serialize<S: serde::Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        out.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Code {
    fn deserialize<D: serde::Deserializer<'de>>(source: D) -> Result<Self, D::Error> {
        let text = String::deserialize(source)?;
        Self::ALL
            .iter()
            .copied()
            .find(|code| code.as_str() == text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is no error code")))
    }
}

/// What went wrong, as it is stored, sent and printed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Its page.
    pub code: Code,
    /// Whether trying again can help.
    pub class: Class,
    /// The error and its causes, outermost first.
    pub chain: Vec<String>,
    /// What to do.
    pub help: Option<String>,
}

impl Failure {
    /// Takes an error of any room as a user will see it.
    pub fn of(error: &(impl Classify + ?Sized)) -> Self {
        let mut chain = vec![error.to_string()];
        let mut cause = error.source();
        while let Some(inner) = cause {
            let text = inner.to_string();
            if chain.last().is_none_or(|last| !last.ends_with(&text)) {
                chain.push(text);
            }
            cause = inner.source();
        }
        Self { code: error.code(), class: error.class(), chain, help: error.help() }
    }

    /// A failure without an error behind it.
    pub fn new(code: Code, class: Class, message: impl Into<String>) -> Self {
        Self { code, class, chain: vec![message.into()], help: None }
    }

    /// The same, saying what to do.
    pub fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Whether trying again can help.
    pub fn is_transient(&self) -> bool {
        matches!(self.class, Class::Transient | Class::HandedBack)
    }
}

/// `message: cause: cause`
impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.chain.join(": "))
    }
}

impl StdError for Failure {}
