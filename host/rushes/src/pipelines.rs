//! `rushes pipelines …`

use std::io::IsTerminal;
use std::process::ExitCode;

use crate::cli::Pipelines;
use crate::fault::Fault;
use crate::host;

pub(crate) fn run(command: &Pipelines) -> Result<ExitCode, Fault> {
    let Pipelines::Check { file } = command;
    let loaded = host::load(Some(file))?;
    if let Some(declared) = &loaded.catalog.declared {
        print!("{}", declared.summary(std::io::stdout().is_terminal()));
    }
    Ok(ExitCode::SUCCESS)
}
