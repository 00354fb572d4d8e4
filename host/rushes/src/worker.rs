//! `rushes worker`: jobs alone, without HTTP; for schedulers that start a container where there is work.

use std::process::ExitCode;

use rushes_queue::Mode;

use crate::cli::Worker;
use crate::fault::Fault;
use crate::plan::Plan;
use crate::{host, serve};

pub(crate) fn run(command: &Worker) -> Result<ExitCode, Fault> {
    let loaded = host::load(command.pipelines.as_deref().or(host::nearby_pipelines()))?;
    host::log_to_stderr(&loaded.settings)?;
    let mode = mode(command, loaded.settings.max_concurrent_jobs);
    let runtime = host::runtime()?;
    runtime.block_on(async {
        let storage = host::storage(&loaded.settings);
        let served = serve::start(loaded, storage, Plan::worker(mode)).await?;
        serve::finish(served, serve::signal()).await;
        Ok(ExitCode::SUCCESS)
    })
}

/// Without `--max`, `--once` takes as many as run at once.
fn mode(command: &Worker, slots: u32) -> Mode {
    match command.drain_idle {
        Some(patience) => Mode::UntilIdle(std::time::Duration::from_secs(patience)),
        None if command.once => Mode::Once(command.max.unwrap_or(slots)),
        None => Mode::Serve,
    }
}
