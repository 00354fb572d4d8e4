//! A host of a test's own: words for arranging it, and for waiting.

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use rushes_memory::{Budget, Measured};
use rushes_model::job::{Outcome, State};
use rushes_model::media::MediaFacts;
use rushes_model::report::{Method, Report, ReportObject, VERSION};
use rushes_model::{ByteSize, Failure, HostId, Identity, JobId, Stop};
use rushes_queue::tasks::{Ends, Shutdown, Tasks};
use rushes_queue::{Handle, Loaded, Ports, Probe, Queue, Settings, Storage, Work};
use rushes_store::{Job, NewJob, RetryPolicy, Store};

/// What a job of pipeline `p` reserves, of the 1,000 MiB that a host has.
pub(crate) const JOB: ByteSize = ByteSize::mib(100);

/// What happens soon happens within this, also on a slow machine.
const SOON: Duration = Duration::from_secs(20);

type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;
type Script = Arc<dyn Fn(Ports) -> Running + Send + Sync>;

struct Scripted(Script);

impl Work for Scripted {
    fn loaded(&self) -> Vec<Loaded> {
        let large = Loaded { pipeline: "large".into(), memory: ByteSize::mib(800) };
        vec![Loaded { pipeline: "p".into(), memory: JOB }, large]
    }

    async fn run(&self, ports: Ports) -> Outcome {
        (self.0)(ports).await
    }
}

/// A bucket whose objects are what a test says; everything else is missing.
#[derive(Clone, Default)]
pub(crate) struct Bucket(Arc<Mutex<HashMap<String, Probe>>>, Arc<AtomicU32>);

impl Bucket {
    pub(crate) fn set(&self, key: &str, probe: Probe) {
        self.0.lock().unwrap().insert(key.into(), probe);
    }

    /// How often was looked for a single object.
    pub(crate) fn looks(&self) -> u32 {
        self.1.load(Ordering::Relaxed)
    }
}

impl Storage for Bucket {
    async fn probe(&self, _bucket: &str, key: &str) -> Probe {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.lock().unwrap().get(key).cloned().unwrap_or(Probe::Missing)
    }

    async fn list(&self, _bucket: &str, prefix: &str, first: &str, last: &str) -> Option<BTreeSet<String>> {
        let objects = self.0.lock().unwrap();
        let is_asked = |key: &&String| key.starts_with(prefix) && key.as_str() >= first && key.as_str() <= last;
        Some(objects.keys().filter(is_asked).cloned().collect())
    }
}

/// A database, a bucket and the hosts on them.
pub(crate) struct World {
    pub(crate) store: Store,
    pub(crate) bucket: Bucket,
    url: String,
    folder: tempfile::TempDir,
}

impl World {
    pub(crate) async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("rushes.db").display());
        let bucket = Bucket::default();
        bucket.set("key", Probe::Found(identity()));
        Self { store: Store::open(&url).await.unwrap(), bucket, url, folder }
    }

    /// Starts a host that runs jobs by a script.
    pub(crate) async fn host<F, R>(&self, settings: Settings, script: F) -> Host
    where
        F: Fn(Ports) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        self.host_on(Store::open(&self.url).await.unwrap(), settings, script)
    }

    /// The same, on a database that is open already.
    pub(crate) fn host_on<F, R>(&self, store: Store, settings: Settings, script: F) -> Host
    where
        F: Fn(Ports) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        let unused = || Measured { limit: ByteSize::mib(1000), used: ByteSize::default() };
        self.start(store, unused, settings, None, script)
    }

    /// The same, with a memory of a test's own.
    pub(crate) async fn host_that_measures<F, R>(
        &self,
        gauge: impl FnMut() -> Measured + Send + 'static,
        settings: Settings,
        script: F,
    ) -> Host
    where
        F: Fn(Ports) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        self.start(Store::open(&self.url).await.unwrap(), gauge, settings, None, script)
    }

    /// The same, after a process of this host that died.
    pub(crate) async fn host_after<F, R>(&self, previous: HostId, settings: Settings, script: F) -> Host
    where
        F: Fn(Ports) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        let unused = || Measured { limit: ByteSize::mib(1000), used: ByteSize::default() };
        self.start(Store::open(&self.url).await.unwrap(), unused, settings, Some(previous), script)
    }

    fn start<F, R>(
        &self,
        store: Store,
        gauge: impl FnMut() -> Measured + Send + 'static,
        settings: Settings,
        previous: Option<HostId>,
        script: F,
    ) -> Host
    where
        F: Fn(Ports) -> R + Send + Sync + 'static,
        R: Future<Output = Outcome> + Send + 'static,
    {
        let memory = rushes_memory::Settings { threshold_percent: 100, ..Default::default() };
        let (queue, handle) = Queue::new(store, Budget::with_gauge(memory, gauge), settings);
        let tasks = Tasks::new();
        let shutdown = tasks.shutdown();
        let work = Scripted(Arc::new(move |ports| Box::pin(script(ports)) as Running));
        let running = queue.after(previous).run(work, self.bucket.clone(), shutdown.clone());
        tasks.spawn("host", Ends::StopHost, async move { running.await.unwrap() });
        Host { handle, shutdown, tasks }
    }

    /// A job that can be claimed, without a host.
    pub(crate) async fn ready(&self) -> JobId {
        let write = self.store.write();
        let id = write.create_job(NewJob::new("bucket", "key", "p")).await.unwrap().into_job().id;
        write.mark_ready(id, &identity()).await.unwrap().applied().unwrap();
        id
    }

    /// Nobody can open the database any more.
    pub(crate) fn moves_away(&self) {
        std::fs::remove_dir_all(self.folder.path()).unwrap();
    }

    /// A statement from outside, by Python's own SQLite: to break what the store relies on.
    pub(crate) fn execute(&self, sql: &str) {
        let script = "import sqlite3, sys; sqlite3.connect(sys.argv[1], timeout=20).execute(sys.argv[2])";
        let file = self.folder.path().join("rushes.db");
        let ran = std::process::Command::new("python3").args(["-c", script]).arg(file).arg(sql).output().unwrap();
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    }

    pub(crate) async fn job(&self, id: JobId) -> Job {
        self.store.read().find_job(id).await.unwrap().unwrap()
    }

    /// Waits until a job is in a state.
    pub(crate) async fn reaches(&self, id: JobId, state: State) -> Job {
        let begun = Instant::now();
        loop {
            let job = self.job(id).await;
            if job.state == state {
                return job;
            }
            assert!(begun.elapsed() < SOON, "still {} and not {state}: {}", job.state, job.why());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}

/// A host that runs.
pub(crate) struct Host {
    pub(crate) handle: Handle,
    pub(crate) shutdown: Shutdown,
    tasks: Tasks,
}

impl Host {
    pub(crate) async fn submit(&self) -> JobId {
        self.submit_as("key", "p").await
    }

    pub(crate) async fn submit_as(&self, key: &str, pipeline: &str) -> JobId {
        self.handle.submit(NewJob::new("bucket", key, pipeline)).await.unwrap().into_job().id
    }

    /// Waits until the host has ended, of which a test has told it before.
    pub(crate) async fn ends(self) {
        tokio::time::timeout(SOON, self.tasks.finish(async {}, SOON)).await.expect("the host ends");
    }

    /// Waits until the host ends by itself.
    pub(crate) async fn ends_by_itself(self) {
        let never = std::future::pending();
        tokio::time::timeout(SOON, self.tasks.finish(never, SOON)).await.expect("the host ends by itself");
    }
}

/// Everything quick, nothing timed out.
pub(crate) fn settings() -> Settings {
    Settings {
        check_interval: Duration::from_millis(50),
        retry: RetryPolicy { first_delay: Duration::from_millis(1), ..RetryPolicy::default() },
        ..Settings::default()
    }
}

/// Waits until something is so.
pub(crate) async fn eventually(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < SOON, "never: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

/// Runs until it is told to stop, as a run does: it fails for that reason.
pub(crate) async fn until_stopped(ports: Ports) -> Outcome {
    Outcome::failed(Failure::of(&stopped(&ports).await))
}

/// Waits until a run is told to stop.
pub(crate) async fn stopped(ports: &Ports) -> Stop {
    let (told, heard) = tokio::sync::oneshot::channel();
    let _watch = ports.stop().on_stop(move |why| told.send(why).expect("the run listens"));
    heard.await.unwrap()
}

pub(crate) fn completed() -> Outcome {
    Outcome::Completed(Box::new(Report {
        version: VERSION,
        job: None,
        interview_id: None,
        pipeline: "p".into(),
        status: "3".into(),
        object: ReportObject { uri: "s3://bucket/key".into(), size: 7, etag: None },
        media: MediaFacts { container: "wav".into(), duration_s: Some(1.0), audio: None, video: None },
        method: Method::Regular,
        bytes_read: 7,
        pictures_decoded: 0,
        damage: Vec::new(),
        analyzers: std::collections::BTreeMap::new(),
        stages: Vec::new(),
    }))
}

pub(crate) fn identity() -> Identity {
    Identity { size: 7, etag: None, version: None, modified: None, place: "s3://bucket/key".into() }
}
