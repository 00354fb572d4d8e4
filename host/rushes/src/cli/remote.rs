//! The commands that ask a host over HTTP.

use clap::{Args, Subcommand};

/// Which host, and how its answer is printed.
#[derive(Clone, Debug, Args)]
pub(crate) struct At {
    /// The host to ask [default: http://127.0.0.1:9001]; RUSHES_URL says the same. RUSHES_TOKEN is sent if it is set
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) url: Option<String>,
    /// Print JSON, as the API gives it
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

/// `rushes status`
#[derive(Debug, Args)]
pub(crate) struct Status {
    #[command(flatten)]
    pub(crate) at: At,
    /// Look again every two seconds until Ctrl-C
    #[arg(long)]
    pub(crate) watch: bool,
}

/// `rushes health`
#[derive(Debug, Args)]
pub(crate) struct Health {
    #[command(flatten)]
    pub(crate) at: At,
}

/// `rushes submit`
#[derive(Debug, Args)]
pub(crate) struct Submit {
    /// s3://bucket/key or https://host/path; it may arrive later
    pub(crate) object: String,
    #[command(flatten)]
    pub(crate) at: At,
    /// The pipeline to use; without it a route of the host's pipelines.toml must fit
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: Option<String>,
    /// The interview that it belongs to
    #[arg(long, value_name = "ID")]
    pub(crate) interview: Option<String>,
    /// The interview's type
    #[arg(long = "type", value_name = "TYPE", requires = "interview")]
    pub(crate) interview_type: Option<String>,
    /// How many jobs the interview will have; with the last of them it is sealed
    #[arg(long, value_name = "COUNT", requires = "interview")]
    pub(crate) expected: Option<u32>,
    /// 0 (high) to 9
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(0..=9))]
    pub(crate) priority: Option<u8>,
    /// Hosts that serve this queue may take it
    #[arg(long, value_name = "NAME")]
    pub(crate) queue: Option<String>,
    /// JSON that is kept with the job and echoed
    #[arg(long, value_name = "JSON")]
    pub(crate) metadata: Option<String>,
    /// Sent again with the same request it creates nothing new, for 24 hours
    #[arg(long, value_name = "KEY")]
    pub(crate) idempotency_key: Option<String>,
    /// Wait until the job ends; the exit code says how
    #[arg(long)]
    pub(crate) wait: bool,
}

/// `rushes explain`
#[derive(Debug, Args)]
pub(crate) struct Explain {
    /// The job
    pub(crate) job: String,
    #[command(flatten)]
    pub(crate) at: At,
}

/// `rushes jobs …`
#[derive(Debug, Args)]
pub(crate) struct Jobs {
    #[command(flatten)]
    pub(crate) at: At,
    #[command(subcommand)]
    pub(crate) verb: JobsVerb,
}

/// What to do with jobs.
#[derive(Debug, Subcommand)]
pub(crate) enum JobsVerb {
    /// List jobs, newest first
    List {
        #[command(flatten)]
        which: Which,
        /// How many
        #[arg(long, value_name = "COUNT", default_value_t = 50)]
        limit: usize,
    },
    /// Show one job
    Show {
        /// The job
        id: String,
    },
    /// Try jobs now: again if they ended, sooner if they wait
    Retry(Chosen),
    /// Cancel jobs; one that runs stops within moments
    Cancel(Chosen),
    /// Print what analyzers said while they worked on a job
    Logs {
        /// The job
        id: String,
    },
    /// Remove a job that ended, with everything derived from it; never its recording
    Delete {
        /// The job
        id: String,
    },
}

/// Jobs by name, or all that match.
#[derive(Debug, Args)]
pub(crate) struct Chosen {
    /// The jobs
    #[arg(value_name = "ID", required_unless_present = "all")]
    pub(crate) ids: Vec<String>,
    /// All that match, instead of some by name; at least one of the filters must be given
    #[arg(long, conflicts_with = "ids")]
    pub(crate) all: bool,
    #[command(flatten)]
    pub(crate) which: Which,
}

/// Filters.
#[derive(Clone, Debug, Default, Args)]
pub(crate) struct Which {
    /// "0" pending, "1" processing, "2" failed or cancelled, "3" completed; or a state: waiting_for_file, ready,
    /// retry_wait, processing, completed, failed, cancelled
    #[arg(long, value_name = "STATUS")]
    pub(crate) status: Option<String>,
    /// Of this interview
    #[arg(long, value_name = "ID")]
    pub(crate) interview: Option<String>,
    /// Of this pipeline
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: Option<String>,
    /// Of this queue
    #[arg(long, value_name = "NAME")]
    pub(crate) queue: Option<String>,
    /// Created at or after this moment (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(crate) created_after: Option<String>,
    /// Created before this moment (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub(crate) created_before: Option<String>,
    /// At work for longer than STUCK_TIMEOUT_HOURS
    #[arg(long)]
    pub(crate) stuck: bool,
}

/// `rushes interviews …`
#[derive(Debug, Args)]
pub(crate) struct Interviews {
    #[command(flatten)]
    pub(crate) at: At,
    #[command(subcommand)]
    pub(crate) verb: InterviewsVerb,
}

/// What to do with interviews.
#[derive(Debug, Subcommand)]
pub(crate) enum InterviewsVerb {
    /// List interviews, newest first
    List {
        /// How many
        #[arg(long, value_name = "COUNT", default_value_t = 50)]
        limit: usize,
    },
    /// Show one interview and its jobs
    Show {
        /// The interview
        id: String,
    },
    /// Say that no more jobs will come for it
    Seal {
        /// The interview
        id: String,
    },
    /// Cancel its jobs
    Cancel {
        /// The interview
        id: String,
    },
    /// Try its failed jobs again
    Retry {
        /// The interview
        id: String,
    },
    /// Remove it with everything derived from it, and say what that was
    Delete {
        /// The interview
        id: String,
        /// The recordings in S3 as well
        #[arg(long)]
        recordings: bool,
    },
}

/// `rushes hosts …`
#[derive(Debug, Args)]
pub(crate) struct Hosts {
    #[command(flatten)]
    pub(crate) at: At,
    #[command(subcommand)]
    pub(crate) verb: HostsVerb,
}

/// What to do with hosts.
#[derive(Debug, Subcommand)]
pub(crate) enum HostsVerb {
    /// List the hosts that are alive
    List,
    /// Let a host take no new jobs; what runs goes on
    Pause {
        /// The host
        id: String,
    },
    /// Let a host take jobs again
    Resume {
        /// The host
        id: String,
    },
    /// Let a host finish what runs and end
    Drain {
        /// The host
        id: String,
    },
}

/// `rushes webhooks …`
#[derive(Debug, Args)]
pub(crate) struct Webhooks {
    #[command(flatten)]
    pub(crate) at: At,
    #[command(subcommand)]
    pub(crate) verb: WebhooksVerb,
}

/// What to do with webhooks.
#[derive(Debug, Subcommand)]
pub(crate) enum WebhooksVerb {
    /// List webhooks and how their deliveries stand
    List,
    /// List the deliveries of a webhook, newest first
    Deliveries {
        /// The webhook
        name: String,
        /// pending, delivered or dead
        #[arg(long)]
        state: Option<String>,
        /// How many
        #[arg(long, value_name = "COUNT", default_value_t = 50)]
        limit: usize,
    },
    /// Send dead letters again: all of a webhook, or one delivery
    Replay {
        /// The webhook
        #[arg(required_unless_present = "delivery")]
        name: Option<String>,
        /// One delivery instead
        #[arg(long, value_name = "ID", conflicts_with = "name")]
        delivery: Option<String>,
        /// Of events at or after this moment (RFC 3339)
        #[arg(long, value_name = "TIME", requires = "name")]
        since: Option<String>,
        /// Of events before this moment (RFC 3339)
        #[arg(long, value_name = "TIME", requires = "name")]
        until: Option<String>,
    },
    /// Send a test event
    Test {
        /// The webhook
        name: String,
    },
}
