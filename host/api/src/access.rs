//! Who asks, whether they may, and how often.
//!
//! Off loopback every request but those for health needs a token. On loopback none is needed, but one that is sent must
//! be good. What a route needs is written with its description (`security` of the OpenAPI document), so that what is
//! said and what is done can't differ.

mod known;
mod needs;
mod rate;

use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, MatchedPath, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rushes_model::{Code, Scope};
use rushes_store::Token;

use crate::problem::Problem;
use crate::router::App;

pub(crate) use known::Known;
pub(crate) use needs::{Need, Needs};
pub(crate) use rate::Rates;

/// Who may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Only this machine can reach the listener: tokens are optional, and only names of this machine are answered.
    Loopback,
    /// Others can: everybody needs a token.
    Tokens,
}

/// Who asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Caller {
    /// Somebody on this machine, without a token.
    Local,
    /// The bearer of a token.
    Bearer(Token),
}

impl Caller {
    /// For the audit log.
    pub(crate) fn name(&self) -> &str {
        match self {
            Self::Local => "local",
            Self::Bearer(token) => &token.name,
        }
    }

    /// Whose idempotency keys are theirs.
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Local => "local",
            Self::Bearer(token) => &token.id,
        }
    }

    fn may(&self, need: Need) -> Result<(), Problem> {
        let (Need::Scope(scope), Self::Bearer(token)) = (need, self) else { return Ok(()) };
        if scope.is_granted_by(&token.scopes) {
            return Ok(());
        }
        let granted: Vec<&str> = token.scopes.iter().map(|scope| scope.as_str()).collect();
        let detail = format!("the token `{}` has no scope `{scope}`, only {}", token.name, granted.join(", "));
        Err(Problem::new(StatusCode::FORBIDDEN, Code::TokenScope, detail))
    }
}

/// The layer. Refuses, or hands on with the [`Caller`].
pub(crate) async fn access(State(app): State<App>, mut request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|path| path.as_str().to_owned());
    let need = app.needs.of(request.method(), path.as_deref());
    if need == Need::Nothing {
        return next.run(request).await;
    }
    let (presented, address) = (presented(request.headers()), address(&request));
    let caller = match caller(&app, presented, address).await {
        Ok(caller) => caller,
        Err(problem) => return problem.into_response(),
    };
    let rate = app.rates.count(&caller);
    let answer = match rate.refusal().map_or_else(|| caller.may(need), Err) {
        Ok(()) => {
            request.extensions_mut().insert(caller.clone());
            next.run(request).await
        }
        Err(problem) => problem.into_response(),
    };
    let mut answer = rate.told(answer);
    answer.extensions_mut().insert(caller);
    answer
}

async fn caller(app: &App, presented: Presented, address: Option<IpAddr>) -> Result<Caller, Problem> {
    let refused = |detail: &str| Err(Problem::new(StatusCode::UNAUTHORIZED, Code::TokenInvalid, detail));
    if matches!(presented, Presented::Nothing) && app.deps.access == Access::Loopback {
        return Ok(Caller::Local);
    }
    // Whoever guesses is slowed down before the database is asked.
    let is_known = matches!(&presented, Presented::Token(token) if app.known.has(token));
    if !is_known && let Some(problem) = app.rates.count_unknown(address).refusal() {
        return Err(problem);
    }
    let token = match presented {
        Presented::Nothing => return refused("the request has no `Authorization: Bearer …`"),
        Presented::Unreadable => return refused("the `Authorization` header holds no bearer token"),
        Presented::Token(token) => token,
    };
    match app.known.find(&app.deps, &token).await? {
        Some(token) => Ok(Caller::Bearer(token)),
        None => refused("the token is unknown, has ended, or was revoked"),
    }
}

enum Presented {
    Nothing,
    Unreadable,
    Token(String),
}

/// `Bearer …`; or `Basic …` with the token as password, for senders that know only names and passwords in an address
/// (Amazon SNS does).
fn presented(headers: &HeaderMap) -> Presented {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Presented::Nothing };
    let Some((scheme, rest)) = value.to_str().ok().and_then(|text| text.split_once(' ')) else {
        return Presented::Unreadable;
    };
    let token = match scheme.to_ascii_lowercase().as_str() {
        "bearer" => Some(rest.trim().to_owned()),
        "basic" => STANDARD.decode(rest.trim()).ok().and_then(|pair| String::from_utf8(pair).ok()).and_then(|pair| {
            let (_, password) = pair.split_once(':')?;
            Some(password.to_owned())
        }),
        _ => None,
    };
    token.map_or(Presented::Unreadable, Presented::Token)
}

fn address(request: &Request) -> Option<IpAddr> {
    request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip())
}

/// What needs a token, but no scope.
pub(crate) const ANY_TOKEN: Need = Need::Token;

/// For pages that are in no description.
pub(crate) const PAGES: Need = Need::Scope(Scope::ResultsRead);
