//! What a run says in the end.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::faults::Kind;
use crate::run::Chaos;

/// A fault that met jobs at work.
#[derive(Clone, Debug)]
pub(crate) struct Struck {
    pub(crate) kind: Kind,
    /// By the database's clock, in ms.
    pub(crate) at: i64,
    pub(crate) jobs: Vec<String>,
}

/// What was found.
pub(crate) struct Verdict {
    jobs: usize,
    took: Duration,
    thrown: BTreeMap<Kind, u32>,
    counted: BTreeMap<Kind, u32>,
    /// Seconds until a struck job went on, for faults that take a job from its host.
    recovery: Vec<f64>,
    attempts: i64,
    webhooks: usize,
    tries: u32,
    lost: Vec<String>,
    duplicated: Vec<String>,
    missing: Vec<String>,
}

impl Verdict {
    pub(crate) fn of(chaos: &Chaos, references: &[Value], took: Duration) -> Self {
        let mut counted = BTreeMap::new();
        for struck in &chaos.struck {
            *counted.entry(struck.kind).or_default() += 1;
        }
        let told = chaos.receiver.told();
        Self {
            jobs: chaos.ledger.accepted.len(),
            took,
            thrown: chaos.thrown.clone(),
            counted,
            recovery: recovery(chaos),
            attempts: chaos.database.number("SELECT count(*) FROM job_attempts"),
            webhooks: told.len(),
            tries: told.values().map(|one| one.tries).sum(),
            lost: lost(chaos),
            duplicated: duplicated(chaos, references),
            missing: missing(chaos),
        }
    }

    pub(crate) fn is_clean(&self) -> bool {
        self.lost.is_empty() && self.duplicated.is_empty() && self.missing.is_empty()
    }
}

/// Accepted, and not completed.
fn lost(chaos: &Chaos) -> Vec<String> {
    let rows = chaos.database.rows("SELECT id, status, coalesce(failure::text, '') FROM jobs");
    let state: BTreeMap<String, String> =
        rows.into_iter().map(|row| (row[0].clone(), format!("status {} {}", row[1], row[2..].join("|")))).collect();
    let mut lost: Vec<String> = (chaos.ledger.accepted.len()..chaos.plan.jobs)
        .map(|number| format!("job {number} was never accepted"))
        .collect();
    for (key, accepted) in &chaos.ledger.accepted {
        for id in accepted {
            match state.get(id) {
                Some(state) if state.starts_with("status 3") => {}
                Some(state) => lost.push(format!("{key} ({id}): {state}")),
                None => lost.push(format!("{key} ({id}): no row")),
            }
        }
    }
    lost
}

/// Done more than once, or done differently than without chaos.
fn duplicated(chaos: &Chaos, references: &[Value]) -> Vec<String> {
    let mut found = Vec::new();
    for (key, ids) in chaos.ledger.accepted.iter().filter(|(_, ids)| ids.len() > 1) {
        found.push(format!("{key}: one request made {} jobs", ids.len()));
    }
    let more =
        chaos.database.number("SELECT count(*) FROM jobs") - i64::try_from(chaos.ledger.accepted.len()).unwrap_or(0);
    if more != 0 {
        found.push(format!("{more} jobs more than were asked for"));
    }
    let twice = "SELECT job_id, count(*) FROM job_attempts WHERE outcome = 0 GROUP BY 1 HAVING count(*) > 1";
    found
        .extend(chaos.database.rows(twice).into_iter().map(|row| format!("job {} completed {} times", row[0], row[1])));
    let wrong = "SELECT external_id, open_jobs, failed_jobs, generation FROM interviews \
                 WHERE open_jobs <> 0 OR failed_jobs <> 0 OR generation <> 0 OR completed_at IS NULL";
    found.extend(
        chaos
            .database
            .rows(wrong)
            .into_iter()
            .map(|row| format!("interview {}: {} open, {} failed, generation {}", row[0], row[1], row[2], row[3])),
    );
    let mut ids: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
    for (id, one) in chaos.receiver.told() {
        ids.entry((one.interview.clone(), one.kind.clone())).or_default().insert(id);
        if one.kind != "interview.completed" {
            found.push(format!("{} was told for {}: {}", one.kind, one.interview, one.body["data"]["error_message"]));
        }
        if !one.is_signed {
            found.push(format!("a webhook of {} isn't signed", one.interview));
        }
    }
    found.extend(
        ids.iter()
            .filter(|(_, ids)| ids.len() > 1)
            .map(|((interview, kind), ids)| format!("{kind} of {interview} has {} ids", ids.len())),
    );
    found.extend(other_reports(chaos, references));
    found
}

/// Reports that say something else than they do without chaos.
fn other_reports(chaos: &Chaos, references: &[Value]) -> Vec<String> {
    let kinds: BTreeMap<&String, usize> = chaos
        .ledger
        .planned
        .iter()
        .filter_map(|planned| Some((chaos.ledger.accepted.get(&planned.key)?.first()?, planned.kind)))
        .collect();
    let rows = chaos.database.rows("SELECT job_id, encode(convert_to(document, 'UTF8'), 'hex') FROM reports");
    let mut found = Vec::new();
    for row in rows {
        let document: Value = serde_json::from_slice(&bytes_of(&row[1])).unwrap_or_default();
        let Some(kind) = kinds.get(&row[0]) else { continue };
        let (here, there) = (findings(&document), findings(&references[*kind]));
        if let Some(part) = FINDINGS.into_iter().find(|part| here[part] != there[part]) {
            let (here, there) = (here[part].to_string(), there[part].to_string());
            let at = here.bytes().zip(there.bytes()).position(|(one, other)| one != other).unwrap_or(0);
            let near = |text: &str| text.chars().skip(at.saturating_sub(60)).take(120).collect::<String>();
            found.push(format!("the report of {} is another: {part} …{}… was …{}…", row[0], near(&here), near(&there)));
            let attempts = format!(
                "SELECT attempt, started_at, finished_at - started_at, outcome, failure->'code' FROM job_attempts \
                 WHERE job_id = '{}' ORDER BY started_at",
                row[0]
            );
            found.push(format!(
                "  its attempts: {:?}; damage {}, {} bytes read",
                chaos.database.rows(&attempts),
                document["damage"],
                document["bytes_read"]
            ));
        }
    }
    found
}

/// What a report says of the recording, and not of the run.
const FINDINGS: [&str; 5] = ["status", "summary", "series", "events", "coverage"];

fn findings(report: &Value) -> &Value {
    &report["analyzers"]["loudness"]
}

fn bytes_of(hex: &str) -> Vec<u8> {
    hex.as_bytes().chunks(2).filter_map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect()
}

/// Interviews whose completion nobody was told of.
fn missing(chaos: &Chaos) -> Vec<String> {
    let told = chaos.receiver.told();
    let taken: BTreeSet<&String> = told
        .values()
        .filter(|one| one.kind == "interview.completed" && one.taken > 0)
        .map(|one| &one.interview)
        .collect();
    let accepted = chaos.ledger.planned.iter().filter(|planned| chaos.ledger.accepted.contains_key(&planned.key));
    let interviews: BTreeSet<&String> = accepted.map(|planned| &planned.interview).collect();
    interviews
        .into_iter()
        .filter(|interview| !taken.contains(interview))
        .map(|interview| format!("nobody was told of {interview}"))
        .collect()
}

/// Seconds from the loss of a host to the next attempt at its job.
fn recovery(chaos: &Chaos) -> Vec<f64> {
    let takes_jobs = |kind: Kind| {
        matches!(
            kind,
            Kind::HostKilled | Kind::HostFrozen | Kind::HostAborted(_) | Kind::HostSignalledTwice | Kind::HostDrained
        )
    };
    let mut seconds = Vec::new();
    for struck in chaos.struck.iter().filter(|struck| takes_jobs(struck.kind)) {
        for job in &struck.jobs {
            let question = format!(
                "SELECT min(started_at) - {at} FROM job_attempts WHERE job_id = '{job}' AND started_at > {at}",
                at = struck.at
            );
            if let Some(ms) = chaos.database.rows(&question).first().and_then(|row| row[0].parse::<f64>().ok()) {
                seconds.push(ms / 1000.0);
            }
        }
    }
    seconds.sort_by(f64::total_cmp);
    seconds
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "\n{:<45} thrown  struck jobs at work", "fault")?;
        for (kind, thrown) in &self.thrown {
            let counted = self.counted.get(kind).copied().unwrap_or(0);
            writeln!(out, "{:<45} {thrown:>6}  {counted:>6}", format!("{kind:?}"))?;
        }
        let quantile = |share: f64| {
            let index = (self.recovery.len() as f64 * share) as usize;
            self.recovery.get(index.min(self.recovery.len().saturating_sub(1))).copied().unwrap_or(0.0)
        };
        writeln!(
            out,
            "recovery: {} jobs lost their host; seconds to the next attempt: median {:.1}, p95 {:.1}, most {:.1}",
            self.recovery.len(),
            quantile(0.5),
            quantile(0.95),
            quantile(1.0)
        )?;
        writeln!(
            out,
            "{} jobs in {} attempts, {} webhooks in {} tries, {} s",
            self.jobs,
            self.attempts,
            self.webhooks,
            self.tries,
            self.took.as_secs()
        )?;
        for (what, found) in
            [("jobs lost", &self.lost), ("duplicated effects", &self.duplicated), ("webhooks missing", &self.missing)]
        {
            writeln!(out, "{what}: {}", found.len())?;
            for one in found.iter().take(12) {
                writeln!(out, "  {one}")?;
            }
        }
        Ok(())
    }
}
