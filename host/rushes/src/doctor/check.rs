//! One thing that was looked at, and how they are told.

use std::io::IsTerminal;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rushes_model::{Classify, Failure};
use serde_json::{Value, json};

use crate::fault::Fault;
use crate::out;

/// How it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Ok,
    /// It works, with something to know.
    Warn,
    Fail,
    /// An earlier failure makes it pointless.
    Skipped,
}

impl State {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
            Self::Skipped => "skipped",
        }
    }

    /// Green, yellow, red, dim.
    const fn colour(self) -> &'static str {
        match self {
            Self::Ok => "\x1b[32m",
            Self::Warn => "\x1b[33m",
            Self::Fail => "\x1b[1;31m",
            Self::Skipped => "\x1b[2m",
        }
    }
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Check {
    name: &'static str,
    pub(super) state: State,
    found: String,
    help: Option<String>,
    took: Option<Duration>,
}

impl Check {
    pub(super) fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self { name, state: State::Ok, found: found.into(), help: None, took: None }
    }

    pub(super) fn warn(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self { state: State::Warn, help: Some(help.into()), ..Self::ok(name, found) }
    }

    pub(super) fn fail(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self { state: State::Fail, help: Some(help.into()), ..Self::ok(name, found) }
    }

    pub(super) fn skipped(name: &'static str, why: impl Into<String>) -> Self {
        Self { state: State::Skipped, ..Self::ok(name, why) }
    }

    /// A failure of any room.
    pub(super) fn of_error(name: &'static str, error: &impl Classify) -> Self {
        let Failure { code, chain, help, .. } = Failure::of(error);
        let help = help.unwrap_or_else(|| format!("docs/errors/{code}.md says more"));
        Self::fail(name, chain.join(": "), help)
    }

    pub(super) fn of_fault(name: &'static str, fault: &Fault) -> Self {
        Self { state: State::Fail, help: fault.help(), ..Self::ok(name, fault.text()) }
    }

    /// Says more to do.
    pub(super) fn add_help(&mut self, more: &str) {
        self.help = Some(self.help.take().map_or_else(|| more.to_owned(), |help| format!("{help}; {more}")));
    }

    /// With how long it took.
    pub(super) fn since(mut self, begun: Instant) -> Self {
        self.took = Some(begun.elapsed());
        self
    }

    pub(super) const fn is_failed(&self) -> bool {
        matches!(self.state, State::Fail | State::Skipped)
    }

    fn json(&self) -> Value {
        let took = self.took.map(|took| took.as_secs_f64() * 1000.0);
        json!({ "name": self.name, "state": self.state.as_str(), "found": self.found, "help": self.help, "elapsed_ms": took })
    }

    fn line(&self, colourful: bool) -> String {
        let (paint, plain) = if colourful { (self.state.colour(), "\x1b[0m") } else { ("", "") };
        let took = self.took.map_or_else(String::new, |took| format!(" ({} ms)", took.as_millis()));
        let found = self.found.trim().replace('\n', "\n                        ");
        let mut line = format!("{paint}{:<8}{plain}{:<16}{found}{took}", self.state.as_str(), self.name);
        if let Some(help) = &self.help {
            line.push_str(&format!("\n                        help: {help}"));
        }
        line
    }
}

/// All of them. For people each is printed as it is found: some take seconds.
pub(super) struct Findings {
    checks: Vec<Check>,
    as_json: bool,
}

impl Findings {
    pub(super) const fn new(as_json: bool) -> Self {
        Self { checks: Vec::new(), as_json }
    }

    /// Whether it failed.
    pub(super) fn add(&mut self, check: Check) -> Result<bool, Fault> {
        if !self.as_json {
            out::line(check.line(std::io::stdout().is_terminal()))?;
        }
        let is_failed = check.is_failed();
        self.checks.push(check);
        Ok(is_failed)
    }

    /// The end: 1 where something failed.
    pub(super) fn close(self) -> Result<ExitCode, Fault> {
        let count = |state| self.checks.iter().filter(|check| check.state == state).count();
        let failed = count(State::Fail);
        if self.as_json {
            let checks: Vec<Value> = self.checks.iter().map(Check::json).collect();
            out::json(&json!({ "ok": failed == 0, "checks": checks }))?;
        } else {
            let (good, warned, skipped) = (count(State::Ok), count(State::Warn), count(State::Skipped));
            out::line(format_args!("\n{good} ok, {warned} to know, {failed} failed, {skipped} skipped"))?;
        }
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_check_is_told_with_what_to_do() {
        let check = Check::fail("TLS", "the certificate ended", "renew it");
        assert_eq!(
            check.line(false),
            "fail    TLS             the certificate ended\n                        help: renew it"
        );
        assert_eq!(check.json()["state"], "fail");
    }

    #[test]
    fn what_was_skipped_is_not_what_failed() {
        let mut findings = Findings::new(true);
        assert!(!findings.add(Check::warn("a", "", "")).unwrap());
        assert!(findings.add(Check::skipped("b", "")).unwrap());
        assert_eq!(findings.checks.iter().filter(|check| check.state == State::Fail).count(), 0);
    }
}
