//! Sending.

use std::collections::BTreeMap;
use std::error::Error as _;
use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::redirect::Policy;
use reqwest::{Client, Response, StatusCode, Url, header};
use rushes_model::clock::Clock;
use rushes_model::pipeline::Webhook;
use rushes_model::private::PrivateHosts;
use rushes_store::Receiver;
use sha2::{Digest, Sha256};

use crate::guard::{Guard, Refused};
use crate::signature::{Secret, sign};
use crate::{Error, moment};

/// Bytes of an answer that are kept.
const KEPT: usize = 1_024;
/// So long after its status the beginning of an answer may take: it is for people who look for a mistake, no more.
const PATIENCE_FOR_TEXT: Duration = Duration::from_secs(1);

/// How messages are sent.
#[derive(Clone, Debug)]
pub struct Sending {
    /// Receivers that may lie in private networks.
    pub allow_private: PrivateHosts,
    /// A receiver has so long to answer.
    pub patience: Duration,
    /// What `webhook-timestamp` says.
    pub clock: Clock,
}

impl Default for Sending {
    fn default() -> Self {
        Self { allow_private: PrivateHosts::none(), patience: Duration::from_secs(20), clock: Clock::System }
    }
}

/// What is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// The event's, the same for every try.
    pub id: String,
    /// JSON.
    pub body: String,
}

/// A try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// What became of it.
    pub answer: Answer,
    /// Until the answer's status was there, or the try was given up.
    pub latency: Duration,
    /// The answer's beginning; none where there was no answer, or an empty one.
    pub text: Option<String>,
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
    url: Url,
    secrets: Vec<Secret>,
    events: Vec<String>,
}

/// Sends messages to the endpoints of `[webhooks]`. Cheap to clone.
#[derive(Clone)]
pub struct Sender {
    secure: Sealed,
    plain: Sealed,
    clock: Clock,
    endpoints: Arc<BTreeMap<String, Endpoint>>,
}

/// A client and the guard that its resolver is.
#[derive(Clone)]
struct Sealed {
    client: Client,
    guard: Guard,
}

impl Sender {
    /// Checks every address and secret.
    ///
    /// # Errors
    /// One of them is none, or the HTTP client can't be made.
    pub fn new(webhooks: &[Webhook], sending: Sending) -> Result<Self, Error> {
        let named = webhooks.iter().map(|webhook| Ok((webhook.name.clone(), endpoint(webhook)?)));
        let endpoints = named.collect::<Result<_, Error>>()?;
        // Whoever came first in this process chose the same one: `ring` is the only provider that is built.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let allowed = Arc::new(sending.allow_private);
        let sealed = |is_plain| Sealed::new(Guard::new(&allowed, is_plain), sending.patience);
        Ok(Self { secure: sealed(false)?, plain: sealed(true)?, clock: sending.clock, endpoints: Arc::new(endpoints) })
    }

    /// The endpoints, as others may see them.
    pub fn receivers(&self) -> Vec<Receiver> {
        let shown = |(name, endpoint): (&String, &Endpoint)| Receiver {
            name: name.clone(),
            url_digest: Sha256::digest(endpoint.url.as_str()).iter().map(|byte| format!("{byte:02x}")).collect(),
            // Scheme, host and port: paths of hooks are secrets with some receivers.
            shown: endpoint.url.origin().ascii_serialization(),
            events: endpoint.events.clone(),
        };
        self.endpoints.iter().map(shown).collect()
    }

    /// Tries once.
    ///
    /// # Errors
    /// There is no endpoint of that name.
    pub async fn send(&self, webhook: &str, message: &Message) -> Result<Tried, Error> {
        let endpoint = self.endpoints.get(webhook).ok_or_else(|| Error::Unknown(webhook.to_owned()))?;
        let sealed = if endpoint.url.scheme() == "https" { &self.secure } else { &self.plain };
        let begun = Instant::now();
        if let Err(refused) = sealed.guard.check_url(&endpoint.url) {
            return Ok(Tried::unanswered(refused.to_string(), begun));
        }
        let timestamp_s = self.clock.now_ms() / 1_000;
        let request = sealed
            .client
            .post(endpoint.url.clone())
            .header(header::CONTENT_TYPE, "application/json")
            .header("webhook-id", &message.id)
            .header("webhook-timestamp", timestamp_s.to_string())
            .header("webhook-signature", sign(&endpoint.secrets, &message.id, timestamp_s, &message.body))
            .body(message.body.clone());
        match request.send().await {
            Ok(response) => Ok(self.answered(response, begun).await),
            Err(error) => Ok(Tried::unanswered(reason(error), begun)),
        }
    }

    async fn answered(&self, mut response: Response, begun: Instant) -> Tried {
        let latency = begun.elapsed();
        let status = response.status();
        let asks_to_wait = matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE);
        let wait = response.headers().get(header::RETRY_AFTER).filter(|_| asks_to_wait);
        let wait = wait.and_then(|value| moment::retry_after(value.to_str().ok()?, self.clock.now_ms()));
        let text = beginning(&mut response).await;
        let answer = match status {
            _ if status.is_success() => Answer::Taken { status: status.as_u16() },
            StatusCode::GONE => Answer::Gone,
            _ => {
                let is_redirect = if status.is_redirection() { ", and redirects aren't followed" } else { "" };
                Answer::Refused { status: Some(status.as_u16()), why: format!("{status}{is_redirect}"), wait }
            }
        };
        Tried { answer, latency, text }
    }
}

impl Sealed {
    fn new(guard: Guard, patience: Duration) -> Result<Self, Error> {
        let client = Client::builder()
            .redirect(Policy::none())
            // A proxy would resolve names itself, behind the guard's back.
            .no_proxy()
            .dns_resolver(guard.clone())
            .timeout(patience)
            .user_agent(concat!("rushes/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(Error::Client)?;
        Ok(Self { client, guard })
    }
}

impl Tried {
    fn unanswered(why: String, begun: Instant) -> Self {
        let answer = Answer::Refused { status: None, why, wait: None };
        Self { answer, latency: begun.elapsed(), text: None }
    }
}

fn endpoint(webhook: &Webhook) -> Result<Endpoint, Error> {
    let name = || webhook.name.clone();
    let url = Url::parse(&webhook.url).ok().filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
    let url = url.ok_or_else(|| Error::Url { webhook: name() })?;
    let secrets: Option<Vec<Secret>> = webhook.secrets.iter().map(|secret| Secret::parse(secret)).collect();
    let secrets = secrets.filter(|secrets| !secrets.is_empty()).ok_or_else(|| Error::Secret { webhook: name() })?;
    Ok(Endpoint { url, secrets, events: webhook.events.clone() })
}

/// Its first kilobyte; a body without end is never read.
async fn beginning(response: &mut Response) -> Option<String> {
    let mut read = Vec::new();
    let reading = async {
        while read.len() < KEPT
            && let Ok(Some(piece)) = response.chunk().await
        {
            read.extend_from_slice(&piece);
        }
    };
    // What came before the time was over is kept.
    let _ = tokio::time::timeout(PATIENCE_FOR_TEXT, reading).await;
    read.truncate(KEPT);
    // PostgreSQL keeps no zero in a text.
    let text = String::from_utf8_lossy(&read).replace('\0', "\u{FFFD}");
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Why there was no answer: without the address, which may hold what nobody else should see.
fn reason(error: reqwest::Error) -> String {
    let error = error.without_url();
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut causes = Vec::new();
    let mut cause = error.source();
    while let Some(inner) = cause {
        if let Some(refused) = inner.downcast_ref::<Refused>() {
            return refused.to_string();
        }
        causes.push(inner.to_string());
        cause = inner.source();
    }
    if causes.is_empty() { error.to_string() } else { causes.join(": ") }
}

#[cfg(test)]
mod tests;
