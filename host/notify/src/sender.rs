//! Sending.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, header};
use rushes_model::clock::Clock;
use rushes_model::pipeline::Webhook;

use crate::Error;
use crate::signature::{Secret, sign};

/// A receiver has so long to answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// A receiver may put us off for so long at most.
const LONGEST_WISH: Duration = Duration::from_secs(86_400);
/// Characters of an answer that are kept.
const KEPT: usize = 1_024;

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The event's, the same for every try.
    pub id: String,
    /// JSON.
    pub body: String,
}

/// What became of a try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The endpoint has it.
    Taken {
        /// 200 to 299.
        status: u16,
    },
    /// It hasn't: try again.
    Refused {
        /// None where there was no answer.
        status: Option<u16>,
        /// Why, for people.
        why: String,
        /// The endpoint's own wish (`Retry-After` of 429 and 503).
        wait: Option<Duration>,
    },
    /// It wants nothing more (410).
    Gone,
}

struct Endpoint {
    url: String,
    secret: Secret,
}

/// Sends messages to the endpoints of `[webhooks]`. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    client: Client,
    clock: Clock,
    endpoints: Arc<BTreeMap<String, Endpoint>>,
}

impl Sender {
    /// Checks every secret.
    ///
    /// # Errors
    /// A secret is none, or the HTTP client can't be made.
    pub fn new(webhooks: &[Webhook], clock: Clock) -> Result<Self, Error> {
        let endpoint = |webhook: &Webhook| {
            let refused = || Error::Secret { webhook: webhook.name.clone() };
            let secret = Secret::parse(&webhook.secret).ok_or_else(refused)?;
            Ok((webhook.name.clone(), Endpoint { url: webhook.url.clone(), secret }))
        };
        let endpoints = webhooks.iter().map(endpoint).collect::<Result<_, Error>>()?;
        // Whoever came first in this process chose the same one: `ring` is the only provider that is built.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .redirect(Policy::none())
            .timeout(PATIENCE)
            .user_agent(concat!("rushes/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::Client)?;
        Ok(Self { client, clock, endpoints: Arc::new(endpoints) })
    }

    /// Tries once.
    ///
    /// # Errors
    /// There is no endpoint of that name.
    pub async fn send(&self, webhook: &str, message: &Message) -> Result<Answer, Error> {
        let endpoint = self.endpoints.get(webhook).ok_or_else(|| Error::Unknown(webhook.to_owned()))?;
        let timestamp_s = self.clock.now_ms() / 1_000;
        let signature = sign(&endpoint.secret, &message.id, timestamp_s, &message.body);
        let request = self
            .client
            .post(&endpoint.url)
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp_s.to_string())
            .header("webhook-signature", signature)
            .body(message.body.clone());
        Ok(match request.send().await {
            Ok(response) => answer(response).await,
            // Without its address: that may hold what nobody else should see.
            Err(error) => Answer::Refused { status: None, why: error.without_url().to_string(), wait: None },
        })
    }
}

async fn answer(mut response: Response) -> Answer {
    let status = response.status();
    if status.is_success() {
        return Answer::Taken { status: status.as_u16() };
    }
    if status == StatusCode::GONE {
        return Answer::Gone;
    }
    let asks_to_wait = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
    let wait = response.headers().get(header::RETRY_AFTER).filter(|_| asks_to_wait);
    let wait = wait.and_then(|value| value.to_str().ok()?.parse().ok()).map(Duration::from_secs);
    let wait = wait.map(|wait| wait.min(LONGEST_WISH));
    // One piece is enough to see why; a body without end is never read.
    let piece = response.chunk().await.ok().flatten().unwrap_or_default();
    let text: String = String::from_utf8_lossy(&piece).chars().take(KEPT).collect();
    let why = if text.trim().is_empty() { status.to_string() } else { format!("{status}: {}", text.trim()) };
    Answer::Refused { status: Some(status.as_u16()), why, wait }
}

#[cfg(test)]
mod tests;
