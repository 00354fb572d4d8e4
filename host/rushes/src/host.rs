//! What every command needs: settings, the engine, the storage, the catalog. Built by hand, in this order.

use std::path::{Path, PathBuf};

use rushes_config::Settings;
use rushes_config::settings::{Billing, ChunkSize, LogFormat};
use rushes_model::report::Method;
use rushes_model::{ByteSize, Class, Code, Failure, ObjectRef, Reason, sabotage};
use rushes_runtime::{Engine, EngineConfig};
use rushes_source::{Options, Storage, StorageConfig, Whole};
use tokio::runtime::Runtime;

use crate::catalog::{Catalog, read_document, refused, refused_config};
use crate::fault::Fault;
use crate::wiring::analyzers::Components;

/// The one place that reads the environment.
#[expect(clippy::disallowed_methods, reason = "main passes the environment down as a function")]
pub(crate) fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// Settings and the catalog that they lead to.
pub(crate) struct Loaded {
    pub(crate) settings: Settings,
    pub(crate) catalog: Catalog,
}

/// The settings alone: for commands that load no component.
pub(crate) fn settings(pipelines: Option<&Path>) -> Result<Settings, Fault> {
    let document = pipelines.map(read_document).transpose()?;
    let loaded = Settings::load(env, document.as_ref().map(rushes_config::Document::host));
    loaded.map_err(|refusals| refused_config(&refusals.into()))
}

/// Reads settings and pipelines, loads every component. `pipelines` must exist; none is fine.
pub(crate) fn load(pipelines: Option<&Path>) -> Result<Loaded, Fault> {
    if let Some(script) = env("RUSHES_TEST_SABOTAGE") {
        sabotage::arm(&script).map_err(|why| Fault::usage(format!("RUSHES_TEST_SABOTAGE: {why}")))?;
        eprintln!("this process is sabotaged on purpose: {script}");
    }
    let document = pipelines.map(read_document).transpose()?;
    let host_table = document.as_ref().map(rushes_config::Document::host);
    let settings = Settings::load(env, host_table).map_err(|refusals| refused_config(&refusals.into()))?;
    let components = Components::new(engine(&settings)?);
    let declared = match &document {
        Some(document) => Some(document.check(&components, env).map_err(|problems| refused(&problems))?),
        None => None,
    };
    let catalog = Catalog::new(declared, components)?;
    Ok(Loaded { settings, catalog })
}

/// The file that is read where none is named.
pub(crate) fn nearby_pipelines() -> Option<&'static Path> {
    let nearby = Path::new("pipelines.toml");
    nearby.exists().then_some(nearby)
}

/// Bytes between those that are wanted, up to which they are read over instead of asked around.
///
/// Where requests cost and bytes don't: what a connection carries while a request is answered, 30 ms at 50 MB/s; shorter holes
/// cost less time than a request. Where bytes cost ($0.09 for 1e9, and $0.0004 for 1,000 requests): 4.4 kB are paid like a request,
/// and four times as much keeps their number bearable. A file is read without requests.
pub(crate) fn worth_skipping(settings: &Settings, object: &ObjectRef) -> u64 {
    match (matches!(object, ObjectRef::File { .. }), settings.storage_billing) {
        (true, _) => 64 << 10,
        (false, Billing::Egress) => 16 << 10,
        (false, Billing::Region) => 1_500_000,
    }
}

/// Whether a bucket may be read at all.
pub(crate) fn check_bucket(settings: &Settings, object: &ObjectRef) -> Result<(), Failure> {
    // The scheme and host of an https address stand for its bucket.
    let (Some((bucket, _)), Some(allowed)) = (object.to_place(), &settings.storage_buckets) else { return Ok(()) };
    if allowed.contains(&bucket) {
        return Ok(());
    }
    let message = format!("{object} may not be read: STORAGE_BUCKETS names {}", allowed.join(", "));
    Err(Failure::new(Code::StorageDenied, Class::Permanent(Reason::Storage), message)
        .with_help("add the bucket to STORAGE_BUCKETS, or leave the setting out to allow all"))
}

/// The engine, with its cache of compiled code.
pub(crate) fn engine(settings: &Settings) -> Result<Engine, Fault> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZeroUsize::get);
    let config = EngineConfig { cache_dir: Some(cache_folder(settings)), cores };
    Engine::new(config).map_err(|error| Fault::of(&error))
}

/// Compiled components: they can be made anew at any time, so they lie with the user's caches, not with the data.
fn cache_folder(settings: &Settings) -> PathBuf {
    let user =
        env("XDG_CACHE_HOME").map(PathBuf::from).or_else(|| env("HOME").map(|home| Path::new(&home).join(".cache")));
    match env("RUSHES_CACHE").map(PathBuf::from) {
        Some(folder) => folder,
        None => user.map_or_else(|| settings.data.join("cache"), |folder| folder.join("rushes")),
    }
}

/// The runtime on which everything waits. Computing happens on threads of its own.
pub(crate) fn runtime() -> Result<Runtime, Fault> {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("rushes-io")
        .enable_all()
        .build()
        .map_err(|error| Fault::io("the async runtime can't be started", &error))
}

/// S3 as the standard AWS chain finds it, and the web.
pub(crate) fn storage(settings: &Settings) -> Storage {
    let endpoint = env("AWS_ENDPOINT_URL_S3").or_else(|| env("AWS_ENDPOINT_URL"));
    let ca_bundle = env("AWS_CA_BUNDLE").filter(|path| !path.is_empty()).map(PathBuf::from);
    let defaults = StorageConfig::default();
    // A job alone may have all that it is allowed.
    let max_requests = defaults.max_requests.max(settings.streaming_max_requests);
    let allow_private = settings.https_allow_private.clone();
    let whole = (!settings.enable_streaming_processing)
        .then(|| Whole { folder: settings.data.join("temporary"), limit: settings.temp_max });
    Storage::new(StorageConfig { endpoint, ca_bundle, allow_private, max_requests, whole, ..defaults })
}

/// How an object of this size is read.
pub(crate) fn method(settings: &Settings, size: u64) -> Method {
    if size > settings.chunked_file_size_threshold.as_bytes() { Method::Chunked } else { Method::Regular }
}

/// What a job's reader may use.
pub(crate) fn reading(settings: &Settings) -> Options {
    let chunk = match settings.streaming_chunk_size {
        ChunkSize::Auto => settings.streaming_readahead,
        ChunkSize::Fixed(size) => size,
    };
    Options {
        readahead: settings.streaming_readahead,
        chunk: chunk.max(ByteSize::mib(1)),
        max_requests: settings.streaming_max_requests,
        stall_timeout: settings.streaming_stall_timeout,
        ..Options::default()
    }
}

/// Logs go to standard error, so that standard output stays a result.
pub(crate) fn log_to_stderr(settings: &Settings) -> Result<(), Fault> {
    // Migrations say each step at `info`; ours say what matters.
    let wanted = format!("sea_orm_migration=warn,{}", settings.log);
    let filter = tracing_subscriber::EnvFilter::try_new(wanted).map_err(|error| {
        Fault::usage(format!("RUSHES_LOG is `{}`: {error}", settings.log))
            .with_help("write a level, or target=level, …")
    })?;
    let colour = std::io::IsTerminal::is_terminal(&std::io::stderr());
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_ansi(colour).with_writer(std::io::stderr);
    match settings.log_format {
        LogFormat::Json => lines.json().init(),
        LogFormat::Text => lines.init(),
    }
    Ok(())
}
