//! What can be wrong with an endpoint before anything is sent.

use rushes_model::{Class, Classify, Code, Reason};

/// What can be wrong with an endpoint before anything is sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The secret isn't `whsec_` and base64, or there is none.
    #[error("the secret of webhook `{webhook}` is no Standard Webhooks secret")]
    Secret {
        /// Its name in the file.
        webhook: String,
    },
    /// The address can't be read.
    #[error("the address of webhook `{webhook}` can't be read")]
    Url {
        /// Its name in the file.
        webhook: String,
    },
    /// The HTTP client couldn't be made.
    #[error("the HTTP client can't be made")]
    Client(#[source] reqwest::Error),
    /// No endpoint of that name.
    #[error("there is no webhook `{0}`")]
    Unknown(String),
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Secret { .. } | Self::Url { .. } | Self::Unknown(_) => Class::Permanent(Reason::Request),
            Self::Client(_) => Class::Permanent(Reason::Internal),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Secret { .. } | Self::Url { .. } => Code::PipelineInvalid,
            Self::Unknown(_) => Code::WebhookUnknown,
            Self::Client(_) => Code::Internal,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Secret { .. } => Some("make one: echo whsec_$(openssl rand -base64 32)".into()),
            Self::Url { .. } => Some("write it as https://host/path".into()),
            Self::Unknown(_) => Some("GET /api/v1/webhooks lists them; one is added in pipelines.toml".into()),
            Self::Client(_) => None,
        }
    }
}
