//! The catalog: whether every pipeline can be loaded, how many of its jobs fit, and where webhooks go.

use std::time::Instant;

use rushes_config::Settings;
use rushes_memory::Budget;

use super::check::{Check, Findings};
use crate::catalog::Catalog;
use crate::cli::Doctor;
use crate::fault::Fault;
use crate::{host, serve};

pub(super) fn check(command: &Doctor, settings: &Settings, findings: &mut Findings) -> Result<(), Fault> {
    let begun = Instant::now();
    let catalog = match host::load(command.pipelines.as_deref().or(host::nearby_pipelines())) {
        Ok(loaded) => loaded.catalog,
        Err(fault) => {
            findings.add(Check::of_fault("pipelines", &fault).since(begun))?;
            return findings.add(Check::skipped("webhooks", "pipelines.toml can't be used")).map(drop);
        }
    };
    let names: Vec<&str> = catalog.iter().map(|ready| ready.pipeline.name.as_str()).collect();
    findings.add(Check::ok("pipelines", format!("loaded: {}", names.join(", "))).since(begun))?;
    if let Ok(budget) = Budget::new(serve::memory(settings)) {
        findings.add(together(&catalog, settings, &budget))?;
    }
    Ok(())
}

/// A job reserves its worst case when it is claimed, so slots may be more than memory bears.
fn together(catalog: &Catalog, settings: &Settings, budget: &Budget) -> Check {
    let largest =
        catalog.iter().map(|ready| (ready.reserves(settings.streaming_readahead), &ready.pipeline.name)).max();
    let Some((each, name)) = largest else { return Check::skipped("jobs at once", "there is no pipeline") };
    let (fits, slots) = (budget.more_jobs(each), settings.max_concurrent_jobs);
    let found = format!("{fits} of the largest pipeline, {name} ({each} each), fit into memory; {slots} are allowed");
    match fits {
        0 => Check::fail(
            "jobs at once",
            found,
            "give the host more memory, or lower `limits.memory` of that pipeline's analyzers or STREAMING_READAHEAD_MB",
        ),
        fits if fits < slots => {
            Check::warn("jobs at once", found, "nothing breaks: fewer jobs run at once than are allowed")
        }
        _ => Check::ok("jobs at once", found),
    }
}
