//! `rushes explain`: why a job waits or failed, and what to do.

use std::process::ExitCode;

use rushes_model::Code;
use serde_json::Value;

use crate::cli::Explain;
use crate::fault::Fault;
use crate::out::{self, plain};
use crate::remote::{Remote, segment};
use crate::table::Table;
use crate::{jobs, pages};

pub(crate) fn run(command: &Explain) -> Result<ExitCode, Fault> {
    let remote = Remote::at(&command.at)?;
    let path = format!("/api/v1/jobs/{}", segment(&command.job));
    let job = remote.get(&path)?;
    let attempts = remote.get(&format!("{path}/attempts")).unwrap_or_default();
    let page = job["failure"]["code"].as_str().and_then(|code| page(&remote, code));
    let next = next(&job);
    if command.at.json {
        let explained = serde_json::json!({ "job": job, "attempts": attempts["attempts"], "page": page, "next": next });
        out::json(&explained)?;
        return Ok(ExitCode::SUCCESS);
    }
    out::facts(&jobs::facts(&job))?;
    tries(&attempts)?;
    if let Some(page) = page {
        out::line(format_args!("\n{}", page.trim_end()))?;
    }
    out::line("\nWhat to do now")?;
    next.iter().try_for_each(|step| out::line(format_args!("- {step}")))?;
    Ok(ExitCode::SUCCESS)
}

/// The error's page: of this program, or of a host that knows more errors.
fn page(remote: &Remote, code: &str) -> Option<String> {
    let own = Code::ALL.iter().copied().find(|known| known.as_str() == code).and_then(pages::explain);
    own.map(str::to_owned).or_else(|| remote.get_text(&format!("/errors/{}", segment(code))).ok())
}

fn tries(answer: &Value) -> Result<(), Fault> {
    let Some(attempts) = answer["attempts"].as_array().filter(|attempts| !attempts.is_empty()) else { return Ok(()) };
    let mut table = Table::new(&["ATTEMPT", "STARTED", "ENDED", "OUTCOME", "HOST", "ERROR"]);
    for one in attempts {
        let [attempt, outcome, host] = ["attempt", "outcome", "host"].map(|name| plain(&one[name]));
        let [started, finished] = ["started_at", "finished_at"].map(|name| jobs::moment(&one[name]));
        let error = one["failure"]["message"].as_str().map_or_else(|| plain(&one["error"]), str::to_owned);
        table.row([attempt, started, finished, outcome, host, error]);
    }
    out::line("")?;
    table.print("")
}

/// What helps in this state.
fn next(job: &Value) -> Vec<String> {
    let (id, object) = (plain(&job["id"]), jobs::object(job));
    let retry = format!("`rushes jobs retry {id}` tries it now; segments that were finished aren't done again");
    match job["state"].as_str().unwrap_or_default() {
        "waiting_for_file" => vec![
            format!("put the recording at {object}; it is looked for by itself, an S3 event makes that immediate"),
            format!("`rushes doctor {object}` looks at the way there step by step"),
        ],
        "ready" => vec![
            "`rushes status` shows whether hosts are busy, paused, or short of memory".to_owned(),
            format!(
                "a host must serve queue `{}` and have pipeline `{}` loaded",
                plain(&job["queue"]),
                plain(&job["pipeline"])
            ),
        ],
        "retry_wait" => vec!["nothing: it is tried again by itself".to_owned(), retry],
        "processing" => vec![
            format!("`rushes jobs logs {id}` shows what analyzers say"),
            format!("`rushes jobs cancel {id}` stops it; a host that died loses it within a minute by itself"),
        ],
        "completed" => vec![format!("its report is at {}", plain(&job["report"]))],
        "cancelled" => vec![retry],
        _ if job["failure"]["transient"] == true => vec![retry],
        _ => vec!["mend what the page above names; the same recording fails the same way again".to_owned(), retry],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_state_says_what_to_do() {
        for state in rushes_model::job::State::ALL {
            let job = json!({ "id": "1", "state": state.as_str(), "bucket": "b", "key": "k", "queue": "default", "report": "/r" });
            assert!(!next(&job).is_empty(), "{state}");
        }
    }

    #[test]
    fn what_waits_for_its_file_is_sent_to_the_doctor() {
        let job = json!({ "state": "waiting_for_file", "bucket": "b", "key": "k" });
        assert!(next(&job).iter().any(|step| step.contains("rushes doctor s3://b/k")));
    }
}
