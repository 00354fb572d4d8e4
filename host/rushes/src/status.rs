//! `rushes status`

use std::io::{IsTerminal, Write};
use std::process::ExitCode;
use std::time::Duration;

use serde_json::Value;

use crate::cli::Status;
use crate::fault::Fault;
use crate::hosts;
use crate::out::{self, plain};
use crate::remote::Remote;

const PAUSE: Duration = Duration::from_secs(2);

/// The rows of the figures: what a person calls it, and the API's name.
const COUNTS: [(&str, &str); 8] = [
    ("waiting for their file", "waiting_for_file_jobs"),
    ("ready", "ready_jobs"),
    ("waiting to be retried", "retry_wait_jobs"),
    ("processing", "processing_jobs"),
    ("stuck", "stuck_jobs"),
    ("completed", "completed_jobs"),
    ("failed or cancelled", "failed_jobs"),
    ("all", "total_jobs"),
];

pub(crate) fn run(command: &Status) -> Result<ExitCode, Fault> {
    let remote = Remote::at(&command.at)?;
    if !command.watch {
        show(&remote, command.at.json)?;
        return Ok(ExitCode::SUCCESS);
    }
    loop {
        if std::io::stdout().is_terminal() && !command.at.json {
            clear()?;
        }
        // A host that restarts is worth waiting for.
        if let Err(fault) = show(&remote, command.at.json) {
            fault.print();
        }
        std::thread::sleep(PAUSE);
    }
}

/// Top left of an empty screen.
fn clear() -> Result<(), Fault> {
    let written = std::io::stdout().lock().write_all(b"\x1b[H\x1b[2J");
    written.map_err(|error| Fault::io("standard output", &error))
}

fn show(remote: &Remote, as_json: bool) -> Result<(), Fault> {
    let status = remote.get("/api/v1/queue/status")?;
    if as_json {
        return out::json(&status);
    }
    let counts: Vec<(&str, String)> = COUNTS.iter().map(|&(what, name)| (what, plain(&status[name]))).collect();
    out::facts(&counts)?;
    out::line("")?;
    out::line(sentence(&status))?;
    // A host of an older version lists none.
    match remote.get("/api/v1/hosts") {
        Ok(answer) => {
            out::line("")?;
            hosts::table(&answer)
        }
        Err(_) => Ok(()),
    }
}

fn sentence(status: &Value) -> String {
    let count = |name: &str| status[name].as_u64().unwrap_or_default();
    let hosts = count("live_hosts");
    let hosts = if hosts == 1 { "1 host".to_owned() } else { format!("{hosts} hosts") };
    let (busy, slots) = (count("active_jobs_count"), count("max_concurrent_jobs"));
    let room = status["capacity"]["recommended_jobs"].as_u64().unwrap_or(slots);
    let mut sentence = format!("{hosts}, {busy} of {slots} slots busy, memory for {room}");
    if let Some(throttle) = status["throttle"].as_str().filter(|throttle| *throttle != "none") {
        sentence.push_str(&format!("; the host asked is {}", throttle.replace('_', " ")));
    }
    if let Some(seconds) = status["oldest_ready_seconds"].as_f64() {
        sentence.push_str(&format!("; the oldest ready job has waited {seconds:.0} s"));
    }
    sentence
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_sentence_says_how_busy_hosts_are_and_why_one_takes_nothing() {
        let status = json!({ "live_hosts": 2, "active_jobs_count": 3, "max_concurrent_jobs": 6, "throttle": "memory_constrained",
            "capacity": { "recommended_jobs": 4 }, "oldest_ready_seconds": 12.4 });
        let expected = "2 hosts, 3 of 6 slots busy, memory for 4; the host asked is memory constrained; the oldest ready job has waited 12 s";
        assert_eq!(sentence(&status), expected);
    }

    #[test]
    fn a_host_that_says_less_is_understood() {
        assert_eq!(sentence(&json!({ "live_hosts": 1 })), "1 host, 0 of 0 slots busy, memory for 0");
    }
}
