//! `rushes webhooks …`

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::cli::{Webhooks, WebhooksVerb};
use crate::fault::Fault;
use crate::jobs::{moment, pages};
use crate::out::{self, plain};
use crate::remote::{Query, Remote, segment};
use crate::table::Table;

pub(crate) fn run(command: &Webhooks) -> Result<ExitCode, Fault> {
    let remote = Remote::at(&command.at)?;
    let as_json = command.at.json;
    match &command.verb {
        WebhooksVerb::List => {
            let found = remote.get("/api/v1/webhooks")?;
            if as_json { out::json(&found)? } else { table(&found)? }
        }
        WebhooksVerb::Deliveries { name, state, limit } => {
            let query = Query::new().with("state", state.as_deref());
            let found = pages(&remote, &path(name, "deliveries"), &query, "deliveries", *limit)?;
            if as_json { out::json(&json!({ "deliveries": found }))? } else { deliveries(&found)? }
        }
        WebhooksVerb::Replay { name, delivery, since, until } => {
            let answer = match (delivery, name) {
                (Some(id), _) => remote.post(&format!("/api/v1/deliveries/{}/replay", segment(id)), &json!({}))?,
                (None, name) => {
                    let range = [("since", since), ("until", until)];
                    let range =
                        range.into_iter().filter_map(|(end, at)| Some((end.to_owned(), Value::from(at.clone()?))));
                    let path = path(name.as_deref().unwrap_or_default(), "replay");
                    remote.post(&path, &Value::from(range.collect::<Map<_, _>>()))?
                }
            };
            let count = answer["deliveries"].as_u64().unwrap_or(1);
            if as_json {
                out::json(&answer)?
            } else {
                out::line(format_args!("{count} deliveries will be sent again"))?
            }
        }
        WebhooksVerb::Test { name } => {
            let answer = remote.post(&path(name, "test"), &json!({}))?;
            if as_json {
                out::json(&answer)?;
            } else {
                out::line(format_args!(
                    "a test event is on its way; `rushes webhooks deliveries {name}` shows how it went"
                ))?;
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(name: &str, verb: &str) -> String {
    format!("/api/v1/webhooks/{}/{verb}", segment(name))
}

fn table(answer: &Value) -> Result<(), Fault> {
    let mut table = Table::new(&["WEBHOOK", "STATE", "PENDING", "DEAD", "EVENTS", "URL"]);
    for one in answer["webhooks"].as_array().into_iter().flatten() {
        let cells = ["name", "state", "pending", "dead", "events", "url"];
        table.row(cells.map(|name| plain(&one[name])));
    }
    table.print("no webhook is declared: add one to [webhooks] of pipelines.toml")
}

fn deliveries(found: &[Value]) -> Result<(), Fault> {
    let mut table = Table::new(&["DELIVERY", "STATE", "TRIES", "STATUS", "EVENT", "NEXT", "ERROR"]);
    for one in found {
        let [id, state, attempt, status] = ["id", "state", "attempt", "last_status"].map(|name| plain(&one[name]));
        let event = plain(&one["event_type"]);
        table.row([id, state, attempt, status, event, moment(&one["next_at"]), plain(&one["last_error"])]);
    }
    table.print("there are no deliveries")
}
