//! What each route needs, read from the description.

use std::collections::HashMap;

use axum::http::Method;
use rushes_model::Scope;
use serde_json::Value;
use utoipa::openapi::OpenApi;

/// What a request needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Need {
    /// Anybody may ask.
    Nothing,
    /// A good token, with any scope.
    Token,
    /// A good token with this scope.
    Scope(Scope),
}

/// What each route needs.
#[derive(Debug, Default)]
pub(crate) struct Needs {
    by_route: HashMap<(String, String), Need>,
}

impl Needs {
    /// As described: an operation with `security: []` needs nothing; one that says nothing needs `admin`, so that a
    /// forgotten line opens nothing.
    pub(crate) fn read(described: &OpenApi) -> Self {
        let document = serde_json::to_value(described).unwrap_or_default();
        let mut by_route = HashMap::new();
        for (path, item) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in item.as_object().into_iter().flatten() {
                by_route.insert((method.to_ascii_uppercase(), path.clone()), need_of(operation));
            }
        }
        Self { by_route }
    }

    /// The same, with pages that no description names.
    pub(crate) fn with(mut self, path: &str, need: Need) -> Self {
        self.by_route.insert(("GET".to_owned(), path.to_owned()), need);
        self
    }

    /// What a request needs; where no route is met, a token: what there is isn't told to everybody.
    pub(crate) fn of(&self, method: &Method, path: Option<&str>) -> Need {
        let Some(path) = path else { return Need::Token };
        let method = if method == Method::HEAD { "GET" } else { method.as_str() };
        self.by_route.get(&(method.to_owned(), path.to_owned())).copied().unwrap_or(Need::Token)
    }
}

fn need_of(operation: &Value) -> Need {
    let Some(ways) = operation["security"].as_array() else { return Need::Scope(Scope::Admin) };
    let Some(way) = ways.first().and_then(|way| way.get("bearer")) else { return Need::Nothing };
    match way.get(0).and_then(Value::as_str).map(str::parse) {
        Some(Ok(scope)) => Need::Scope(scope),
        Some(Err(_)) => Need::Scope(Scope::Admin),
        None => Need::Token,
    }
}
