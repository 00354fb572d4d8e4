//! What was asked for and accepted, kept outside of everything that is broken.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use crate::recordings::{BUCKET, KINDS};

/// Jobs of one interview.
pub(crate) const TOGETHER: usize = 5;

/// A job that is to be done.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    pub(crate) key: String,
    pub(crate) interview: String,
    pub(crate) kind: usize,
    /// Its file comes after it.
    pub(crate) is_late: bool,
    body: Value,
    idempotency: String,
}

/// All of it.
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    /// By key: every id that a host named in an answer. More than one is a duplicate.
    pub(crate) accepted: BTreeMap<String, BTreeSet<String>>,
    pub(crate) planned: Vec<Planned>,
    agent: Option<ureq::Agent>,
}

impl Ledger {
    pub(crate) fn plan(jobs: usize) -> Self {
        let planned = (0..jobs).map(|number| planned(number, jobs)).collect();
        let agent = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(std::time::Duration::from_secs(5)))
            .build()
            .new_agent();
        Self { accepted: BTreeMap::new(), planned, agent: Some(agent) }
    }

    /// Asks a host for a job. Whether it said yes; a host that doesn't answer may have created it all the same, and is
    /// asked again with the same idempotency key, it or another.
    pub(crate) fn submit(&mut self, number: usize, address: &str) -> bool {
        let (Some(one), Some(agent)) = (self.planned.get(number), &self.agent) else { return false };
        let asked = agent
            .post(format!("{address}/api/v1/jobs"))
            .header("Idempotency-Key", &one.idempotency)
            .send_json(&one.body);
        let Ok(mut answer) = asked else { return false };
        if answer.status().as_u16() != 202 {
            assert!(
                answer.status().as_u16() >= 500 || answer.status().as_u16() == 409,
                "{:?}",
                answer.body_mut().read_to_string()
            );
            return false;
        }
        let Ok(body) = answer.body_mut().read_json::<Value>() else { return false };
        let Some(id) = body["id"].as_str() else { return false };
        self.accepted.entry(one.key.clone()).or_default().insert(id.to_owned());
        true
    }
}

fn planned(number: usize, jobs: usize) -> Planned {
    let interview = format!("interview-{:04}", number / TOGETHER);
    let expected = TOGETHER.min(jobs - number / TOGETHER * TOGETHER);
    let (key, kind) = (format!("{number:05}.wav"), number % KINDS);
    let body = json!({
        "bucket": BUCKET, "key": key, "pipeline": "chaos", "interview_id": interview, "interview_type": "audio",
        "expected_jobs": expected, "metadata": { "number": number },
    });
    Planned { key, interview, kind, is_late: number % 7 == 3, body, idempotency: format!("chaos-{number}") }
}
