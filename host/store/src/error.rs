//! What can go wrong with the database.

use rushes_model::job::Refused;
use rushes_model::{ByteSize, Class, Classify, Code, DeliveryId, HostId, JobId, Reason};
use sea_orm::DbErr;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address names no database that this build knows.
    #[error("`{scheme}` is no database that can be used")]
    Address {
        /// What stands before the first colon.
        scheme: String,
    },
    /// It couldn't be opened.
    #[error("the database `{place}` can't be opened")]
    Open {
        /// Its file.
        place: String,
        /// Why.
        #[source]
        source: DbErr,
    },
    /// Its tables couldn't be brought up to date.
    #[error("the tables of the database can't be brought up to date")]
    Migrate(#[source] DbErr),
    /// A statement failed.
    #[error("the database refused or lost a statement")]
    Statement(#[from] DbErr),
    /// No job of that id.
    #[error("there is no job {0}")]
    UnknownJob(JobId),
    /// No interview of that name.
    #[error("there is no interview `{0}`")]
    UnknownInterview(String),
    /// An interview of that name is there already.
    #[error("there is an interview `{0}` already")]
    InterviewExists(String),
    /// No token of that id.
    #[error("there is no token `{0}`")]
    UnknownToken(String),
    /// A token can't be made.
    #[error("the machine gives no random bytes: {0}")]
    NoRandomness(String),
    /// A job that hasn't ended can't be deleted.
    #[error("the job {0} hasn't ended, and can't be deleted")]
    NotEnded(JobId),
    /// An interview has one type.
    #[error("the interview `{interview}` is of type `{known}`, not `{asked}`")]
    InterviewType {
        /// Which.
        interview: String,
        /// The type that it was made with.
        known: String,
        /// What was asked for.
        asked: String,
    },
    /// No host of that id.
    #[error("there is no host {0}")]
    UnknownHost(HostId),
    /// No webhook of that name.
    #[error("there is no webhook `{0}`")]
    UnknownEndpoint(String),
    /// No delivery of that id.
    #[error("there is no delivery {0}")]
    UnknownDelivery(DeliveryId),
    /// The job's state doesn't allow it.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// The idempotency key was used for another request.
    #[error("the idempotency key `{key}` was used for another request")]
    KeyReused {
        /// The key.
        key: String,
    },
    /// A partial or report is larger than is kept.
    #[error("{what} of {size}, more than the {allowed} that is kept")]
    TooLarge {
        /// What it is.
        what: &'static str,
        /// How large.
        size: ByteSize,
        /// What is allowed.
        allowed: ByteSize,
    },
    /// A row holds what no version of this program writes.
    #[error("`{column}` of {table} holds something unreadable")]
    Unreadable {
        /// Its table.
        table: &'static str,
        /// Its column.
        column: &'static str,
        /// Why, if it was JSON.
        #[source]
        source: Option<serde_json::Error>,
    },
    /// A value couldn't be written as JSON.
    #[error("{what} can't be written as JSON")]
    Unwritable {
        /// What it is.
        what: &'static str,
        /// Why.
        #[source]
        source: serde_json::Error,
    },
}

impl Error {
    pub(crate) const fn unreadable(table: &'static str, column: &'static str) -> Self {
        Self::Unreadable { table, column, source: None }
    }
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Open { .. } | Self::Statement(_) => Class::Transient,
            Self::Address { .. }
            | Self::UnknownJob(_)
            | Self::UnknownInterview(_)
            | Self::UnknownToken(_)
            | Self::UnknownEndpoint(_)
            | Self::UnknownDelivery(_)
            | Self::Refused(_)
            | Self::UnknownHost(_)
            | Self::NotEnded(_)
            | Self::InterviewExists(_)
            | Self::InterviewType { .. }
            | Self::KeyReused { .. } => Class::Permanent(Reason::Request),
            Self::TooLarge { .. } => Class::Permanent(Reason::Limits),
            Self::Migrate(_) | Self::NoRandomness(_) | Self::Unreadable { .. } | Self::Unwritable { .. } => {
                Class::Permanent(Reason::Internal)
            }
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Address { .. } => Code::SettingInvalid,
            Self::Open { .. } | Self::Migrate(_) | Self::Statement(_) => Code::DatabaseUnavailable,
            Self::UnknownJob(_) => Code::JobUnknown,
            Self::UnknownInterview(_) => Code::InterviewUnknown,
            Self::UnknownToken(_) => Code::TokenUnknown,
            Self::UnknownHost(_) => Code::HostUnknown,
            Self::NotEnded(_) => Code::JobState,
            Self::InterviewType { .. } => Code::RequestInvalid,
            Self::InterviewExists(_) => Code::InterviewExists,
            Self::UnknownEndpoint(_) => Code::WebhookUnknown,
            Self::UnknownDelivery(_) => Code::DeliveryUnknown,
            Self::Refused(refused) => refused.code(),
            Self::KeyReused { .. } => Code::RequestKeyReused,
            Self::TooLarge { .. } => Code::LimitsOutput,
            Self::NoRandomness(_) | Self::Unreadable { .. } | Self::Unwritable { .. } => Code::Internal,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Address { .. } => Some("set DATABASE_URL to `sqlite:` and a path, or to `postgres://user@host/name`".into()),
            Self::Open { .. } => Some("SQLite: look whether the folder exists, may be written, and is on a local disk; PostgreSQL: whether the server runs and lets this user in".into()),
            Self::Migrate(_) => {
                Some("the user of the database must be allowed to create tables; look into the database's own log".into())
            }
            Self::Statement(_) => Some("look whether the database runs, its disk is full, and the file may be written".into()),
            Self::KeyReused { .. } => Some("use a fresh Idempotency-Key for each new request".into()),
            Self::InterviewExists(_) => Some("give its further jobs with POST /api/v1/jobs, or choose another id".into()),
            Self::UnknownToken(_) => Some("`rushes token list` shows the ids".into()),
            Self::InterviewType { .. } => Some("leave interview_type out, or give the job to another interview".into()),
            Self::NotEnded(_) => Some("cancel it first".into()),
            Self::UnknownEndpoint(_) => Some("GET /api/v1/webhooks lists them; one is added in pipelines.toml".into()),
            Self::UnknownJob(_)
            | Self::UnknownHost(_)
            | Self::UnknownInterview(_)
            | Self::NoRandomness(_)
            | Self::UnknownDelivery(_)
            | Self::Refused(_)
            | Self::TooLarge { .. }
            | Self::Unreadable { .. }
            | Self::Unwritable { .. } => None,
        }
    }
}
