//! Asking a host over HTTP: JSON in, JSON out, and an error that says what to do.
//!
//! Answers stay JSON values: a host may be older or newer than this program, and a field that it lacks is a gap in a
//! table, not an error.

mod address;

use std::time::Duration;

use rushes_model::Code;
use serde_json::Value;
use ureq::http::Response;
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, Body};

pub(crate) use address::{Query, segment};

use crate::cli::At;
use crate::fault::Fault;
use crate::host;

/// Where `rushes serve` listens if nobody says otherwise.
const NEARBY: &str = "http://127.0.0.1:9001";

/// A host answers in milliseconds; one that counts a million rows in a second.
const PATIENCE: Duration = Duration::from_secs(60);

/// One host.
pub(crate) struct Remote {
    agent: Agent,
    url: String,
    token: Option<String>,
}

impl Remote {
    /// The host that the command line or the environment names.
    pub(crate) fn at(at: &At) -> Result<Self, Fault> {
        let url = at.url.clone().or_else(|| host::env("RUSHES_URL")).unwrap_or_else(|| NEARBY.into());
        if !url.starts_with("http://") && !url.starts_with("https://") {
            return Err(Fault::usage(format!("`{url}` is no address of a host"))
                .with_help("write --url http://host:9001, or set RUSHES_URL"));
        }
        let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
        let config = Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE)).tls_config(tls);
        let token = token()?;
        Ok(Self { agent: config.build().new_agent(), url: url.trim_end_matches('/').to_owned(), token })
    }

    pub(crate) fn get(&self, path: &str) -> Result<Value, Fault> {
        json(self.fetch(path)?)
    }

    /// The same, also of an answer that says that something is down.
    pub(crate) fn get_whatever_status(&self, path: &str) -> Result<Value, Fault> {
        let sent = self.authorised(self.agent.get(self.address(path))).call();
        json(sent.map_err(|error| self.unreachable(&error))?)
    }

    /// The answer as it is: pages aren't JSON.
    pub(crate) fn get_text(&self, path: &str) -> Result<String, Fault> {
        text(self.fetch(path)?)
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Result<Value, Fault> {
        self.post_with_key(path, body, None)
    }

    /// The same; with a key, sent again it creates nothing new.
    pub(crate) fn post_with_key(&self, path: &str, body: &Value, key: Option<&str>) -> Result<Value, Fault> {
        let request = self.authorised(self.agent.post(self.address(path)));
        let request = match key {
            Some(key) => request.header("Idempotency-Key", key),
            None => request,
        };
        json(self.answered(request.send_json(body))?)
    }

    pub(crate) fn delete(&self, path: &str) -> Result<Value, Fault> {
        json(self.answered(self.authorised(self.agent.delete(self.address(path))).call())?)
    }

    fn fetch(&self, path: &str) -> Result<Response<Body>, Fault> {
        self.answered(self.authorised(self.agent.get(self.address(path))).call())
    }

    fn address(&self, path: &str) -> String {
        format!("{}{path}", self.url)
    }

    fn authorised<B>(&self, request: ureq::RequestBuilder<B>) -> ureq::RequestBuilder<B> {
        match &self.token {
            Some(token) => request.header("Authorization", format!("Bearer {token}")),
            None => request,
        }
    }

    /// The answer, if it is a good one.
    fn answered(&self, sent: Result<Response<Body>, ureq::Error>) -> Result<Response<Body>, Fault> {
        let answer = sent.map_err(|error| self.unreachable(&error))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status().as_u16();
        let problem: Value = serde_json::from_str(&text(answer)?).unwrap_or_default();
        Err(self.refused(status, &problem))
    }

    fn unreachable(&self, error: &ureq::Error) -> Fault {
        let help = match error {
            ureq::Error::HostNotFound => "check the name in --url or RUSHES_URL",
            ureq::Error::Timeout(_) => "the host is overloaded or a firewall swallows the request; try again",
            ureq::Error::Tls(_) | ureq::Error::Rustls(_) => {
                "the certificate isn't trusted here: add its authority to the system's, or use the name that it was made for"
            }
            _ => "start one with `rushes serve`, or say where it is with --url or RUSHES_URL",
        };
        let code = Code::HostUnreachable.as_str();
        Fault::new(code, format!("no host answers at {}", self.url)).because(error.to_string()).with_help(help)
    }

    /// A problem document as a fault.
    fn refused(&self, status: u16, problem: &Value) -> Fault {
        let said = |name: &str| problem[name].as_str();
        let Some(code) = said("code") else {
            let code = Code::HostUnreachable.as_str();
            return Fault::new(code, format!("{} answered with status {status} and no reason", self.url))
                .with_help("is it a Rushes host? A proxy may answer in its place");
        };
        let mut fault = Fault::new(code, said("detail").or(said("title")).unwrap_or("refused"));
        for error in problem["errors"].as_array().into_iter().flatten() {
            let place = error["pointer"].as_str().unwrap_or_default();
            let detail = error["detail"].as_str().or(error["message"].as_str()).unwrap_or_default();
            fault = fault.because(format!("{place} {detail}").trim().to_owned());
        }
        let help = said("help").map(str::to_owned).or_else(|| match status {
            401 => Some("set RUSHES_TOKEN; `rushes token create` makes one on a host of this database".to_owned()),
            _ => None,
        });
        if let Some(help) = help {
            fault = fault.with_help(help);
        }
        if matches!(status, 400 | 422) { fault.wrong_use() } else { fault }
    }
}

/// Secrets may come as a file.
fn token() -> Result<Option<String>, Fault> {
    if let Some(token) = host::env("RUSHES_TOKEN").filter(|token| !token.is_empty()) {
        return Ok(Some(token));
    }
    let Some(path) = host::env("RUSHES_TOKEN_FILE").filter(|path| !path.is_empty()) else { return Ok(None) };
    let read = std::fs::read_to_string(&path);
    read.map(|token| Some(token.trim().to_owned()))
        .map_err(|error| Fault::io(format!("RUSHES_TOKEN_FILE {path}"), &error))
}

fn text(mut answer: Response<Body>) -> Result<String, Fault> {
    // Reports may be large.
    let read = answer.body_mut().with_config().limit(256 << 20).read_to_string();
    read.map_err(|error| Fault::new(Code::HostUnreachable.as_str(), "the answer broke off").because(error.to_string()))
}

/// An answer without a body is nothing.
fn json(answer: Response<Body>) -> Result<Value, Fault> {
    let text = text(answer)?;
    if text.trim().is_empty() {
        return Ok(Value::Null);
    }
    serde_json::from_str(&text)
        .map_err(|error| Fault::new(Code::HostUnreachable.as_str(), "the answer is no JSON").because(error.to_string()))
}
