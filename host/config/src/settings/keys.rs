//! The table.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use rushes_model::ByteSize;
use rushes_model::private::PrivateHosts;

use super::load::{Reading, Shown};
use super::rule::{Key, Rule, TimeUnit};
use super::value::{Billing, ChunkSize, LogFormat, UtcOffset};

macro_rules! keys {
    ($($doc:literal $field:ident: $type:ty = $name:literal, $default:literal, $rule:expr,
        none $none:expr, since $since:literal, secret $secret:literal;)*) => {
        /// Every row, in the order of the documentation.
        pub const KEYS: &[Key] = &[$(Key {
            name: $name, default: $default, rule: $rule, none: $none, doc: $doc, since: $since, secret: $secret,
        }),*];

        /// The settings of a host, checked.
        #[derive(Clone, Debug, PartialEq)]
        pub struct Settings {
            $(#[doc = $doc] pub $field: $type,)*
            pub(super) shown: BTreeMap<&'static str, Shown>,
        }

        impl Settings {
            /// Takes every row's value; none when one was refused, and then `reading` knows which.
            pub(super) fn take(reading: &mut Reading<'_>) -> Option<Self> {
                let mut rows = KEYS.iter();
                $(let $field = rows.next().and_then(|key| reading.take::<$type>(key));)*
                let shown = reading.take_shown();
                Some(Self { $($field: $field?,)* shown })
            }
        }
    };
}

const fn count(min: u64, max: u64) -> Rule {
    Rule::Count { min, max }
}

const fn seconds(min: u64, max: u64) -> Rule {
    Rule::Time { unit: TimeUnit::Seconds, min, max }
}

const fn hours(min: u64, max: u64) -> Rule {
    Rule::Time { unit: TimeUnit::Hours, min, max }
}

const fn days(min: u64, max: u64) -> Rule {
    Rule::Time { unit: TimeUnit::Days, min, max }
}

const fn megabytes(min: u64, max: u64) -> Rule {
    Rule::Megabytes { min, max }
}

keys! {
    "How many jobs this host works on at once."
    max_concurrent_jobs: u32 = "MAX_CONCURRENT_JOBS", "3", count(1, 256), none None, since "0.1.0", secret false;

    "Queues that this host serves, the first one first. A job names one, a region perhaps; those that name none are in `default`."
    queues: Vec<String> = "RUSHES_QUEUES", "default", Rule::Names, none None, since "0.1.0", secret false;

    "How long the queue waits between looks for files that have arrived. A new job wakes it at once."
    queue_check_interval: Duration = "QUEUE_CHECK_INTERVAL", "30", seconds(1, 3_600), none None, since "0.1.0", secret false;

    "How long one attempt at a job may take."
    job_timeout: Duration = "JOB_TIMEOUT", "3600", seconds(1, 604_800), none None, since "0.1.0", secret false;

    "Whether objects are streamed by ranges; false fetches the whole object to a temporary file first."
    enable_streaming_processing: bool = "ENABLE_STREAMING_PROCESSING", "true", Rule::Switch, none None, since "0.1.0", secret false;

    "How much of a large object is fetched at a time; `auto` fits it to what analysis takes and the network gives, within STREAMING_READAHEAD_MB."
    streaming_chunk_size: ChunkSize = "STREAMING_CHUNK_SIZE_MB", "20", megabytes(1, 1_024), none Some("auto"), since "0.1.0", secret false;

    "Larger objects are read chunk by chunk and checkpointed segment by segment; up to and with it an object is read in one go. Neither changes what a report finds."
    chunked_file_size_threshold: ByteSize = "CHUNKED_FILE_SIZE_THRESHOLD_MB", "50", megabytes(0, 1_048_576), none None, since "0.1.0", secret false;

    "Whether jobs wait when memory is short."
    enable_memory_monitoring: bool = "ENABLE_MEMORY_MONITORING", "true", Rule::Switch, none None, since "0.1.0", secret false;

    "Share of the memory that this process may use (the container's limit, MEMORY_LIMIT_MB, else the machine's) above which no further job is taken."
    memory_threshold_percent: u32 = "MEMORY_THRESHOLD_PERCENT", "85", count(10, 100), none None, since "0.1.0", secret false;

    "Memory that this process may use, where neither the container nor the machine says so."
    memory_limit: Option<ByteSize> = "MEMORY_LIMIT_MB", "none", megabytes(128, 16_777_216), none Some("none"), since "0.1.0", secret false;

    "Where jobs and reports are kept. Without a value: the SQLite file `rushes.db` in RUSHES_DATA."
    database_url: Option<String> = "DATABASE_URL", "", Rule::Database, none Some(""), since "0.1.0", secret true;

    "Where the HTTP interface listens."
    listen: SocketAddr = "RUSHES_LISTEN", "127.0.0.1:9001", Rule::Address, none None, since "0.1.0", secret false;

    "Folder for the database and for what `analyze --resume` keeps. Compiled components lie in the user's cache folder, or in RUSHES_CACHE."
    data: PathBuf = "RUSHES_DATA", "rushes-data", Rule::Text, none None, since "0.1.0", secret false;

    "Address under which others reach this host; used for links in webhooks."
    public_url: Option<String> = "RUSHES_PUBLIC_URL", "", Rule::Http, none Some(""), since "0.1.0", secret false;

    "Receivers of webhooks that may lie in private networks, and may be told over plain http: names, addresses, networks, with commas between."
    webhook_allow_private: PrivateHosts = "WEBHOOK_ALLOW_PRIVATE", "", Rule::Receivers, none None, since "0.1.0", secret false;

    "When \"today\" begins in figures."
    timezone: UtcOffset = "RUSHES_TIMEZONE", "UTC", Rule::Offset, none None, since "0.1.0", secret false;

    "What is logged: a level, or levels by target, like `info,queue_processor=debug`."
    log: String = "RUSHES_LOG", "info", Rule::Text, none None, since "0.1.0", secret false;

    "How log lines look."
    log_format: LogFormat = "LOG_FORMAT", "text", Rule::Choice(&["text", "json"]), none None, since "0.1.0", secret false;

    "How often a job is tried before it fails for good."
    max_attempts: u32 = "MAX_ATTEMPTS", "5", count(1, 100), none None, since "0.1.0", secret false;

    "Wait before the second attempt; doubled for each further one, with jitter, up to an hour."
    retry_delay: Duration = "RETRY_DELAY_SECONDS", "300", seconds(0, 3_600), none None, since "0.1.0", secret false;

    "How long a host keeps a job without a sign of life. Signs are given six times as often."
    lease: Duration = "LEASE_SECONDS", "60", seconds(6, 3_600), none None, since "0.1.0", secret false;

    "A job that makes no progress for so long is stopped."
    stall_timeout: Duration = "STALL_TIMEOUT", "600", seconds(1, 86_400), none None, since "0.1.0", secret false;

    "A job that has been processing for longer is reported as stuck and taken back."
    stuck_timeout: Duration = "STUCK_TIMEOUT_HOURS", "2", hours(1, 720), none None, since "0.1.0", secret false;

    "How long running jobs may go on after a signal to stop; then they are handed back."
    drain_timeout: Duration = "DRAIN_TIMEOUT", "25", seconds(0, 3_600), none None, since "0.1.0", secret false;

    "Finished jobs are removed after so long."
    retention: Duration = "RETENTION_DAYS", "90", days(1, 36_500), none None, since "0.1.0", secret false;

    "An interview that nobody sealed is sealed so long after its last job ended."
    interview_seal_after: Duration = "INTERVIEW_SEAL_AFTER", "600", seconds(1, 604_800), none None, since "0.1.0", secret false;

    "A job whose file doesn't arrive within so long fails."
    file_wait_timeout: Option<Duration> = "FILE_WAIT_TIMEOUT", "off", seconds(1, 31_536_000), none Some("off"), since "0.1.0", secret false;

    "Bytes of an object that may be read ahead of its analysis."
    streaming_readahead: ByteSize = "STREAMING_READAHEAD_MB", "64", megabytes(2, 4_096), none None, since "0.1.0", secret false;

    "Range requests that a job may have in flight."
    streaming_max_requests: u32 = "STREAMING_MAX_REQUESTS", "16", count(1, 256), none None, since "0.1.0", secret false;

    "A request that brings no byte for so long is given up and made anew."
    streaming_stall_timeout: Duration = "STREAMING_STALL_TIMEOUT", "10", seconds(1, 600), none None, since "0.1.0", secret false;

    "What reading costs: `region` (requests) or `egress` (bytes); decides which bytes are skipped."
    storage_billing: Billing = "STORAGE_BILLING", "region", Rule::Choice(&["region", "egress"]), none None, since "0.1.0", secret false;

    "Buckets that may be read; of https addresses scheme and host stand for it."
    storage_buckets: Option<Vec<String>> = "STORAGE_BUCKETS", "all", Rule::Names, none Some("all"), since "0.1.0", secret false;

    "Hosts in private networks that https addresses of jobs may name: names, addresses, networks, with commas between."
    https_allow_private: PrivateHosts = "HTTPS_ALLOW_PRIVATE", "", Rule::Receivers, none None, since "0.1.0", secret false;

    "Most that temporary files may take together."
    temp_max: ByteSize = "TEMP_MAX_MB", "4096", megabytes(1, 16_777_216), none None, since "0.1.0", secret false;
}
