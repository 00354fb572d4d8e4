//! `rushes health`: for people, and for containers that have no curl.

use std::process::ExitCode;

use serde_json::Value;

use crate::cli::Health;
use crate::fault::Fault;
use crate::out::{self, plain};
use crate::remote::Remote;

const PARTS: [&str; 6] = ["status", "service", "memory", "database", "storage", "pipelines"];

pub(crate) fn run(command: &Health) -> Result<ExitCode, Fault> {
    // A host that is down says so with 503, and what it says is the answer.
    let health = Remote::at(&command.at)?.get_whatever_status("/health/health")?;
    if command.at.json {
        out::json(&health)?;
    } else {
        let facts = PARTS.map(|part| (part, told(&health[part])));
        out::facts(&facts)?;
    }
    Ok(if health["status"] == "down" { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// `degraded: draining`
fn told(part: &Value) -> String {
    match (part["state"].as_str(), part["why"].as_str()) {
        (Some(state), Some(why)) => format!("{state}: {why}"),
        (Some(state), None) => state.to_owned(),
        (None, _) => plain(part),
    }
}
