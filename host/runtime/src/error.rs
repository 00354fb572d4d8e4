//! What can go wrong between a component and its host, and what a person needs to know of it.

use std::path::PathBuf;
use std::time::Duration;

use rushes_model::{ByteSize, Class, Classify, Code, MediaTime, Reason, Stop};

use crate::call::Call;
use crate::limits::WORDS_BYTES;
use crate::log::cut;

/// The result of anything here.
pub type Result<T> = std::result::Result<T, Error>;

/// Why a component couldn't be loaded, or what ended one of its calls.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The engine itself can't be made.
    #[error("the engine can't be started: {why}")]
    Engine {
        /// In the engine's words.
        why: String,
    },
    /// Compiled code can't be kept where it should.
    #[error("the folder for compiled code, {}, can't be used: {why}", path.display())]
    Cache {
        /// Which folder.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// The file isn't there, or can't be read.
    #[error("component {origin} can't be read")]
    Missing {
        /// Where it should be.
        origin: String,
        /// Why not.
        #[source]
        source: std::io::Error,
    },
    /// The file is too large to be looked at.
    #[error("component {origin} has {size}, {allowed} allowed")]
    TooLarge {
        /// Where it comes from.
        origin: String,
        /// Its size.
        size: ByteSize,
        /// The most that is read.
        allowed: ByteSize,
    },
    /// The bytes are no component, or a broken one.
    #[error("{origin} is no usable component: {why}")]
    Invalid {
        /// Where it comes from.
        origin: String,
        /// In the engine's words.
        why: String,
    },
    /// It wants more than analyzers get.
    #[error("component {origin} imports what no analyzer gets: {}", listed(imports))]
    NotGranted {
        /// Where it comes from.
        origin: String,
        /// All of them.
        imports: Vec<String>,
    },
    /// It was built for another contract.
    #[error("component {origin} exports {found}; this host speaks {spoken}")]
    Contract {
        /// Where it comes from.
        origin: String,
        /// What it exports.
        found: String,
        /// What is spoken here.
        spoken: &'static str,
    },
    /// It is a component, but no analyzer.
    #[error("component {origin} doesn't export {wanted}; it exports {}", listed(found))]
    NoExport {
        /// Where it comes from.
        origin: String,
        /// What an analyzer exports.
        wanted: &'static str,
        /// What this one exports.
        found: Vec<String>,
    },
    /// What it says about itself can't be used.
    #[error("component {origin} describes itself wrongly: {why}")]
    Descriptor {
        /// Where it comes from.
        origin: String,
        /// What is wrong.
        why: String,
    },
    /// `describe` broke.
    #[error("component {origin} can't describe itself")]
    Describe {
        /// Where it comes from.
        origin: String,
        /// How it broke.
        #[source]
        source: Box<Error>,
    },
    /// Fuel ran out.
    #[error(
        "out of fuel in {call} at {at}: {used} used, {allowed} allowed by `limits.fuel_base` and \
         `limits.fuel_per_media_second`{}",
        within(frames)
    )]
    Fuel {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// Instructions metered.
        used: u64,
        /// Credit for the media pushed so far.
        allowed: u64,
        /// Innermost first.
        frames: Vec<String>,
    },
    /// Memory ran out.
    #[error(
        "out of memory in {call} at {at}: {asked} asked for, {allowed} allowed by `limits.memory`{}",
        within(frames)
    )]
    Memory {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// All that it would have held.
        asked: ByteSize,
        /// What it may hold.
        allowed: ByteSize,
        /// Innermost first.
        frames: Vec<String>,
    },
    /// A call took too long.
    #[error("{call} at {at} took longer than the {allowed:?} of `limits.call_timeout`{}", within(frames))]
    Time {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// The limit.
        allowed: Duration,
        /// Innermost first.
        frames: Vec<String>,
    },
    /// Stack ran out.
    #[error("out of stack in {call} at {at}, {allowed} allowed{}", within(frames))]
    Stack {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// The limit.
        allowed: ByteSize,
        /// Innermost first.
        frames: Vec<String>,
    },
    /// It hands out more than is taken.
    #[error("{call} at {at} hands out too much: its {what} passes {allowed}")]
    TooMuch {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// Which part.
        what: &'static str,
        /// The limit.
        allowed: ByteSize,
    },
    /// It holds too many handles.
    #[error("{call} at {at} holds more than {allowed} handles")]
    Resources {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// The limit.
        allowed: usize,
    },
    /// It panicked, or did what no program may.
    #[error("the analyzer broke in {call} at {at}: {why}{}", within(frames))]
    Trapped {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// The panic's text, or the trap.
        why: String,
        /// Innermost first.
        frames: Vec<String>,
    },
    /// It says that it failed.
    #[error("the analyzer failed in {call} at {at}: {why}")]
    Failed {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// In its words.
        why: String,
    },
    /// It refuses the recording.
    #[error("the analyzer can't use this recording ({call} at {at}): {why}")]
    Input {
        /// In which call.
        call: Call,
        /// What was being pushed.
        at: MediaTime,
        /// In its words.
        why: String,
    },
    /// It refuses its parameters.
    #[error("the analyzer refuses its parameters: {why}")]
    Params {
        /// In its words.
        why: String,
    },
    /// What it returned breaks the contract or its own schema.
    #[error("the analyzer's report can't be used: {why}")]
    Output {
        /// What, where.
        why: String,
    },
    /// It was told to stop.
    #[error(transparent)]
    Stopped(#[from] Stop),
    /// A call after one that broke.
    #[error("{call} was called after an earlier call had broken the instance")]
    Over {
        /// Which call came too late.
        call: Call,
    },
}

fn listed(names: &[String]) -> String {
    if names.is_empty() { "nothing".to_owned() } else { cut(names.join(", "), WORDS_BYTES) }
}

fn within(frames: &[String]) -> String {
    if frames.is_empty() { String::new() } else { format!(" (in {})", frames.join(" < ")) }
}

impl Classify for Error {
    fn class(&self) -> Class {
        match self {
            Self::Engine { .. } | Self::Over { .. } => Class::Permanent(Reason::Internal),
            Self::Missing { .. }
            | Self::Cache { .. }
            | Self::TooLarge { .. }
            | Self::Invalid { .. }
            | Self::NotGranted { .. }
            | Self::Contract { .. }
            | Self::NoExport { .. }
            | Self::Descriptor { .. }
            | Self::Params { .. } => Class::Permanent(Reason::Request),
            Self::Describe { source, .. } => match source.class() {
                stopped @ (Class::Transient | Class::HandedBack) => stopped,
                Class::Permanent(_) => Class::Permanent(Reason::Request),
            },
            Self::Fuel { .. }
            | Self::Memory { .. }
            | Self::Time { .. }
            | Self::Stack { .. }
            | Self::TooMuch { .. }
            | Self::Resources { .. } => Class::Permanent(Reason::Limits),
            Self::Trapped { .. } | Self::Failed { .. } | Self::Input { .. } | Self::Output { .. } => {
                Class::Permanent(Reason::Analyzer)
            }
            Self::Stopped(stop) => stop.class(),
        }
    }

    fn code(&self) -> Code {
        match self {
            Self::Engine { .. } | Self::Over { .. } => Code::Internal,
            Self::Cache { .. } => Code::SettingInvalid,
            Self::Missing { .. } => Code::ComponentMissing,
            Self::TooLarge { .. } | Self::Invalid { .. } | Self::NotGranted { .. } => Code::ComponentInvalid,
            Self::Contract { .. } => Code::ComponentContract,
            Self::NoExport { .. } => Code::ComponentExport,
            Self::Descriptor { .. } => Code::ComponentDescribe,
            Self::Describe { source, .. } => match **source {
                Self::Stopped(stop) => stop.code(),
                Self::Params { .. } => Code::PipelineParams,
                _ => Code::ComponentDescribe,
            },
            Self::Fuel { .. } => Code::LimitsFuel,
            Self::Memory { .. } => Code::LimitsMemory,
            Self::Time { .. } => Code::LimitsTime,
            Self::Stack { .. } => Code::LimitsStack,
            Self::TooMuch { .. } => Code::LimitsOutput,
            Self::Resources { .. } => Code::LimitsResources,
            Self::Trapped { .. } => Code::AnalyzerTrapped,
            Self::Failed { .. } => Code::AnalyzerFailed,
            Self::Input { .. } => Code::AnalyzerInput,
            Self::Params { .. } => Code::PipelineParams,
            Self::Output { .. } => Code::AnalyzerOutput,
            Self::Stopped(stop) => stop.code(),
        }
    }

    fn help(&self) -> Option<String> {
        let text = match self {
            Self::Cache { .. } => "give the host a folder of its own (mode 700) under DATA_DIR",
            Self::Missing { .. } => "check the path in pipelines.toml; it is relative to that file",
            Self::TooLarge { .. } => "strip it (profile `component`), or ship the model as a file beside it",
            Self::Invalid { .. } => "build it with `cargo build --profile component --target wasm32-wasip2`",
            Self::NotGranted { .. } => "analyzers get media, a log and granted files; remove what needs more",
            Self::Contract { .. } => "update the host, or rebuild the analyzer with an SDK of this contract",
            Self::NoExport { .. } => "export the analyzer with `rushes_sdk::export!(…)`",
            Self::Descriptor { .. } | Self::Describe { .. } => "see docs/contract.md, `describe`",
            Self::Fuel { .. } => "raise `limits.fuel_per_media_second` in pipelines.toml, or make the analyzer do less",
            Self::Memory { .. } => "raise `limits.memory` in pipelines.toml, or make the analyzer keep less",
            Self::Time { .. } => "raise `limits.call_timeout`, or give the host fewer jobs at once",
            Self::Stack { .. } => "make the recursion a loop",
            Self::TooMuch { .. } => "measure at fewer points; a partial holds measurements, no media",
            Self::Resources { .. } => "drop what isn't needed any more",
            Self::Trapped { .. } | Self::Failed { .. } => "see the analyzer's log, and its author",
            Self::Params { .. } => "see the analyzer's README for its parameters",
            Self::Output { .. } => "tell the analyzer's author; docs/contract.md says what a report may hold",
            Self::Stopped(stop) => return stop.help(),
            Self::Engine { .. } | Self::Input { .. } | Self::Over { .. } => return None,
        };
        Some(text.to_owned())
    }
}
