//! `rushes pipelines …`

use std::io::IsTerminal;
use std::process::ExitCode;

use serde_json::json;

use crate::cli::{At, Pipelines};
use crate::fault::Fault;
use crate::remote::{Remote, segment};
use crate::{host, out};

pub(crate) fn run(command: &Pipelines) -> Result<ExitCode, Fault> {
    match command {
        Pipelines::Check { file } => {
            let loaded = host::load(Some(file))?;
            if let Some(declared) = &loaded.catalog.declared {
                print!("{}", declared.summary(std::io::stdout().is_terminal()));
            }
        }
        Pipelines::Pause { name, at } => ask(at, name, "pause", "is taken by no host now; what runs goes on")?,
        Pipelines::Resume { name, at } => ask(at, name, "resume", "is taken again")?,
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(at: &At, name: &str, verb: &str, told: &str) -> Result<(), Fault> {
    let answer = Remote::at(at)?.post(&format!("/api/v1/pipelines/{}/{verb}", segment(name)), &json!({}))?;
    if at.json { out::json(&answer) } else { out::line(format_args!("pipeline {name} {told}")) }
}
