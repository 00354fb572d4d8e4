//! `rushes doctor`: looks at everything that a host needs, one thing after another, and says what to do.
//!
//! Nothing has to run for it, and it changes nothing. What a failed step makes pointless is skipped, not failed: the first
//! failure is the one to mend.

mod check;
mod database;
mod machine;
mod network;
mod pipelines;
mod storage;

use std::process::ExitCode;

use rushes_config::Settings;

use crate::cli::Doctor;
use crate::doctor::check::{Check, Findings};
use crate::fault::Fault;
use crate::host;

pub(crate) fn run(command: &Doctor) -> Result<ExitCode, Fault> {
    let object = command.object.as_deref().map(storage::object).transpose()?;
    let mut findings = Findings::new(command.json);
    if let Some(settings) = settings(command, &mut findings)? {
        let runtime = host::runtime()?;
        storage::check(&runtime, &settings, object.as_ref(), &mut findings)?;
        database::check(&runtime, &settings, &mut findings)?;
        machine::check(&settings, &mut findings)?;
        pipelines::check(command, &settings, &mut findings)?;
    }
    findings.close()
}

/// Without settings there is nothing to look at.
fn settings(command: &Doctor, findings: &mut Findings) -> Result<Option<Settings>, Fault> {
    match host::settings(command.pipelines.as_deref().or(host::nearby_pipelines())) {
        Ok(settings) => {
            findings.add(Check::ok("settings", "every setting can be read"))?;
            Ok(Some(settings))
        }
        Err(fault) => {
            findings.add(Check::of_fault("settings", &fault))?;
            Ok(None)
        }
    }
}
