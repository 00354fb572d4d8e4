//! `rushes jobs …`

use std::process::ExitCode;

use serde_json::{Map, Value, json};

use crate::cli::{Chosen, Jobs, JobsVerb, Which};
use crate::fault::Fault;
use crate::out::{self, plain};
use crate::remote::{Query, Remote, segment};
use crate::table::Table;

/// As many as a page may hold.
const PAGE: usize = 200;

pub(crate) fn run(command: &Jobs) -> Result<ExitCode, Fault> {
    let remote = Remote::at(&command.at)?;
    let as_json = command.at.json;
    match &command.verb {
        JobsVerb::List { which, limit } => list(&remote, which, *limit, as_json)?,
        JobsVerb::Show { id } => show(&remote.get(&path(id, ""))?, as_json)?,
        JobsVerb::Retry(some) => return each(&remote, some, "retry", "will be tried", as_json),
        JobsVerb::Cancel(some) => return each(&remote, some, "cancel", "will be cancelled", as_json),
        JobsVerb::Logs { id } => logs(&remote, id, as_json)?,
        JobsVerb::Delete { id } => {
            let receipt = remote.delete(&path(id, ""))?;
            if as_json { out::json(&receipt)? } else { removed(&receipt)? }
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn path(id: &str, more: &str) -> String {
    format!("/api/v1/jobs/{}{more}", segment(id))
}

fn list(remote: &Remote, which: &Which, limit: usize, as_json: bool) -> Result<(), Fault> {
    let query = query(which);
    let jobs = pages(remote, "/api/v1/jobs", &query, "jobs", limit)?;
    if as_json {
        return out::json(&json!({ "jobs": jobs }));
    }
    table(&jobs)
}

/// Page after page, until there are so many.
pub(crate) fn pages(remote: &Remote, path: &str, query: &Query, name: &str, limit: usize) -> Result<Vec<Value>, Fault> {
    let mut found = Vec::new();
    let mut cursor: Option<String> = None;
    while found.len() < limit {
        let wanted = PAGE.min(limit - found.len());
        let query = query.clone().with("limit", Some(&wanted)).with("cursor", cursor.as_deref());
        let mut page = remote.get(&query.behind(path))?;
        if let Value::Array(items) = page[name].take() {
            found.extend(items);
        }
        cursor = page["next"].as_str().map(str::to_owned);
        if cursor.is_none() {
            break;
        }
    }
    Ok(found)
}

/// `--status` takes a number or a state; the API tells them apart by name.
fn status_or_state(which: &Which) -> (Option<&str>, Option<&str>) {
    match which.status.as_deref() {
        Some(status @ ("0" | "1" | "2" | "3")) => (Some(status), None),
        state => (None, state),
    }
}

fn query(which: &Which) -> Query {
    let (status, state) = status_or_state(which);
    Query::new()
        .with("status", status)
        .with("state", state)
        .with("interview_id", which.interview.as_deref())
        .with("pipeline", which.pipeline.as_deref())
        .with("queue", which.queue.as_deref())
        .with("created_after", which.created_after.as_deref())
        .with("created_before", which.created_before.as_deref())
        .flag("stuck", which.stuck)
}

/// The same in a body.
fn filter(which: &Which) -> Map<String, Value> {
    let (status, state) = status_or_state(which);
    let given = [
        ("status", status),
        ("state", state),
        ("interview_id", which.interview.as_deref()),
        ("pipeline", which.pipeline.as_deref()),
        ("queue", which.queue.as_deref()),
        ("created_after", which.created_after.as_deref()),
        ("created_before", which.created_before.as_deref()),
    ];
    let given = given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), Value::from(value?))));
    given.chain(which.stuck.then(|| ("stuck".to_owned(), Value::Bool(true)))).collect()
}

/// Jobs as a table.
pub(crate) fn table(jobs: &[Value]) -> Result<(), Fault> {
    let mut table = Table::new(&["JOB", "STATE", "DONE", "PIPELINE", "INTERVIEW", "CREATED", "OBJECT"]);
    for job in jobs {
        let done = job["progress"].as_f64().map_or_else(String::new, |share| format!("{:.0} %", share * 100.0));
        let cells = ["id", "state"].map(|name| plain(&job[name]));
        let more = ["pipeline", "interview_id"].map(|name| plain(&job[name]));
        let created = moment(&job["created_at"]);
        table.row(cells.into_iter().chain([done]).chain(more).chain([created, object(job)]));
    }
    table.print("no job matches")
}

pub(crate) fn object(job: &Value) -> String {
    rushes_model::ObjectRef::of_place(&plain(&job["bucket"]), &plain(&job["key"])).to_string()
}

/// To the second: `2026-01-31 12:00:00`.
pub(crate) fn moment(value: &Value) -> String {
    let text = plain(value);
    text.get(..19).map_or(text.clone(), |short| short.replace('T', " "))
}

/// Whether nothing more happens to it by itself.
pub(crate) fn is_final(job: &Value) -> bool {
    matches!(job["state"].as_str(), Some("completed" | "failed" | "cancelled"))
}

fn show(job: &Value, as_json: bool) -> Result<(), Fault> {
    if as_json {
        return out::json(job);
    }
    out::facts(&facts(job))
}

/// A job as names and values.
pub(crate) fn facts(job: &Value) -> Vec<(&'static str, String)> {
    let failure = &job["failure"];
    let failed = failure["code"].as_str().map(|code| format!("{code}: {}", plain(&failure["message"])));
    let size = job["object"]["size"].as_u64().map(|size| format!(" ({})", rushes_model::ByteSize::bytes(size)));
    vec![
        ("job", plain(&job["id"])),
        ("state", plain(&job["state"])),
        ("why", plain(&job["why"])),
        ("failure", failed.unwrap_or_default()),
        ("help", plain(&failure["help"])),
        ("object", object(job) + &size.unwrap_or_default()),
        ("pipeline", plain(&job["pipeline"])),
        ("interview", plain(&job["interview_id"])),
        ("type", plain(&job["interview_type"])),
        ("queue", plain(&job["queue"])),
        ("priority", plain(&job["priority"])),
        ("attempt", plain(&job["attempt"])),
        ("host", plain(&job["host"])),
        ("created", moment(&job["created_at"])),
        ("started", moment(&job["started_at"])),
        ("finished", moment(&job["finished_at"])),
        ("next try", moment(&job["retry_at"])),
        ("metadata", plain(&job["metadata"])),
    ]
}

/// How a job ended: to standard error, for its report is the result.
pub(crate) fn ended(job: &Value) -> Result<(), Fault> {
    let failure = &job["failure"];
    if job["state"] == "completed" {
        eprintln!("completed; its report is at {}", plain(&job["report"]));
        return Ok(());
    }
    let code = failure["code"].as_str().unwrap_or("job.cancelled");
    let fault = Fault::new(code, plain(&job["why"]));
    match failure["help"].as_str() {
        Some(help) => fault.with_help(help).print(),
        None => fault.print(),
    }
    Ok(())
}

/// One after another, each with its own answer; or all that match, at once.
fn each(remote: &Remote, some: &Chosen, verb: &str, told: &str, as_json: bool) -> Result<ExitCode, Fault> {
    if some.all {
        return matching(remote, &some.which, verb, told, as_json).map(|()| ExitCode::SUCCESS);
    }
    let mut code = ExitCode::SUCCESS;
    for id in &some.ids {
        match remote.post(&path(id, &format!("/{verb}")), &json!({})) {
            Ok(job) if as_json => out::json(&job)?,
            Ok(job) => out::line(format_args!("{id} {told}: {}", plain(&job["why"])))?,
            Err(fault) if some.ids.len() == 1 => return Err(fault),
            Err(fault) => {
                eprintln!("{id}:");
                fault.print();
                code = ExitCode::FAILURE;
            }
        }
    }
    Ok(code)
}

fn matching(remote: &Remote, which: &Which, verb: &str, told: &str, as_json: bool) -> Result<(), Fault> {
    let filter = filter(which);
    if filter.is_empty() {
        return Err(Fault::usage(format!("`jobs {verb} --all` names no filter")).with_help(
            "say which with --status, --pipeline, --interview, --queue, --stuck, --created-after or --created-before",
        ));
    }
    let answer = remote.post(&format!("/api/v1/jobs/{verb}"), &json!({ "filter": filter }))?;
    if as_json {
        return out::json(&answer);
    }
    let refused = answer["refused"].as_u64().filter(|refused| *refused > 0);
    let refused =
        refused.map_or_else(String::new, |count| format!("; {count} more match, and their state doesn't allow it"));
    out::line(format_args!("{} jobs {told}{refused}", plain(&answer["changed"])))
}

fn logs(remote: &Remote, id: &str, as_json: bool) -> Result<(), Fault> {
    let lines = pages(remote, &path(id, "/log"), &Query::new(), "lines", usize::MAX)?;
    if as_json {
        return out::json(&json!({ "lines": lines }));
    }
    for one in &lines {
        out::line(format_args!("{} {}", moment(&one["at"]), said(one)))?;
    }
    Ok(())
}

/// What an analyzer said, or what the host met. Foreign text: it may not speak to the terminal.
fn said(line: &Value) -> String {
    let detail = &line["detail"];
    let text = match plain(&line["kind"]).as_str() {
        "log" => {
            let [level, analyzer, message] = ["level", "analyzer", "message"].map(|name| plain(&detail[name]));
            format!("{level:<5} {analyzer} {message}")
        }
        kind => format!("{kind:<5} {}", plain(detail)),
    };
    text.replace(char::is_control, " ")
}

/// What went away, and which recordings are still there.
pub(crate) fn removed(receipt: &Value) -> Result<(), Fault> {
    let mut table = Table::new(&["REMOVED", "COUNT"]);
    for (what, count) in receipt.as_object().into_iter().flatten().filter(|(_, count)| count.is_u64()) {
        table.row([what.replace('_', " "), plain(count)]);
    }
    table.print("nothing was there to remove")?;
    for (field, what) in [("recordings_deleted", "deleted"), ("recordings_kept", "still there")] {
        for recording in receipt[field].as_array().into_iter().flatten() {
            out::line(format_args!("{} is {what}", plain(recording)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_may_be_a_number_or_a_state() {
        let which = |status: &str| Which { status: Some(status.into()), stuck: true, ..Which::default() };
        assert_eq!(query(&which("2")).behind(""), "?status=2&stuck=true");
        assert_eq!(query(&which("retry_wait")).behind(""), "?state=retry_wait&stuck=true");
        assert_eq!(Value::from(filter(&which("2"))), json!({ "status": "2", "stuck": true }));
    }

    #[test]
    fn an_analyzers_line_cannot_speak_to_the_terminal() {
        let line =
            json!({ "kind": "log", "detail": { "level": "warn", "analyzer": "picture", "message": "\u{1b}[2J dark" } });
        assert_eq!(said(&line), "warn  picture  [2J dark");
    }

    #[test]
    fn a_moment_is_read_to_the_second() {
        assert_eq!(moment(&json!("2026-01-31T12:00:00.123Z")), "2026-01-31 12:00:00");
        assert_eq!(moment(&Value::Null), "");
    }
}
