//! What can go wrong, each kind in its turn.

use std::time::{Duration, Instant};

use rushes_devs3::{Action, When};

use crate::hosts::LEASE_SECONDS;
use crate::run::Chaos;

/// A kind of fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// `kill -9`.
    HostKilled,
    /// Stopped for longer than its lease, then let go on: a zombie.
    HostFrozen,
    /// SIGTERM: jobs are handed back.
    HostDrained,
    /// SIGTERM twice: leaves at once.
    HostSignalledTwice,
    /// It ends at a point in its code.
    HostAborted(&'static str),
    /// The server ends as if killed, and comes back.
    DatabaseCrashed,
    /// Every connection is cut.
    DatabaseRestarted,
    /// Half of the connections are cut.
    BackendsKilled,
    /// No connection is left for a few seconds.
    ConnectionsExhausted,
    /// The table of jobs is locked for a few seconds.
    TableLocked,
    /// Every third read fails with 500.
    StorageFails,
    /// Everything is answered by 503 SlowDown for a few seconds.
    StorageDown,
    /// Connections are reset within the body.
    StorageResets,
    /// Bodies end too early.
    StorageTruncates,
    /// 403 for a few seconds.
    StorageDenies,
    /// A recording goes away while it is read, and comes back.
    RecordingGone,
    /// The receiver of webhooks closes every connection for a while.
    ReceiverDown,
}

/// All kinds: the order in which a short run meets them.
pub(crate) const ALL: [Kind; 23] = [
    Kind::HostKilled,
    Kind::HostFrozen,
    Kind::HostDrained,
    Kind::DatabaseCrashed,
    Kind::HostAborted("complete.before-commit"),
    Kind::BackendsKilled,
    Kind::StorageFails,
    Kind::HostSignalledTwice,
    Kind::HostAborted("claim.after-commit"),
    Kind::TableLocked,
    Kind::StorageResets,
    Kind::ReceiverDown,
    Kind::HostAborted("complete.after-commit"),
    Kind::DatabaseRestarted,
    Kind::RecordingGone,
    Kind::HostAborted("partial.after-commit"),
    Kind::StorageDown,
    Kind::HostAborted("probe.before-write"),
    Kind::ConnectionsExhausted,
    Kind::HostAborted("delivery.before-post"),
    Kind::StorageTruncates,
    Kind::HostAborted("delivery.after-post"),
    Kind::StorageDenies,
];

/// Which host a fault is for: the busiest of those that answer.
fn victim(chaos: &Chaos) -> Option<usize> {
    let busy = |host: &usize| chaos.processing_on(*host).len();
    (0..chaos.hosts.len()).filter(|host| chaos.hosts[*host].address().is_some()).max_by_key(busy)
}

impl Kind {
    /// Lets it happen. Its end is arranged with `chaos.later`.
    pub(crate) fn strike(self, chaos: &mut Chaos) {
        match self {
            Self::HostKilled
            | Self::HostFrozen
            | Self::HostDrained
            | Self::HostSignalledTwice
            | Self::HostAborted(_) => {
                self.strike_host(chaos);
            }
            Self::DatabaseCrashed => self.restart(chaos, "immediate"),
            Self::DatabaseRestarted => self.restart(chaos, "fast"),
            Self::BackendsKilled => {
                self.note_all(chaos);
                chaos.database.rows(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE application_name LIKE 'rushes%' AND random() < 0.5",
                );
            }
            Self::ConnectionsExhausted => {
                self.note_all(chaos);
                chaos.database.rows("ALTER DATABASE chaos CONNECTION LIMIT 1");
                chaos.database.rows(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
                     WHERE application_name LIKE 'rushes%'",
                );
                chaos.later(3, |chaos| {
                    chaos.database.rows("ALTER DATABASE chaos CONNECTION LIMIT -1");
                });
            }
            Self::TableLocked => {
                self.note_all(chaos);
                let statement = "BEGIN; LOCK TABLE jobs IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(3); COMMIT";
                let mut locking = chaos.database.in_background(statement);
                std::thread::spawn(move || locking.wait());
            }
            Self::StorageFails
            | Self::StorageDown
            | Self::StorageResets
            | Self::StorageTruncates
            | Self::StorageDenies => {
                self.strike_storage(chaos);
            }
            Self::RecordingGone => {
                let Some(planned) = chaos.a_recording_in_use() else { return };
                self.note_all(chaos);
                chaos.recordings.remove(&planned.key);
                chaos.later(3, move |chaos| chaos.recordings.put(&planned.key, planned.kind));
            }
            Self::ReceiverDown => {
                self.note_all(chaos);
                chaos.receiver.set_down(true);
                chaos.later(4, |chaos| chaos.receiver.set_down(false));
            }
        }
    }

    fn strike_host(self, chaos: &mut Chaos) {
        let Some(host) = victim(chaos) else { return };
        let struck = chaos.processing_on(host);
        match self {
            Self::HostFrozen => {
                chaos.note(self, struck);
                chaos.hosts[host].signal("STOP");
                chaos.later(LEASE_SECONDS + 4, move |chaos| chaos.hosts[host].signal("CONT"));
            }
            Self::HostDrained => {
                chaos.note(self, struck);
                chaos.hosts[host].signal("TERM");
            }
            Self::HostSignalledTwice => {
                chaos.note(self, struck);
                chaos.hosts[host].signal("TERM");
                std::thread::sleep(Duration::from_millis(200));
                chaos.hosts[host].signal("TERM");
            }
            // Counted when it gets there: see `Chaos::tend`.
            Self::HostAborted(point) => {
                let passage = if point.starts_with("delivery") { 1 } else { 2 + chaos.dice(4) };
                chaos.hosts[host].next_sabotage = Some(format!("{point}=abort@{passage}"));
                chaos.armed[host] = Some(self);
                chaos.hosts[host].signal("TERM");
            }
            _ => {
                chaos.note(self, struck);
                chaos.hosts[host].signal("KILL");
            }
        }
    }

    fn strike_storage(self, chaos: &mut Chaos) {
        self.note_all(chaos);
        let faults = chaos.recordings.server().faults();
        let (when, action) = match self {
            Self::StorageDown => (When::default(), Action::Status { status: 503, code: "SlowDown" }),
            Self::StorageDenies => (When::get(), Action::Status { status: 403, code: "AccessDenied" }),
            Self::StorageResets => (When::get().each(2), Action::Reset { after: Some(100_000) }),
            Self::StorageTruncates => (When::get().each(2), Action::Truncate { after: 150_000 }),
            _ => (When::get().each(3), Action::Status { status: 500, code: "InternalError" }),
        };
        faults.add(when, action);
        chaos.later(4, |chaos| chaos.recordings.server().faults().clear());
    }

    fn restart(self, chaos: &mut Chaos, mode: &str) {
        self.note_all(chaos);
        chaos.database.down(mode);
        std::thread::sleep(Duration::from_millis(500));
        chaos.database.up();
    }

    /// Everything that is at work is struck.
    fn note_all(self, chaos: &mut Chaos) {
        let struck = chaos.processing();
        chaos.note(self, struck);
    }
}

/// Something that happens later.
pub(crate) struct Later {
    pub(crate) at: Instant,
    pub(crate) act: Box<dyn FnOnce(&mut Chaos)>,
}
