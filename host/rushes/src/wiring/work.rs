//! `queue::Work` over `run`: a claim in, an outcome out, computed on a thread of the job's own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rushes_config::Settings;
use rushes_model::job::Outcome;
use rushes_model::pipeline::DecodeMode;
use rushes_model::stop::Stop;
use rushes_model::{ByteSize, Failure, ObjectRef, Progress};
use rushes_queue::{Loaded, Ports};
use rushes_run::{Finished, Job};
use rushes_runtime::DecoderLimits;
use rushes_source::{Options, Told};
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::catalog::Catalog;
use crate::host;
use crate::wiring::journal::Stored;
use crate::wiring::partials::Claimed;

/// Runs claims with one catalog and one storage.
pub(crate) struct Running {
    pub(crate) settings: Arc<Settings>,
    pub(crate) catalog: Arc<Catalog>,
    pub(crate) storage: rushes_source::Storage,
    /// False: it has loaded nothing that it would run.
    pub(crate) takes_jobs: bool,
}

impl rushes_queue::Work for Running {
    fn loaded(&self) -> Vec<Loaded> {
        let readahead = self.settings.streaming_readahead;
        self.catalog
            .iter()
            .filter(|_| self.takes_jobs)
            .map(|ready| Loaded { pipeline: ready.pipeline.name.clone(), memory: ready.reserves(readahead) })
            .collect()
    }

    async fn run(&self, ports: Ports) -> Outcome {
        let (answer, answered) = tokio::sync::oneshot::channel();
        let (settings, catalog) = (Arc::clone(&self.settings), Arc::clone(&self.catalog));
        let (storage, handle) = (self.storage.clone(), Handle::current());
        let name = format!("rushes-job-{}", ports.claim().id());
        let work = move || {
            let analyzed = AssertUnwindSafe(|| analyze(&settings, &catalog, &storage, &ports, &handle));
            let outcome = catch_unwind(analyzed).unwrap_or_else(|panic| {
                Outcome::failed(internal(&format!("the job's thread panicked: {}", said(&*panic))))
            });
            drop(answer.send(outcome));
        };
        match std::thread::Builder::new().name(name).spawn(work) {
            Ok(_joined_by_its_answer) => {
                answered.await.unwrap_or_else(|_| Outcome::failed(internal("the job's thread broke")))
            }
            Err(error) => Outcome::failed(internal(&format!("the job's thread can't be started: {error}"))),
        }
    }
}

fn said(panic: &(dyn std::any::Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("without a message")
}

fn internal(message: &str) -> Failure {
    let class = rushes_model::Class::Permanent(rushes_model::Reason::Internal);
    Failure::new(rushes_model::Code::Internal, class, message)
}

fn analyze(
    settings: &Settings,
    catalog: &Catalog,
    storage: &rushes_source::Storage,
    ports: &Ports,
    handle: &Handle,
) -> Outcome {
    match try_analyze(settings, catalog, storage, ports, handle) {
        Ok(Finished { report, failure: None }) => Outcome::Completed(Box::new(report)),
        Ok(Finished { report, failure: Some(failure) }) => Outcome::Failed { failure, report: Some(Box::new(report)) },
        Err(failure) => Outcome::failed(failure),
    }
}

fn try_analyze(
    settings: &Settings,
    catalog: &Catalog,
    storage: &rushes_source::Storage,
    ports: &Ports,
    handle: &Handle,
) -> Result<Finished, Failure> {
    let claim = ports.claim();
    let row = claim.job();
    let ready = catalog.find(&row.pipeline)?;
    let place = ObjectRef::of_place(&row.bucket, &row.key);
    host::check_bucket(settings, &place)?;
    let object = handle.block_on(open(settings, storage, &place, ports))?;
    let job = Job {
        id: Some(claim.id().to_string()),
        interview_id: row.interview_id.clone(),
        pipeline: row.pipeline.clone(),
        analyzers: ready.analyzers.clone(),
        method: host::method(settings, object.identity().size),
        worth_skipping: host::worth_skipping(settings, &place),
        place,
        object,
        decoders: catalog.decoders(ready.pipeline.decode, ports.stop())?,
        nonce: claim.lease().to_string(),
    };
    let partials = Claimed { ports: ports.clone(), handle: handle.clone() };
    let journal = Stored(ports.clone());
    let doors =
        rushes_run::Ports { partials: &partials, journal: &journal, stop: ports.stop(), handle: handle.clone() };
    rushes_run::analyze(&job, &doors).map_err(|error| Failure::of(&error))
}

/// Opens the job's object, as long as the job goes on: where objects are fetched whole, that takes its time.
async fn open(
    settings: &Settings,
    storage: &rushes_source::Storage,
    place: &ObjectRef,
    ports: &Ports,
) -> Result<rushes_source::Object, Failure> {
    let stop = ports.stop();
    let told = ports.clone();
    let told = Told(Arc::new(move |bytes_read, size| {
        told.progress(Progress { bytes_read, size, ..Progress::default() });
    }));
    let options = Options { told: Some(told), ..host::reading(settings) };
    let stopped = CancellationToken::new();
    let cancel = stopped.clone();
    let _watch = stop.on_stop(move |_| cancel.cancel());
    tokio::select! {
        opened = storage.open(place, options) => opened.map_err(|error| Failure::of(&error)),
        () = stopped.cancelled() => Err(Failure::of(&stop.reason().unwrap_or(Stop::Cancelled))),
    }
}

impl crate::catalog::Ready {
    /// The worst case of a job: its components' memories, what is read ahead, channels, and decoders.
    pub(crate) fn reserves(&self, readahead: ByteSize) -> ByteSize {
        let components: u64 = self.analyzers.iter().map(|one| one.limits.memory.as_bytes()).sum();
        let walls = match self.pipeline.decode {
            DecodeMode::Native => ByteSize::bytes(0),
            DecodeMode::Sandboxed => {
                let limits = DecoderLimits::default();
                limits.video_memory.saturating_add(limits.audio_memory)
            }
        };
        let inside = readahead.saturating_add(DECODING).saturating_add(rushes_media::HELD);
        ByteSize::bytes(components).saturating_add(inside).saturating_add(walls)
    }
}

/// Reference pictures of a 1080p decoder, an hour's index, and what waits in front of analyzers, with room to spare.
const DECODING: ByteSize = ByteSize::mib(96);
