//! The command line, as clap reads it.

mod remote;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use rushes_model::Scope;

pub(crate) use remote::{
    At, Chosen, Explain, Health, Hosts, HostsVerb, Interviews, InterviewsVerb, Jobs, JobsVerb, Status, Submit,
    Webhooks, WebhooksVerb, Which,
};

/// Looks through recordings: a host for media analyzers that run in a sandbox.
#[derive(Debug, Parser)]
#[command(name = "rushes", version, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Analyse one recording, once: a file, s3://bucket/key or https://host/path
    Analyze(Analyze),
    /// Take jobs over HTTP and work on them
    Serve(Serve),
    /// Work on jobs without HTTP; ends by itself with --once or --drain-idle
    Worker(Worker),
    /// Make tokens for the HTTP interface, list and revoke them; on the database that DATABASE_URL names
    Token(Token),
    /// Look at everything that a host needs, and say what to do: S3, database, memory, disk, pipelines
    Doctor(Doctor),
    /// Say how the queue stands, and each host
    Status(Status),
    /// Say how each part of a host is; 1 where one is down. Needs no token
    Health(Health),
    /// Create a job for an object in S3
    Submit(Submit),
    /// Look at jobs, retry and cancel them
    Jobs(Jobs),
    /// Look at interviews, seal, retry, cancel and delete them
    Interviews(Interviews),
    /// Say why a job waits or failed, and what to do
    Explain(Explain),
    /// Look at hosts, pause and drain them
    Hosts(Hosts),
    /// Look at webhooks and their deliveries, send dead letters again
    Webhooks(Webhooks),
    /// Show everything at work: an S3 server, a database and a sample recording in one process
    Demo(Demo),
    /// Look after pipelines.toml
    #[command(subcommand)]
    Pipelines(Pipelines),
    /// Look at the settings
    #[command(subcommand)]
    Config(Config),
}

/// `rushes analyze`
#[derive(Debug, Args)]
pub(crate) struct Analyze {
    /// A file, s3://bucket/key, or https://host/path
    pub(crate) object: String,
    /// The pipeline to use; without it every bundled analyzer whose input is there
    #[arg(long, value_name = "NAME")]
    pub(crate) pipeline: Option<String>,
    /// Where pipelines are declared
    #[arg(long, value_name = "FILE")]
    pub(crate) pipelines: Option<PathBuf>,
    /// Print JSON, as the API gives it
    #[arg(long)]
    pub(crate) json: bool,
    /// Write the report to a file instead of standard output
    #[arg(long, value_name = "FILE")]
    pub(crate) out: Option<PathBuf>,
    /// Write where the time went, request by request and picture by picture, as a trace for ui.perfetto.dev
    #[arg(long, value_name = "FILE")]
    pub(crate) trace: Option<PathBuf>,
    /// Keep finished segments in the data folder, so that the same command goes on where it was interrupted
    #[arg(long)]
    pub(crate) resume: bool,
    /// Which decoders, instead of what the pipeline says
    #[arg(long, value_enum, value_name = "MODE")]
    pub(crate) decode: Option<Decode>,
}

/// Which decoders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Decode {
    /// In this process
    Native,
    /// The same ones as a component with memory, fuel and time of their own
    Sandboxed,
}

impl From<Decode> for rushes_model::pipeline::DecodeMode {
    fn from(decode: Decode) -> Self {
        match decode {
            Decode::Native => Self::Native,
            Decode::Sandboxed => Self::Sandboxed,
        }
    }
}

/// `rushes serve`
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// Where pipelines are declared
    #[arg(long, value_name = "FILE")]
    pub(crate) pipelines: Option<PathBuf>,
    /// What this host does: take requests (api), work on jobs (worker); a worker alone still answers for its health
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["api", "worker"], value_name = "ROLE")]
    pub(crate) roles: Vec<Role>,
}

/// What a host does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// Take requests, look for files
    Api,
    /// Work on jobs
    Worker,
}

/// `rushes worker`
#[derive(Debug, Args)]
pub(crate) struct Worker {
    /// Where pipelines are declared
    #[arg(long, value_name = "FILE")]
    pub(crate) pipelines: Option<PathBuf>,
    /// Take the jobs that are ready now, finish them and end; end at once where there is none
    #[arg(long)]
    pub(crate) once: bool,
    /// With --once: how many jobs at most [default: MAX_CONCURRENT_JOBS]
    #[arg(long, value_name = "COUNT", requires = "once", value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) max: Option<u32>,
    /// End when no job ran for so long
    #[arg(long, value_name = "SECONDS", conflicts_with = "once")]
    pub(crate) drain_idle: Option<u64>,
}

/// `rushes doctor`
#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// s3://bucket/key or s3://bucket: whether it may be listed and read, and how the server answers
    pub(crate) object: Option<String>,
    /// Where pipelines are declared
    #[arg(long, value_name = "FILE")]
    pub(crate) pipelines: Option<PathBuf>,
    /// Print JSON
    #[arg(long)]
    pub(crate) json: bool,
}

/// `rushes token …`
#[derive(Debug, Args)]
pub(crate) struct Token {
    /// A pipelines.toml whose `[host]` table counts as well
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) pipelines: Option<PathBuf>,
    /// Print JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    /// What to do.
    #[command(subcommand)]
    pub(crate) verb: TokenVerb,
}

/// What to do with tokens.
#[derive(Debug, Subcommand)]
pub(crate) enum TokenVerb {
    /// Make a token and print it, this once
    Create {
        /// For people: who has it, or what for
        name: String,
        /// What it allows: jobs:read, jobs:write, results:read, webhooks, admin (everything)
        #[arg(long, required = true, value_delimiter = ',', value_name = "SCOPES")]
        scopes: Vec<Scope>,
        /// How long it is good, like 90d [default: until it is revoked]
        #[arg(long, value_name = "TIME")]
        expires: Option<String>,
    },
    /// List tokens, without their secrets
    List,
    /// End a token
    Revoke {
        /// The token's id: what stands between the first two underscores
        id: String,
    },
}

/// `rushes demo`
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End after the report instead of serving on
    #[arg(long)]
    pub(crate) exit: bool,
    /// Another recording instead of the sample
    #[arg(long, value_name = "FILE")]
    pub(crate) recording: Option<PathBuf>,
    /// Where to keep the demo's database and objects; a fresh temporary folder if not given
    #[arg(long, value_name = "FOLDER")]
    pub(crate) data: Option<PathBuf>,
}

/// `rushes pipelines …`
#[derive(Debug, Subcommand)]
pub(crate) enum Pipelines {
    /// Say everything that is wrong with a pipelines.toml, or what it declares
    Check {
        /// The file
        #[arg(default_value = "pipelines.toml", value_name = "FILE")]
        file: PathBuf,
    },
    /// Take no new jobs of a pipeline, on any host; what runs goes on
    Pause {
        /// The pipeline
        name: String,
        #[command(flatten)]
        at: At,
    },
    /// Take jobs of a pipeline again
    Resume {
        /// The pipeline
        name: String,
        #[command(flatten)]
        at: At,
    },
}

/// `rushes config …`
#[derive(Debug, Subcommand)]
pub(crate) enum Config {
    /// Print each setting, its value and where it comes from
    Show {
        /// A pipelines.toml whose `[host]` table counts as well
        #[arg(long, value_name = "FILE")]
        pipelines: Option<PathBuf>,
        /// Print JSON
        #[arg(long)]
        json: bool,
    },
}
