//! What an operator may set of the queue.

use std::time::Duration;

use rushes_store::{Retention, RetryPolicy};

use crate::mode::Mode;

/// What an operator may set of the queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The machine's name, for people.
    pub host_name: String,
    /// The program's version, for people.
    pub version: String,
    /// How objects are read, for people: `streaming_s3` or `download`.
    pub method: String,
    /// How long it takes jobs.
    pub mode: Mode,
    /// Which queues are served, the first one first.
    pub queues: Vec<String>,
    /// `MAX_CONCURRENT_JOBS`.
    pub slots: u32,
    /// `QUEUE_CHECK_INTERVAL`.
    pub check_interval: Duration,
    /// `JOB_TIMEOUT`.
    pub job_timeout: Duration,
    /// `STALL_TIMEOUT`.
    pub stall_timeout: Duration,
    /// `STUCK_TIMEOUT_HOURS`.
    pub stuck_after: Duration,
    /// `LEASE_SECONDS`.
    pub lease: Duration,
    /// `MAX_ATTEMPTS`, `RETRY_DELAY_SECONDS`.
    pub retry: RetryPolicy,
    /// `FILE_WAIT_TIMEOUT`.
    pub file_wait_timeout: Option<Duration>,
    /// `INTERVIEW_SEAL_AFTER`.
    pub seal_after: Duration,
    /// `RETENTION_DAYS`, and how long events and audit lines are kept.
    pub retention: Retention,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            host_name: "localhost".into(),
            version: String::new(),
            method: "streaming_s3".into(),
            mode: Mode::Serve,
            queues: vec!["default".into()],
            slots: 3,
            check_interval: Duration::from_secs(30),
            job_timeout: Duration::from_secs(3600),
            stall_timeout: Duration::from_secs(600),
            stuck_after: Duration::from_secs(2 * 3600),
            lease: Duration::from_secs(60),
            retry: RetryPolicy::default(),
            file_wait_timeout: None,
            seal_after: Duration::from_secs(600),
            retention: Retention::default(),
        }
    }
}

impl Settings {
    /// How often leases are renewed: five renewals may fail before one runs out.
    pub(crate) fn renewal(&self) -> Duration {
        self.lease / 6
    }

    /// A lease that wasn't renewed for so long is given up here, before another host may take the job.
    pub(crate) fn fence(&self) -> Duration {
        self.lease * 3 / 4
    }

    /// How often one looks for work without being woken: delays that have passed, jobs that another host made ready.
    pub(crate) fn claim_interval(&self) -> Duration {
        self.check_interval.min(Duration::from_secs(5))
    }

    /// How often expired leases, idle interviews and this host's figures are seen to. With the default lease a job goes
    /// on elsewhere 75 s after its host died at the latest: 60 s of lease, 12 s of this with its jitter, 2 s of delay.
    pub(crate) fn upkeep_interval(&self) -> Duration {
        (self.lease / 6).min(Duration::from_secs(15))
    }

    /// How long nothing new is begun while the storage is down.
    pub(crate) fn storage_pause(&self) -> Duration {
        self.check_interval.min(Duration::from_secs(30))
    }

    /// How long a job waits after a first crash under it.
    pub(crate) fn crash_delay(&self) -> Duration {
        self.lease / 30
    }
}
