//! `[webhooks.…]`: who is told. The only place where `${ENV}` is replaced.

use rushes_model::pipeline::Webhook;

use crate::problem::Problem;
use crate::suggest;
use crate::table::{At, Table};

/// What can be told of.
const EVENTS: [&str; 4] = ["interview.completed", "interview.failed", "job.failed", "job.cancelled"];

/// Reads all endpoints.
pub(crate) fn read(tables: Vec<(At<String>, Table<'_>)>, env: &dyn Fn(&str) -> Option<String>) -> Vec<Webhook> {
    tables.into_iter().filter_map(|(name, table)| webhook(&name, table, env)).collect()
}

fn webhook(name: &At<String>, table: Table<'_>, env: &dyn Fn(&str) -> Option<String>) -> Option<Webhook> {
    let mut table = table.named(format!("webhook `{}`", name.value));
    let url = substituted(name, &mut table, "url", env);
    let secrets = secrets(name, &mut table, env);
    let events = events(name, &mut table);
    if let Some(url) = url.as_ref().filter(|url| !is_http(&url.value)) {
        let message = "`url` must begin with https:// or http:// and name a host";
        table.refuse(Problem::new(table.key("url"), url.span.clone(), message));
    }
    table.finish();
    Some(Webhook { name: name.value.clone(), url: url?.value, secrets: secrets?, events })
}

/// One secret, or several while one is replaced by another: as a list, or with spaces between (from one variable).
fn secrets(webhook: &At<String>, table: &mut Table<'_>, env: &dyn Fn(&str) -> Option<String>) -> Option<Vec<String>> {
    let is_list = table.raw("secret").is_some_and(|value| value.get_ref().as_array().is_some());
    let written = if is_list {
        let listed = table.texts("secret")?.value.into_iter();
        listed.map(|one| replaced(table, "secret", one, env)).collect::<Option<Vec<_>>>()?
    } else {
        vec![substituted(webhook, table, "secret", env)?]
    };
    let refuse = |span, message: &str| {
        let problem = Problem::new(table.key("secret"), span, message);
        table.refuse(problem.with_help("make one: echo whsec_$(openssl rand -base64 32)"));
    };
    let mut secrets = Vec::new();
    for text in written {
        let mut parts = text.value.split_whitespace().peekable();
        if parts.peek().is_none() || !parts.clone().all(is_secret) {
            refuse(text.span.clone(), "`secret` is no Standard Webhooks secret");
        }
        secrets.extend(parts.map(str::to_owned));
    }
    if secrets.is_empty() {
        refuse(table.span(), "`secret` is an empty list");
    }
    Some(secrets)
}

fn events(name: &At<String>, table: &mut Table<'_>) -> Vec<String> {
    let Some(written) = table.texts("events") else {
        if table.raw("events").is_none() {
            let message = format!("webhook `{}` says no `events`", name.value);
            table.refuse(Problem::new(table.key("events"), table.span(), message));
        }
        return Vec::new();
    };
    for event in written.value.iter().filter(|event| !EVENTS.contains(&event.value.as_str())) {
        let label = match suggest::nearest(&event.value, EVENTS) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("known: {}", suggest::listed(EVENTS)),
        };
        let message = format!("unknown event `{}`", event.value);
        table.refuse(Problem::new(table.key("events"), event.span.clone(), message).with_label(label));
    }
    written.value.into_iter().map(|event| event.value).collect()
}

/// A text with every `${NAME}` replaced by that variable.
fn substituted(
    webhook: &At<String>,
    table: &mut Table<'_>,
    key: &'static str,
    env: &dyn Fn(&str) -> Option<String>,
) -> Option<At<String>> {
    let has_key = table.raw(key).is_some();
    let Some(written) = table.text(key) else {
        if !has_key {
            let message = format!("webhook `{}` needs `{key}`", webhook.value);
            table.refuse(Problem::new(table.key(key), table.span(), message));
        }
        return None;
    };
    replaced(table, key, written, env)
}

fn replaced(
    table: &Table<'_>,
    key: &'static str,
    written: At<String>,
    env: &dyn Fn(&str) -> Option<String>,
) -> Option<At<String>> {
    match substitute(&written.value, env) {
        Ok(value) => Some(At { value, span: written.span }),
        Err(message) => {
            table.refuse(Problem::new(table.key(key), written.span, message));
            None
        }
    }
}

fn substitute(text: &str, env: &dyn Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut done = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, after) = after.split_once('}').ok_or("a `${` without its `}`")?;
        let value = env(name).filter(|value| !value.is_empty());
        done.push_str(before);
        done.push_str(&value.ok_or_else(|| format!("the environment has no `{name}`"))?);
        rest = after;
    }
    done.push_str(rest);
    Ok(done)
}

fn is_http(url: &str) -> bool {
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    rest.is_some_and(|rest| rest.chars().next().is_some_and(|first| first.is_ascii_alphanumeric() || first == '['))
        && !url.contains(char::is_whitespace)
}

/// Standard Webhooks 1.0.0, "Signature scheme": `whsec_` and the base64 of 24 to 64 bytes.
fn is_secret(secret: &str) -> bool {
    let Some(encoded) = secret.strip_prefix("whsec_") else { return false };
    let digits = encoded.trim_end_matches('=');
    let is_base64 = digits.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/'));
    is_base64 && encoded.len().is_multiple_of(4) && (24..=64).contains(&(digits.len() * 3 / 4))
}
