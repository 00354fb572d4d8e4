//! A run from its beginning to its end.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::Plan;
use crate::faults::{ALL, Kind, Later};
use crate::hosts::{Host, World, reference};
use crate::ledger::{Ledger, Planned};
use crate::postgres::Postgres;
use crate::receiver::Receiver;
use crate::recordings::{KINDS, Recordings};
use crate::verdict::{Struck, Verdict};

/// A look at everything.
const TICK: Duration = Duration::from_millis(200);
/// Nothing ended for so long: the rest is lost.
const PATIENCE: Duration = Duration::from_secs(150);
/// A webhook whose first two tries failed comes five minutes later.
const WEBHOOK_PATIENCE: Duration = Duration::from_secs(400);
/// A control run has found what it looks for long before.
const CONTROL_PATIENCE: Duration = Duration::from_secs(40);

/// Everything of a run.
pub(crate) struct Chaos {
    pub(crate) plan: Plan,
    pub(crate) database: Postgres,
    pub(crate) recordings: Recordings,
    pub(crate) receiver: Receiver,
    pub(crate) hosts: Vec<Host>,
    /// Hosts that will end at a point in their code.
    pub(crate) armed: Vec<Option<Kind>>,
    pub(crate) ledger: Ledger,
    pub(crate) struck: Vec<Struck>,
    pub(crate) thrown: BTreeMap<Kind, u32>,
    later: Vec<Later>,
    dice: u64,
    _folder: tempfile::TempDir,
}

pub(crate) fn run(plan: &Plan) -> Verdict {
    let began = Instant::now();
    let mut chaos = Chaos::start(plan);
    let references: Vec<_> = {
        let pipelines = chaos.pipelines();
        (0..KINDS).map(|kind| reference(&chaos.recordings.file(kind), &pipelines)).collect()
    };
    println!(
        "everything runs after {} s; a clock is off: {}",
        began.elapsed().as_secs(),
        chaos.hosts.iter().any(Host::has_skewed_clock)
    );
    chaos.work();
    chaos.calm_down();
    Verdict::of(&chaos, &references, began.elapsed())
}

impl Chaos {
    fn start(plan: &Plan) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (database, recordings, receiver) = (Postgres::start(), Recordings::start(), Receiver::start());
        let pipelines = folder.path().join("pipelines.toml");
        std::fs::write(&pipelines, pipelines_toml(&receiver.url())).expect("room for a file");
        let sabotage = plan.sabotage.as_deref().map(|kind| match kind {
            "fencing" => "fencing=off".to_owned(),
            "outbox" => "outbox=apart".to_owned(),
            other => other.to_owned(),
        });
        let world = World {
            database: database.url(),
            s3: recordings.server().endpoint(),
            pipelines,
            slots: plan.slots,
            sabotage,
        };
        // All at once: they meet at the migrations.
        let hosts: Vec<Host> = (0..plan.hosts).map(|number| Host::start(number, &world)).collect();
        Self {
            plan: plan.clone(),
            database,
            recordings,
            receiver,
            armed: vec![None; hosts.len()],
            hosts,
            ledger: Ledger::plan(plan.jobs),
            struck: Vec::new(),
            thrown: BTreeMap::new(),
            later: Vec::new(),
            dice: plan.seed,
            _folder: folder,
        }
    }

    fn pipelines(&self) -> PathBuf {
        self._folder.path().join("pipelines.toml")
    }

    /// Submits, strikes, and waits until everything that was accepted has ended, or nothing ends any more.
    fn work(&mut self) {
        let (mut next, mut turn, mut ended) = (0, 0, 0);
        let mut last_fault = Instant::now();
        let mut last_end = Instant::now();
        loop {
            self.tend();
            next = self.submit(next);
            if last_fault.elapsed() > Duration::from_secs(self.plan.every) && !self.processing().is_empty() {
                let kind = ALL[turn % ALL.len()];
                *self.thrown.entry(kind).or_default() += 1;
                kind.strike(self);
                turn += 1;
                last_fault = Instant::now();
            }
            let now = self.database.number("SELECT count(*) FROM jobs WHERE status IN (2, 3)");
            if now > ended {
                (ended, last_end) = (now, Instant::now());
                if ended % 25 == 0 {
                    println!("{ended} of {} jobs ended, {turn} faults", self.plan.jobs);
                }
            }
            let is_done = next >= self.plan.jobs && ended >= i64::try_from(self.plan.jobs).unwrap_or(0);
            if is_done || last_end.elapsed() > PATIENCE {
                return;
            }
            std::thread::sleep(TICK);
        }
    }

    /// No more faults; webhooks may still be under way.
    fn calm_down(&mut self) {
        self.recordings.server().faults().clear();
        self.receiver.set_down(false);
        let began = Instant::now();
        let patience = if self.plan.sabotage.is_some() { CONTROL_PATIENCE } else { WEBHOOK_PATIENCE };
        while began.elapsed() < patience {
            self.tend();
            let pending = self.database.number("SELECT count(*) FROM deliveries WHERE state = 0");
            if pending == 0 {
                return;
            }
            std::thread::sleep(TICK);
        }
    }

    /// Starts dead hosts again, does what is due, and counts what ended at a point in its code.
    fn tend(&mut self) {
        for host in 0..self.hosts.len() {
            let struck = if self.armed[host].is_some() { self.processing_on(host) } else { Vec::new() };
            // SIGABRT.
            if let Some(6) = self.hosts[host].tend()
                && let Some(kind) = self.armed[host].take()
            {
                self.note(kind, struck);
            }
        }
        let now = Instant::now();
        let (due, later) = std::mem::take(&mut self.later).into_iter().partition(|later| later.at <= now);
        self.later = later;
        let due: Vec<Later> = due;
        due.into_iter().for_each(|later| (later.act)(self));
    }

    /// Keeps twice as many jobs waiting as there are slots. The number of the next.
    fn submit(&mut self, mut next: usize) -> usize {
        let slots = i64::from(self.plan.slots) * i64::try_from(self.plan.hosts).unwrap_or(1);
        if self.database.number("SELECT count(*) FROM jobs WHERE status = 0") > slots {
            return next;
        }
        for _ in 0..5 {
            let Some(planned) = self.ledger.planned.get(next).cloned() else { break };
            let answering: Vec<String> = self.hosts.iter().filter_map(Host::address).collect();
            if answering.is_empty() {
                break;
            }
            let address = &answering[self.dice(answering.len() as u64) as usize];
            if !self.ledger.submit(next, address) {
                break;
            }
            if planned.is_late {
                self.later(3, move |chaos| chaos.recordings.put(&planned.key, planned.kind));
            } else {
                self.recordings.put(&planned.key, planned.kind);
            }
            next += 1;
        }
        next
    }

    /// Ids of jobs that are at work.
    pub(crate) fn processing(&self) -> Vec<String> {
        ids(self.database.rows("SELECT id FROM jobs WHERE status = 1"))
    }

    /// Ids of jobs that are at work on a host.
    pub(crate) fn processing_on(&self, host: usize) -> Vec<String> {
        ids(self.database.rows(&format!(
            "SELECT jobs.id FROM jobs JOIN hosts ON hosts.id = jobs.host_id WHERE jobs.status = 1 AND hosts.name = '{}'",
            self.hosts[host].name
        )))
    }

    /// A recording that a job is reading.
    pub(crate) fn a_recording_in_use(&mut self) -> Option<Planned> {
        let keys =
            ids(self.database.rows("SELECT object_key FROM jobs WHERE status = 1 ORDER BY started_at DESC LIMIT 1"));
        self.ledger.planned.iter().find(|planned| Some(&planned.key) == keys.first()).cloned()
    }

    /// A fault struck these jobs now.
    pub(crate) fn note(&mut self, kind: Kind, jobs: Vec<String>) {
        if jobs.is_empty() {
            return;
        }
        let at = self.database.number("SELECT (extract(epoch FROM clock_timestamp()) * 1000)::bigint");
        self.struck.push(Struck { kind, at, jobs });
    }

    pub(crate) fn later(&mut self, seconds: u64, act: impl FnOnce(&mut Self) + 'static) {
        self.later.push(Later { at: Instant::now() + Duration::from_secs(seconds), act: Box::new(act) });
    }

    /// 0 to below `sides`: xorshift64* (Vigna 2016), for a choice that can be repeated.
    pub(crate) fn dice(&mut self, sides: u64) -> u64 {
        self.dice |= 1;
        self.dice ^= self.dice >> 12;
        self.dice ^= self.dice << 25;
        self.dice ^= self.dice >> 27;
        self.dice.wrapping_mul(0x2545_F491_4F6C_DD1D) % sides.max(1)
    }
}

fn ids(rows: Vec<Vec<String>>) -> Vec<String> {
    rows.into_iter().filter_map(|row| row.into_iter().next()).collect()
}

fn pipelines_toml(receiver: &str) -> String {
    format!(
        "version = 1\n[pipelines.chaos]\n[pipelines.chaos.use.loudness]\nlimits = {{ memory = \"64 MiB\" }}\n\
         [webhooks.ledger]\nurl = \"{receiver}\"\nsecret = \"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\"\n\
         events = [\"interview.completed\", \"interview.failed\", \"job.failed\", \"job.cancelled\"]\n"
    )
}
