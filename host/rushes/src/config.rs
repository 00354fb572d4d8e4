//! `rushes config …`

use std::io::Write;
use std::process::ExitCode;

use rushes_config::{Document, Settings};
use serde_json::json;

use crate::catalog::{read_document, refused_config};
use crate::cli::Config;
use crate::fault::Fault;
use crate::{host, out};

pub(crate) fn run(command: &Config) -> Result<ExitCode, Fault> {
    let Config::Show { pipelines, json: as_json } = command;
    let document = pipelines.as_deref().map(read_document).transpose()?;
    let settings = Settings::load(host::env, document.as_ref().map(Document::host));
    let settings = settings.map_err(|refusals| refused_config(&refusals.into()))?;
    if *as_json {
        let each = |shown: &rushes_config::settings::Shown| json!({ "name": shown.name, "value": shown.value, "origin": shown.origin.to_string() });
        out::json(&settings.shown().map(each).collect::<Vec<_>>().into())?;
        return Ok(ExitCode::SUCCESS);
    }
    let mut stdout = std::io::stdout().lock();
    for shown in settings.shown() {
        let line = writeln!(stdout, "{:<32} {:<24} {}", shown.name, shown.value, shown.origin);
        line.map_err(|error| Fault::io("standard output", &error))?;
    }
    Ok(ExitCode::SUCCESS)
}
