//! `rushes interviews …`

use std::process::ExitCode;

use serde_json::{Value, json};

use crate::cli::{Interviews, InterviewsVerb};
use crate::fault::Fault;
use crate::jobs::{self, moment, pages};
use crate::out::{self, plain};
use crate::remote::{Query, Remote, segment};
use crate::table::Table;

pub(crate) fn run(command: &Interviews) -> Result<ExitCode, Fault> {
    let remote = Remote::at(&command.at)?;
    let as_json = command.at.json;
    match &command.verb {
        InterviewsVerb::List { limit } => {
            let found = pages(&remote, "/api/v1/interviews", &Query::new(), "interviews", *limit)?;
            if as_json { out::json(&json!({ "interviews": found }))? } else { table(&found)? }
        }
        InterviewsVerb::Show { id } => {
            let found = remote.get(&path(id, ""))?;
            if as_json { out::json(&found)? } else { show(&found)? }
        }
        InterviewsVerb::Seal { id } => change(&remote, id, "seal", as_json)?,
        InterviewsVerb::Cancel { id } => change(&remote, id, "cancel", as_json)?,
        InterviewsVerb::Retry { id } => change(&remote, id, "retry", as_json)?,
        InterviewsVerb::Delete { id, recordings } => {
            let query = Query::new().flag("recordings", *recordings);
            let receipt = remote.delete(&query.behind(&path(id, "")))?;
            if as_json { out::json(&receipt)? } else { jobs::removed(&receipt)? }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(id: &str, more: &str) -> String {
    format!("/api/v1/interviews/{}{more}", segment(id))
}

fn change(remote: &Remote, id: &str, verb: &str, as_json: bool) -> Result<(), Fault> {
    let answer = remote.post(&path(id, &format!("/{verb}")), &json!({}))?;
    if as_json {
        return out::json(&answer);
    }
    show(&answer)
}

fn table(found: &[Value]) -> Result<(), Fault> {
    let mut table = Table::new(&["INTERVIEW", "TYPE", "STATE", "JOBS", "OPEN", "FAILED", "CREATED"]);
    for one in found {
        let cells = ["id", "interview_type", "state", "total_jobs", "open_jobs", "failed_jobs"];
        let cells = cells.map(|name| plain(&one[name]));
        table.row(cells.into_iter().chain([moment(&one["created_at"])]));
    }
    table.print("there are no interviews")
}

fn show(one: &Value) -> Result<(), Fault> {
    let name = |name: &'static str, field: &str| (name, plain(&one[field]));
    out::facts(&[
        name("interview", "id"),
        name("type", "interview_type"),
        name("state", "state"),
        name("sealed", "sealed"),
        name("jobs", "total_jobs"),
        name("open", "open_jobs"),
        name("failed", "failed_jobs"),
        name("expected", "expected_jobs"),
        name("generation", "generation"),
        ("created", moment(&one["created_at"])),
        ("completed", moment(&one["completed_at"])),
    ])?;
    match one["jobs"].as_array() {
        Some(jobs) if !jobs.is_empty() => {
            out::line("")?;
            jobs::table(jobs)
        }
        _ => Ok(()),
    }
}
