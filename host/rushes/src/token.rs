//! `rushes token …`: on the database itself, for the first token is made before anybody can be asked.

use std::process::ExitCode;
use std::time::Duration;

use rushes_model::Scope;
use rushes_model::clock::Clock;
use rushes_store::{NewToken, Store, Token};
use serde_json::{Value, json};

use crate::cli::{Token as Command, TokenVerb};
use crate::fault::Fault;
use crate::out;
use crate::table::Table;
use crate::{host, moment};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

pub(crate) fn run(command: &Command) -> Result<ExitCode, Fault> {
    let settings = host::settings(command.pipelines.as_deref().or(host::nearby_pipelines()))?;
    std::fs::create_dir_all(&settings.data).map_err(|error| Fault::io(settings.data.display(), &error))?;
    let runtime = host::runtime()?;
    runtime.block_on(async {
        let store = Store::open(&settings.database()).await.map_err(|error| Fault::of(&error))?;
        let ended = act(&store, command).await;
        store.close().await.map_err(|error| Fault::of(&error))?;
        ended
    })
}

async fn act(store: &Store, command: &Command) -> Result<ExitCode, Fault> {
    let as_json = command.json;
    match &command.verb {
        TokenVerb::Create { name, scopes, expires } => {
            let expires_in = expires.as_deref().map(span).transpose()?;
            let new = NewToken { name: name.clone(), scopes: scopes.clone(), expires_in };
            let (token, secret) = store.write().create_token(new).await.map_err(|error| Fault::of(&error))?;
            let mut shown = body(&token);
            shown["token"] = secret.reveal().into();
            if as_json {
                out::json(&shown)?;
            } else {
                eprintln!("token {} of {}; it is shown this once:", token.id, token.name);
                out::line(secret.reveal())?;
            }
        }
        TokenVerb::List => {
            let tokens = store.read().tokens().await.map_err(|error| Fault::of(&error))?;
            if as_json {
                out::json(&json!({ "tokens": tokens.iter().map(body).collect::<Vec<_>>() }))?;
            } else {
                table(&tokens).print("there are no tokens: `rushes token create NAME --scopes …` makes one")?;
            }
        }
        TokenVerb::Revoke { id } => {
            let token = store.write().revoke_token(id).await.map_err(|error| Fault::of(&error))?;
            if as_json {
                out::json(&body(&token))?;
            } else {
                out::line(format_args!(
                    "token {} of {} is revoked; hosts forget it within seconds",
                    token.id, token.name
                ))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// `90d`, `12h`, `30min`.
fn span(text: &str) -> Result<Duration, Fault> {
    let unit = text.trim_start_matches(|one: char| one.is_ascii_digit());
    let number = text.strip_suffix(unit).and_then(|number| number.parse::<u32>().ok()).filter(|number| *number > 0);
    let one = match unit.trim() {
        "d" | "days" => Some(DAY),
        "h" | "hours" => Some(DAY / 24),
        "min" | "minutes" => Some(DAY / (24 * 60)),
        _ => None,
    };
    let span = number.zip(one).and_then(|(number, one)| one.checked_mul(number));
    span.ok_or_else(|| Fault::usage(format!("`{text}` is no time")).with_help("write 90d, 12h or 30min"))
}

fn body(token: &Token) -> Value {
    let at = |time: Option<i64>| time.map(moment::written);
    json!({
        "id": token.id, "name": token.name, "scopes": words(&token.scopes), "state": state(token),
        "created_at": moment::written(token.created_at_ms), "expires_at": at(token.expires_at_ms),
        "last_used_at": at(token.last_used_at_ms), "revoked_at": at(token.revoked_at_ms),
    })
}

fn table(tokens: &[Token]) -> Table {
    let mut table = Table::new(&["TOKEN", "NAME", "STATE", "SCOPES", "CREATED", "EXPIRES", "LAST USED"]);
    for token in tokens {
        let at = |time: Option<i64>| time.map(moment::shown).unwrap_or_default();
        let (created, expires, used) =
            (at(Some(token.created_at_ms)), at(token.expires_at_ms), at(token.last_used_at_ms));
        let scopes = words(&token.scopes).join(",");
        table.row([token.id.clone(), token.name.clone(), state(token).into(), scopes, created, expires, used]);
    }
    table
}

fn words(scopes: &[Scope]) -> Vec<&'static str> {
    scopes.iter().map(|scope| scope.as_str()).collect()
}

fn state(token: &Token) -> &'static str {
    let now = i64::try_from(Clock::System.now_ms()).unwrap_or(i64::MAX);
    match (token.revoked_at_ms, token.expires_at_ms) {
        (Some(_), _) => "revoked",
        (None, Some(end)) if end <= now => "expired",
        (None, _) => "good",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_has_a_unit() {
        assert_eq!(span("90d").unwrap(), 90 * DAY);
        assert_eq!(span("12h").unwrap(), DAY / 2);
        for wrong in ["", "90", "d", "-1d", "0d", "1 year", "99999999999d"] {
            assert!(span(wrong).is_err(), "{wrong}");
        }
    }
}
