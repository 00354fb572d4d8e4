//! The chaos harness: real hosts, a real PostgreSQL, a real S3 server and a receiver of webhooks, all of which fail in
//! every way that the table of faults knows, while jobs of twenty seconds run. A ledger outside of them all knows what was
//! accepted, and says at the end what was lost, done twice, or never told.
//!
//! ```text
//!   ledger: jobs that a host accepted ──► hosts ×3 ──► PostgreSQL        faults: one every few seconds, at something
//!      ▲                                   │    └────► devs3             that is at work; counted only if a job that
//!      └── webhooks that were taken ◄──────┘                             was processing was struck
//! ```
//! `cargo test -p rushes-tests --test chaos` is the short run of CI. By hand:
//! `… --test chaos -- --jobs 500 --hosts 3 --every 4`, and the control runs that must fail: `--sabotage fencing`,
//! `--sabotage outbox`.

mod faults;
mod hosts;
mod ledger;
mod postgres;
mod receiver;
mod recordings;
mod run;
mod verdict;

use std::process::ExitCode;

/// What is asked of a run.
#[derive(Clone, Debug)]
pub(crate) struct Plan {
    pub(crate) jobs: usize,
    pub(crate) hosts: usize,
    pub(crate) slots: u32,
    /// Seconds between faults.
    pub(crate) every: u64,
    pub(crate) seed: u64,
    /// `fencing` or `outbox`: the run must then find losses.
    pub(crate) sabotage: Option<String>,
}

impl Plan {
    /// Short enough for CI, and every kind of fault once.
    const fn short() -> Self {
        Self { jobs: 30, hosts: 3, slots: 5, every: 4, seed: 1, sabotage: None }
    }

    fn read(arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut plan = Self::short();
        let mut arguments = arguments.filter(|word| !matches!(word.as_str(), "--quiet" | "--nocapture"));
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or_else(|| format!("{name} needs a value"))?;
            let number = || value.parse::<u64>().map_err(|_| format!("{name} {value}: a number is needed"));
            match name.as_str() {
                "--jobs" => plan.jobs = usize::try_from(number()?).map_err(|error| error.to_string())?,
                "--hosts" => plan.hosts = usize::try_from(number()?).map_err(|error| error.to_string())?,
                "--slots" => plan.slots = u32::try_from(number()?).map_err(|error| error.to_string())?,
                "--every" => plan.every = number()?,
                "--seed" => plan.seed = number()?,
                "--sabotage" => plan.sabotage = Some(value),
                _ => return Err(format!("{name} is unknown")),
            }
        }
        Ok(plan)
    }
}

fn main() -> ExitCode {
    let plan = match Plan::read(std::env::args().skip(1)) {
        Ok(plan) => plan,
        Err(why) => {
            eprintln!("chaos: {why}");
            return ExitCode::from(2);
        }
    };
    println!("{plan:?}");
    let verdict = run::run(&plan);
    println!("{verdict}");
    // A control run proves that the harness sees what is broken: it must find something.
    let is_good = if plan.sabotage.is_some() { !verdict.is_clean() } else { verdict.is_clean() };
    let (word, passed) = if is_good { ("ok", 1) } else { ("FAILED", 0) };
    println!("test result: {word}. {passed} passed; {} failed; 0 ignored", 1 - passed);
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
