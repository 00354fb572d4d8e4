//! The database: whether it opens, what is pending, how far it is and what time it has.

use std::time::{Duration, Instant};

use rushes_config::Settings;
use rushes_model::clock::Clock;
use rushes_store::{Examined, Store};
use tokio::runtime::Runtime;

use super::check::{Check, Findings};
use crate::fault::Fault;

/// A claim and its end are five round trips: with 20 ms each a host loses a tenth of a second a job.
const FAR: Duration = Duration::from_millis(20);
const PATIENCE: Duration = Duration::from_secs(30);
/// Leases use the database's clock alone; a host that is far off shows wrong ages, nothing worse.
const SKEW_NOTICED_MS: u64 = 60_000;

pub(super) fn check(runtime: &Runtime, settings: &Settings, findings: &mut Findings) -> Result<(), Fault> {
    let url = settings.database();
    let begun = Instant::now();
    let asked = async { tokio::time::timeout(PATIENCE, Store::examine(&url)).await };
    let examined = match runtime.block_on(asked) {
        Ok(Ok(examined)) => examined,
        Ok(Err(error)) => return findings.add(Check::of_error("database", &error).since(begun)).map(drop),
        Err(_) => {
            let help = "check the address in DATABASE_URL and whether a firewall stands between";
            let found = format!("no answer within {} s", PATIENCE.as_secs());
            return findings.add(Check::fail("database", found, help)).map(drop);
        }
    };
    findings.add(opened(&examined, begun.elapsed()).since(begun))?;
    if examined.is_absent {
        return Ok(());
    }
    findings.add(migrations(&examined))?;
    let here = i64::try_from(Clock::System.now_ms()).unwrap_or(i64::MAX);
    findings.add(clock(&examined, here)).map(drop)
}

fn opened(examined: &Examined, took: Duration) -> Check {
    if examined.is_absent {
        return Check::ok("database", "it isn't there yet; the first start makes it");
    }
    // Opening, three questions, closing.
    if took > FAR * 10 {
        let help = "a host should be near its database: the same region, the same network";
        return Check::warn("database", "it opens and answers, slowly", help);
    }
    Check::ok("database", "it opens and answers")
}

fn migrations(examined: &Examined) -> Check {
    match examined.pending.len() {
        0 => Check::ok("migrations", "the tables are those of this version"),
        count => Check::warn(
            "migrations",
            format!("{count} pending: {}", examined.pending.join(", ")),
            "nothing to do: the next host that starts applies them, and older hosts work on beside it",
        ),
    }
}

fn clock(examined: &Examined, here_ms: i64) -> Check {
    let Some(now_ms) = examined.now_ms else { return Check::skipped("database clock", "there is no database yet") };
    let skew_ms = here_ms.abs_diff(now_ms);
    if skew_ms < SKEW_NOTICED_MS {
        return Check::ok("database clock", "within a minute of this machine's");
    }
    let found = format!("{} s from this machine's", skew_ms / 1000);
    Check::warn("database clock", found, "let both be set by NTP: leases use the database's clock, logs this machine's")
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn what_is_pending_is_said_and_no_failure() {
        let examined = |pending: &[&str]| Examined {
            is_absent: false,
            pending: pending.iter().map(|&name| name.to_owned()).collect(),
            now_ms: Some(0),
        };
        assert_eq!(migrations(&examined(&[])).state, State::Ok);
        assert_eq!(migrations(&examined(&["m0009"])).state, State::Warn);
        assert_eq!(clock(&examined(&[]), 59_000).state, State::Ok);
        assert_eq!(clock(&examined(&[]), -61_000).state, State::Warn);
    }
}
