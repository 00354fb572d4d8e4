//! What can be wrong with an endpoint before anything is sent.

use rushes_model::{Class, Classify, Code, Reason};

/// What can be wrong with an endpoint before anything is sent.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The secret isn't `whsec_` and base64.
    #[error("the secret of webhook `{webhook}` is no Standard Webhooks secret")]
    Secret {
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
            Self::Secret { .. } | Self::Unknown(_) => Class::Permanent(Reason::Request),
            Self::Client(_) => Class::Permanent(Reason::Internal),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Secret { .. } | Self::Unknown(_) => Code::PipelineInvalid,
            Self::Client(_) => Code::Internal,
        }
    }

    fn help(&self) -> Option<String> {
        match self {
            Self::Secret { .. } => Some("make one: echo whsec_$(openssl rand -base64 32)".into()),
            Self::Unknown(_) => {
                Some("the webhook was taken out of pipelines.toml; its deliveries can't be sent".into())
            }
            Self::Client(_) => None,
        }
    }
}
