//! The one function to start from: a job in, a report out.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Instant;

use rushes_media::{Decoders, Reader, Recording};
use rushes_model::media::{Descriptor, Gap};
use rushes_model::pipeline::Limits;
use rushes_model::report::{
    AnalyzerReport, AnalyzerStatus, Findings, Method, Provenance, Report, ReportObject, StageTime, VERSION,
};
use rushes_model::stop::StopToken;
use rushes_model::{Failure, ObjectRef};
use rushes_runtime::Component;
use serde_json::Value;
use tokio::runtime::Handle;

use crate::error::Error;
use crate::flow::{Flow, Flowed};
use crate::journal::Journal;
use crate::key::MarkKeys;
use crate::merge::{Merged, Merging};
use crate::partials::{InMemory, Key, Partials};
use crate::plan::{Given, Lane, Plan};
use crate::reading::Reading;
use crate::session::whole_segment;

/// One analyzer as a job uses it.
#[derive(Clone, Debug)]
pub struct Analyzer {
    /// The key of its report.
    pub name: String,
    /// Loaded and checked.
    pub component: Component,
    /// As the component describes itself for these parameters.
    pub descriptor: Descriptor,
    /// JSON, defaults filled in, canonical.
    pub params: Arc<str>,
    /// JSON, defaults filled in, canonical.
    pub merge_params: Arc<str>,
    /// Whether its failure fails the job.
    pub required: bool,
    /// What it may use up.
    pub limits: Limits,
}

/// What is to be done.
#[derive(Clone)]
pub struct Job {
    /// The job's id; none for a one-off analysis.
    pub id: Option<String>,
    /// The caller's interview.
    pub interview_id: Option<String>,
    /// The pipeline's name.
    pub pipeline: String,
    /// Its analyzers.
    pub analyzers: Vec<Analyzer>,
    /// Where the object is, for the report.
    pub place: ObjectRef,
    /// The object, opened.
    pub object: rushes_source::Object,
    /// Bytes that nobody wants are read over where they are no more than so many: they cost less than a request.
    pub worth_skipping: u64,
    /// Who decodes it.
    pub decoders: Arc<dyn Decoders>,
    /// Whether segments are kept as they are finished.
    pub method: Method,
    /// Tells this attempt from others where the object has no exact identity.
    pub nonce: String,
}

/// The doors of a run.
pub struct Ports<'a> {
    /// Keeps partials.
    pub partials: &'a dyn Partials,
    /// Hears of progress and log lines.
    pub journal: &'a dyn Journal,
    /// Says when to end, and why.
    pub stop: StopToken,
    /// The runtime on which bytes are fetched.
    pub handle: Handle,
}

/// A job that came to its end.
#[derive(Clone, Debug)]
pub struct Finished {
    /// All findings, also where a required analyzer failed.
    pub report: Report,
    /// Why the job failed nevertheless.
    pub failure: Option<Failure>,
}

/// Runs a job on the calling thread, which must not be a runtime's worker.
///
/// # Errors
/// When there is nothing to report: the recording can't be read, nobody has an input in it, or the job was stopped.
/// An analyzer's own failure is no error here; it stands in the report, and in [`Finished::failure`] if it is required.
pub fn analyze(job: &Job, ports: &Ports<'_>) -> Result<Finished, Error> {
    let began = Instant::now();
    let reading = Reading::new(job.object.clone(), ports.handle.clone(), &ports.stop);
    let mut recording = Recording::open(&reading).map_err(|error| stopped_or(&ports.stop, error))?;
    let plan = Plan::new(&Given {
        index: recording.index(),
        decoders: &*job.decoders,
        analyzers: &job.analyzers,
        identity: reading.identity(),
        nonce: &job.nonce,
    });
    if plan.lanes.is_empty() {
        let name = |place: usize| job.analyzers.get(place).map_or("", |analyzer| &analyzer.name);
        let why = plan.skipped.iter().map(|one| format!("{}: {}", name(one.analyzer), one.why)).collect();
        return Err(Error::NothingToAnalyse { why });
    }
    let own = Held { own: InMemory::new(), kept: ports.partials };
    let partials: &dyn Partials = match job.method {
        Method::Regular => &own,
        Method::Chunked => ports.partials,
    };
    let flow = Flow {
        plan: &plan,
        analyzers: &job.analyzers,
        decoders: &*job.decoders,
        reading: &reading,
        partials,
        journal: ports.journal,
        stop: &ports.stop,
        bytes_read: &|| job.object.stats().bytes_read,
        worth_skipping: job.worth_skipping,
        marks: &MarkKeys::new(reading.identity(), &job.nonce),
        whole: whole_segment(recording.index().is_complete.then_some(recording.index().duration)),
    };
    let flowed = flow.run(&mut recording)?;
    let index = recording.index();
    let merged = merge_all(job, &plan, &flow, &flowed, index, ports)?;
    if job.method == Method::Regular {
        for (key, bytes) in own.own.drain() {
            ports.partials.put(&key, &bytes).map_err(Error::Partials)?;
        }
    }
    Ok(finish(&Ending { job, plan: &plan, index, reading: &reading, flowed: &flowed, began }, merged))
}

/// Without checkpoints a run keeps its partials to itself until it has them all; what is kept already it uses.
struct Held<'a> {
    own: InMemory,
    kept: &'a dyn Partials,
}

impl Partials for Held<'_> {
    fn get(&self, key: &Key) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.own.get(key)?.or(self.kept.get(key)?))
    }

    fn put(&self, key: &Key, bytes: &[u8]) -> Result<(), Failure> {
        self.own.put(key, bytes)
    }
}

fn stopped_or(stop: &StopToken, error: rushes_media::Error) -> Error {
    stop.check().map_or_else(Error::from, |()| error.into())
}

/// By lane: what was merged, or why it wasn't.
fn merge_all(
    job: &Job,
    plan: &Plan,
    flow: &Flow<'_>,
    flowed: &Flowed,
    index: &rushes_media::Index,
    ports: &Ports<'_>,
) -> Result<Vec<Result<Merged, Failure>>, Error> {
    let mut all = Vec::new();
    for (place, lane) in plan.lanes.iter().enumerate() {
        let Some(analyzer) = job.analyzers.get(lane.analyzer) else { continue };
        let merged = match flowed.failure(place) {
            Some(failure) => Err(failure.clone()),
            None => {
                let _span = tracing::trace_span!(target: "rushes::time", "merge", analyzer = analyzer.name).entered();
                Merging {
                    analyzer,
                    lane,
                    segments: flow.segments_of(lane, &flowed.segments),
                    whole: flow.whole,
                    media_json: &plan.media_json,
                    duration: index.duration,
                    index_gaps: index.gaps.iter().filter(|gap| lane.hears(gap)).cloned().collect(),
                    partials: flow.partials,
                    journal: ports.journal,
                    stop: &ports.stop,
                }
                .run()
            }
        };
        ports.stop.check()?;
        all.push(merged);
    }
    Ok(all)
}

impl Lane {
    fn hears(&self, gap: &Gap) -> bool {
        (gap.input == "audio" && self.audio.is_some()) || (gap.input == "video" && self.video.is_some())
    }
}

/// What a report is made from.
struct Ending<'a> {
    job: &'a Job,
    plan: &'a Plan,
    index: &'a rushes_media::Index,
    reading: &'a Reading,
    flowed: &'a Flowed,
    began: Instant,
}

fn finish(ending: &Ending<'_>, merged: Vec<Result<Merged, Failure>>) -> Finished {
    let job = ending.job;
    let mut analyzers = BTreeMap::new();
    let mut damage: BTreeSet<Gap> = ending.index.gaps.iter().cloned().collect();
    let mut failure = None;
    let mut stages = ending.stages();
    for (place, (lane, merged)) in ending.plan.lanes.iter().zip(merged).enumerate() {
        let Some(analyzer) = job.analyzers.get(lane.analyzer) else { continue };
        let report = match merged {
            Ok(merged) => {
                damage.extend(merged.gaps.iter().cloned());
                stages.push(stage(format!("merge {}", analyzer.name), merged.busy, std::time::Duration::ZERO));
                ending.completed(place, lane, analyzer, merged)
            }
            Err(why) => {
                if analyzer.required && failure.is_none() {
                    failure = Some(why.clone());
                }
                ended(AnalyzerStatus::Failed, why.to_string(), Some(why))
            }
        };
        analyzers.insert(analyzer.name.clone(), report);
    }
    for skipped in &ending.plan.skipped {
        let Some(analyzer) = job.analyzers.get(skipped.analyzer) else { continue };
        analyzers.insert(analyzer.name.clone(), ended(AnalyzerStatus::Skipped, skipped.why.clone(), None));
    }
    stages.push(stage("all".into(), ending.began.elapsed(), std::time::Duration::ZERO));
    let identity = ending.reading.identity();
    let report = Report {
        version: VERSION,
        job: job.id.clone(),
        interview_id: job.interview_id.clone(),
        pipeline: job.pipeline.clone(),
        status: if failure.is_some() { "2" } else { "3" }.into(),
        object: ReportObject {
            uri: job.place.to_string(),
            size: identity.size,
            etag: identity.etag.as_ref().map(|etag| etag.as_str().to_owned()),
        },
        media: ending.index.facts(),
        method: job.method,
        bytes_read: job.object.stats().bytes_read,
        pictures_decoded: ending.flowed.pictures_decoded,
        damage: damage.into_iter().collect(),
        analyzers,
        stages,
    };
    Finished { report, failure }
}

impl Ending<'_> {
    fn stages(&self) -> Vec<StageTime> {
        let zero = std::time::Duration::ZERO;
        let mut stages = vec![
            stage("fetch (waited for)".into(), self.reading.waited(), zero),
            stage("decode".into(), self.flowed.decoding, self.flowed.held_back),
        ];
        for (lane, ended) in self.plan.lanes.iter().zip(&self.flowed.ended) {
            let name = self.job.analyzers.get(lane.analyzer).map_or("", |analyzer| &analyzer.name);
            stages.push(stage(format!("analyse {name}"), ended.busy, ended.waiting));
        }
        stages
    }

    fn completed(&self, place: usize, lane: &Lane, analyzer: &Analyzer, merged: Merged) -> AnalyzerReport {
        let cpu = merged.cpu + self.flowed.ended.get(place).map(|ended| ended.cpu).unwrap_or_default();
        let parsed = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
        let mut params = parsed(&analyzer.params);
        if let (Value::Object(all), Value::Object(more)) = (&mut params, parsed(&analyzer.merge_params)) {
            all.extend(more);
        }
        AnalyzerReport {
            status: AnalyzerStatus::Completed,
            why: None,
            failure: None,
            findings: merged.findings,
            provenance: Some(Provenance {
                digest: analyzer.component.digest().to_string(),
                version: analyzer.descriptor.version.clone(),
                params,
                contract: analyzer.component.contract().to_string(),
                decoder: lane.decoder.clone(),
                fuel: merged.fuel,
                cpu_s: cpu.as_secs_f64(),
                peak_memory: merged.peak_memory,
                segments_reused: self.flowed.reused.get(place).copied().unwrap_or_default(),
                segments: u32::try_from(self.flowed.segments.len()).unwrap_or(u32::MAX),
            }),
        }
    }
}

fn ended(status: AnalyzerStatus, why: String, failure: Option<Failure>) -> AnalyzerReport {
    let findings = Findings { summary: Value::Object(serde_json::Map::new()), ..Findings::default() };
    AnalyzerReport { status, why: Some(why), failure, findings, provenance: None }
}

fn stage(stage: String, busy: std::time::Duration, waiting: std::time::Duration) -> StageTime {
    StageTime { stage, busy_s: busy.as_secs_f64(), waiting_s: waiting.as_secs_f64() }
}
