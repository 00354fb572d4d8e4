//! `rushes hosts …`

use std::process::ExitCode;

use rushes_model::ByteSize;
use serde_json::{Value, json};

use crate::cli::{Hosts, HostsVerb};
use crate::fault::Fault;
use crate::out::{self, plain};
use crate::remote::{Remote, segment};
use crate::table::Table;

pub(crate) fn run(command: &Hosts) -> Result<ExitCode, Fault> {
    let remote = Remote::at(&command.at)?;
    let as_json = command.at.json;
    let (id, verb, told) = match &command.verb {
        HostsVerb::List => {
            let hosts = remote.get("/api/v1/hosts")?;
            if as_json {
                out::json(&hosts)?
            } else {
                table(&hosts)?
            }
            return Ok(ExitCode::SUCCESS);
        }
        HostsVerb::Pause { id } => (id, "pause", "takes nothing new"),
        HostsVerb::Resume { id } => (id, "resume", "takes jobs again"),
        HostsVerb::Drain { id } => (id, "drain", "finishes what runs and ends"),
    };
    let answer = remote.post(&format!("/api/v1/hosts/{}/{verb}", segment(id)), &json!({}))?;
    if as_json {
        out::json(&answer)?;
    } else {
        out::line(format_args!("{id} {told}, as soon as it hears of it"))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Hosts as a table.
pub(crate) fn table(answer: &Value) -> Result<(), Fault> {
    let mut table = Table::new(&["HOST", "NAME", "VERSION", "JOBS", "MEMORY", "STATE", "PIPELINES"]);
    for host in answer["hosts"].as_array().into_iter().flatten() {
        let size = |name: &str| ByteSize::bytes(host[name].as_u64().unwrap_or_default());
        let jobs = format!("{}/{}", plain(&host["active_jobs_count"]), plain(&host["max_concurrent_jobs"]));
        let memory = format!("{} of {}", size("memory_used_bytes"), size("memory_limit_bytes"));
        let state = match host["throttle"].as_str() {
            _ if host["live"] == false => "silent",
            None | Some("none") => "works",
            Some(throttle) => throttle,
        };
        let [id, name, version] = ["id", "name", "version"].map(|name| plain(&host[name]));
        table.row([id, name, version, jobs, memory, state.replace('_', " "), plain(&host["pipelines"])]);
    }
    table.print("no host is alive")
}
