//! `rushes serve`: every part built by a constructor call, in the order in which a recording meets them.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use rushes_api::{Access, Deps, LoadedAnalyzer, Times};
use rushes_config::Settings;
use rushes_memory::Budget;
use rushes_queue::tasks::{Ends, Tasks};
use rushes_queue::{Handle, Queue};
use rushes_source::Storage;
use rushes_store::Store;
use tokio::net::TcpListener;
use tracing::{error, info};

use crate::cli::Serve;
use crate::fault::Fault;
use crate::host::{self, Loaded};
use crate::last_process::LastProcess;
use crate::plan::{Listens, Plan};
use crate::wiring::storage::{Looking, Seen};
use crate::wiring::uploads::Uploads;
use crate::wiring::work::Running;
use crate::{pages, telling};

pub(crate) fn run(command: &Serve) -> Result<ExitCode, Fault> {
    let loaded = host::load(command.pipelines.as_deref().or(host::nearby_pipelines()))?;
    host::log_to_stderr(&loaded.settings)?;
    let runtime = host::runtime()?;
    runtime.block_on(async {
        let storage = host::storage(&loaded.settings);
        let served = start(loaded, storage, Plan::of(&command.roles)).await?;
        eprintln!("rushes serves on {}", served.url());
        finish(served, signal()).await;
        Ok(ExitCode::SUCCESS)
    })
}

/// A host that serves.
pub(crate) struct Served {
    address: Option<SocketAddr>,
    pub(crate) queue: Handle,
    pub(crate) store: Store,
    tasks: Tasks,
    grace: Duration,
    /// Held to the end: as long as this process lives, no other takes over from it.
    _place: LastProcess,
}

impl Served {
    /// Where it listens, for people.
    pub(crate) fn url(&self) -> String {
        self.address.map_or_else(|| "no address".into(), |address| format!("http://{address}"))
    }
}

/// Starts every part of a plan and returns when the host is ready.
pub(crate) async fn start(loaded: Loaded, storage: Storage, plan: Plan) -> Result<Served, Fault> {
    let Loaded { settings, catalog } = loaded;
    let listener = match plan.listens {
        Listens::All | Listens::Probes => Some(listen(&settings).await?),
        Listens::Nothing => None,
    };
    let address = listener.as_ref().map(TcpListener::local_addr).transpose();
    let address = address.map_err(|error| Fault::io("the HTTP address", &error))?;
    std::fs::create_dir_all(&settings.data).map_err(|error| Fault::io(settings.data.display(), &error))?;
    let store = Store::open(&settings.database()).await.map_err(|error| Fault::of(&error))?;
    let access = access(address, plan.listens, &store).await?;
    let metrics = metrics()?;
    let budget = Budget::new(memory(&settings)).map_err(|error| Fault::of(&error))?;
    let (settings, catalog) = (Arc::new(settings), Arc::new(catalog));
    let tasks = Tasks::new();
    // Before anything can end: an event is for those who are known by then.
    telling::start(&tasks, &store, &settings, &catalog)?;
    let (queue, handle) = Queue::new(store.clone(), budget, queue_settings(&settings, plan));
    let last_process = LastProcess::take_over(&settings.data, handle.status().host)?;
    let queue = queue.after(last_process.host());
    let work = Running {
        settings: Arc::clone(&settings),
        catalog: Arc::clone(&catalog),
        storage: storage.clone(),
        takes_jobs: plan.takes_jobs,
    };
    let seen = Seen::new();
    let uploads = Uploads(storage.clone());
    let looking = Looking { settings: Arc::clone(&settings), storage, seen: seen.clone() };
    let shutdown = tasks.shutdown();
    tasks.spawn("queue", Ends::StopHost, async move {
        if let Err(failed) = queue.run(work, looking, shutdown).await {
            error!(error = %failed, "the queue ended");
        }
    });
    if let Some(listener) = listener {
        let deps = deps(&settings, &catalog, &store, &handle, Told { access, seen, metrics, uploads });
        let is_whole = plan.listens == Listens::All;
        let router = if is_whole { rushes_api::router(deps) } else { rushes_api::probes(deps) };
        let shutdown = tasks.shutdown();
        tasks.spawn("http", Ends::StopHost, async move {
            let serving = axum_serve(listener, router, shutdown).await;
            if let Err(failed) = serving {
                error!(error = %failed, "HTTP ended");
            }
        });
    }
    info!(?address, "host ready");
    Ok(Served { address, queue: handle, store, tasks, grace: settings.drain_timeout, _place: last_process })
}

/// Goes on until the signal, then ends every part; the database last.
pub(crate) async fn finish(served: Served, signal: impl Future<Output = ()>) {
    let ended = served.tasks.finish(signal, served.grace).await;
    info!(?ended, "host ended");
    if let Err(failed) = served.store.close().await {
        error!(error = %failed, "the database could not be closed");
    }
}

async fn axum_serve(
    listener: TcpListener,
    router: rushes_api::Router,
    shutdown: rushes_queue::tasks::Shutdown,
) -> std::io::Result<()> {
    let draining = shutdown.draining().clone();
    rushes_api::serve(listener, router, async move { draining.cancelled().await }, shutdown.stopping().cancelled())
        .await
}

async fn listen(settings: &Settings) -> Result<TcpListener, Fault> {
    TcpListener::bind(settings.listen).await.map_err(|error| {
        Fault::io(format!("RUSHES_LISTEN {} can't be listened on", settings.listen), &error)
            .with_help("another process may listen there; set RUSHES_LISTEN to another port")
    })
}

/// Others than this machine may ask only with a token, so there must be one; for health alone nobody needs any.
async fn access(address: Option<SocketAddr>, listens: Listens, store: &Store) -> Result<Access, Fault> {
    let Some(address) = address.filter(|address| !address.ip().is_loopback()) else { return Ok(Access::Loopback) };
    if listens != Listens::All || store.read().has_tokens().await.map_err(|error| Fault::of(&error))? {
        return Ok(Access::Tokens);
    }
    Err(Fault::usage(format!("RUSHES_LISTEN is {address}, which others can reach, and there is no token yet"))
        .with_help("make one with `rushes token create NAME --scopes …`, or listen on 127.0.0.1"))
}

pub(crate) fn memory(settings: &Settings) -> rushes_memory::Settings {
    rushes_memory::Settings {
        limit: settings.memory_limit,
        threshold_percent: u8::try_from(settings.memory_threshold_percent).unwrap_or(100),
        is_monitored: settings.enable_memory_monitoring,
    }
}

fn queue_settings(settings: &Settings, plan: Plan) -> rushes_queue::Settings {
    rushes_queue::Settings {
        host_name: host::env("HOSTNAME").unwrap_or_else(|| "localhost".into()),
        version: env!("CARGO_PKG_VERSION").into(),
        method: if settings.enable_streaming_processing { "streaming_s3" } else { "download" }.into(),
        queues: settings.queues.clone(),
        slots: if plan.takes_jobs { settings.max_concurrent_jobs } else { 0 },
        mode: plan.mode,
        check_interval: settings.queue_check_interval,
        job_timeout: settings.job_timeout,
        stall_timeout: settings.stall_timeout,
        stuck_after: settings.stuck_timeout,
        lease: settings.lease,
        retry: rushes_store::RetryPolicy {
            max_attempts: settings.max_attempts,
            first_delay: settings.retry_delay,
            ..rushes_store::RetryPolicy::default()
        },
        file_wait_timeout: settings.file_wait_timeout,
        seal_after: settings.interview_seal_after,
        retention: rushes_store::Retention { jobs: settings.retention, ..rushes_store::Retention::default() },
    }
}

/// Each analyzer once, whichever pipelines use it.
fn analyzers(catalog: &crate::catalog::Catalog) -> BTreeMap<String, LoadedAnalyzer> {
    let all = catalog.iter().flat_map(|ready| &ready.analyzers);
    let loaded = all.map(|one| {
        let body = LoadedAnalyzer {
            version: one.descriptor.version.clone(),
            summary: one.descriptor.summary.clone(),
            digest: one.component.digest().to_string(),
            contract: one.component.contract().to_owned(),
            origin: one.component.origin().to_owned(),
        };
        (one.name.clone(), body)
    });
    loaded.collect()
}

/// What the interface tells of the host itself.
struct Told {
    access: Access,
    seen: Seen,
    metrics: PrometheusHandle,
    uploads: Uploads,
}

/// Every room counts through the `metrics` facade; this is where the counts are kept.
fn metrics() -> Result<PrometheusHandle, Fault> {
    let installed = PrometheusBuilder::new().install_recorder();
    installed.map_err(|error| Fault::usage(format!("metrics can't be kept: {error}")))
}

fn deps(
    settings: &Settings,
    catalog: &Arc<crate::catalog::Catalog>,
    store: &Store,
    queue: &Handle,
    told: Told,
) -> Deps {
    let Told { access, seen, metrics, uploads } = told;
    let pipelines: BTreeMap<_, _> =
        catalog.iter().map(|ready| (ready.pipeline.name.clone(), Arc::clone(&ready.pipeline))).collect();
    let routes = catalog.declared.as_ref().map(|declared| declared.routes().to_vec()).unwrap_or_default();
    let loaded = Arc::new(rushes_api::Loaded { pipelines, routes, analyzers: analyzers(catalog) });
    Deps {
        store: store.read().clone(),
        write: store.write().clone(),
        queue: queue.clone(),
        access,
        version: env!("CARGO_PKG_VERSION"),
        times: Times {
            stuck_after: settings.stuck_timeout,
            hosts_live_for: settings.lease,
            utc_offset_s: settings.timezone.as_minutes() * 60,
        },
        loaded: Arc::new(move || Arc::clone(&loaded)),
        storage: Arc::new(move || seen.health()),
        objects: Arc::new(uploads),
        buckets: settings.storage_buckets.clone(),
        metrics: Arc::new(move || metrics.render()),
        explain: pages::explain,
    }
}

/// SIGTERM or Ctrl-C; a second one leaves at once, and the leases run out.
pub(crate) async fn signal() {
    let mut terminate = match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
        Ok(terminate) => terminate,
        Err(_) => return std::future::pending().await,
    };
    // Either may be dropped at any await.
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
    eprintln!("rushes ends when its jobs are handed back; once more ends it at once");
    #[expect(clippy::disallowed_methods, reason = "it ends the process, whatever else still runs")]
    drop(tokio::spawn(async move {
        tokio::select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        std::process::exit(130);
    }));
}
