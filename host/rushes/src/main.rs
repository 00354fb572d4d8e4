//! The one binary: reads the command line and the environment, builds every part by hand, and says how it ended.
//!
//! Results go to standard output, all else to standard error. Exit codes: 0 done, 1 the work failed, 2 wrong use.

mod analyze;
mod bar;
mod catalog;
mod cli;
mod config;
mod demo;
mod doctor;
mod explain;
mod fault;
mod health;
mod host;
mod hosts;
mod interviews;
mod jobs;
mod last_process;
mod moment;
mod out;
mod pages;
mod pipelines;
mod plan;
mod remote;
mod serve;
mod status;
mod submit;
mod table;
mod telling;
mod token;
mod trace;
mod webhooks;
mod wiring;
mod worker;

use std::process::ExitCode;

use clap::Parser;

use crate::cli::{Cli, Command};
use crate::fault::Fault;

fn main() -> ExitCode {
    let cli = Cli::parse();
    let ended = processor_is_able().and_then(|()| match &cli.command {
        Command::Analyze(command) => analyze::run(command),
        Command::Pipelines(command) => pipelines::run(command),
        Command::Config(command) => config::run(command),
        Command::Serve(command) => serve::run(command),
        Command::Worker(command) => worker::run(command),
        Command::Token(command) => token::run(command),
        Command::Doctor(command) => doctor::run(command),
        Command::Status(command) => status::run(command),
        Command::Health(command) => health::run(command),
        Command::Submit(command) => submit::run(command),
        Command::Jobs(command) => jobs::run(command),
        Command::Interviews(command) => interviews::run(command),
        Command::Explain(command) => explain::run(command),
        Command::Hosts(command) => hosts::run(command),
        Command::Webhooks(command) => webhooks::run(command),
        Command::Demo(command) => demo::run(command),
    });
    ended.unwrap_or_else(|fault| {
        fault.print();
        fault.exit_code()
    })
}

/// The program is built for x86-64-v3 (`.cargo/config.toml`); on an older processor it would die of a bare signal.
fn processor_is_able() -> Result<(), Fault> {
    #[cfg(target_arch = "x86_64")]
    {
        let able = std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("bmi2")
            && std::arch::is_x86_feature_detected!("fma");
        if cfg!(target_feature = "avx2") && !able {
            return Err(Fault::usage("this build of rushes needs a processor with AVX2, BMI2 and FMA (x86-64-v3)")
                .with_help("build it without the line `target-cpu` in .cargo/config.toml"));
        }
    }
    Ok(())
}
