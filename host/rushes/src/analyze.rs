//! `rushes analyze`: one recording, once, on this thread.

use std::fs::File;
use std::io::{BufWriter, IsTerminal, Write};
use std::process::ExitCode;

use rushes_model::ObjectRef;
use rushes_model::report::Method;
use rushes_model::stop::{Stop, StopSource};
use rushes_run::{InMemory, Job, Partials, Ports};

use crate::bar::Bar;
use crate::catalog::IMPLICIT;
use crate::cli::Analyze;
use crate::fault::Fault;
use crate::host;
use crate::trace::Trace;
use crate::wiring::folder::Folder;

pub(crate) fn run(command: &Analyze) -> Result<ExitCode, Fault> {
    let place = object_ref(&command.object)?;
    let trace = command.trace.as_deref().map(|path| Trace::to(path).map(|trace| (trace, path))).transpose()?;
    // A pipeline's name means the file that the other commands read as well.
    let nearby = command.pipeline.as_ref().and_then(|_| host::nearby_pipelines());
    let loaded = host::load(command.pipelines.as_deref().or(nearby))?;
    let name = command.pipeline.as_deref().unwrap_or(IMPLICIT);
    let ready = loaded.catalog.find(name)?;
    host::check_bucket(&loaded.settings, &place)?;
    let runtime = host::runtime()?;
    let options = host::reading(&loaded.settings);
    let object =
        runtime.block_on(host::storage(&loaded.settings).open(&place, options)).map_err(|error| Fault::of(&error))?;
    let stop = StopSource::new();
    let job = Job {
        id: None,
        interview_id: None,
        pipeline: ready.pipeline.name.clone(),
        analyzers: ready.analyzers.clone(),
        method: if command.resume { Method::Chunked } else { host::method(&loaded.settings, object.identity().size) },
        worth_skipping: host::worth_skipping(&loaded.settings, &place),
        place,
        object,
        decoders: loaded.catalog.decoders(command.decode.map_or(ready.pipeline.decode, Into::into), stop.token())?,
        nonce: rushes_model::LeaseId::new().to_string(),
    };
    stop_on_interrupt(&runtime, stop.clone());
    let memory = InMemory::new();
    let kept = command.resume.then(|| Folder::open(loaded.settings.data.join("partials"))).transpose()?;
    let partials: &dyn Partials = kept.as_ref().map_or(&memory, |folder| folder);
    let bar = Bar::new();
    let ports = Ports { partials, journal: &bar, stop: stop.token(), handle: runtime.handle().clone() };
    let ended = rushes_run::analyze(&job, &ports);
    bar.finish();
    if let Some((trace, path)) = trace {
        trace.finish(path)?;
    }
    let finished = ended.map_err(|error| Fault::of(&error))?;
    write(command, &finished.report)?;
    if let Some(folder) = &kept {
        folder.remove_used();
    }
    match finished.failure {
        Some(failure) => Err(failure.into()),
        None => Ok(ExitCode::SUCCESS),
    }
}

/// `s3://bucket/key`, an https address, else a path.
pub(crate) fn object_ref(text: &str) -> Result<ObjectRef, Fault> {
    if text.contains("://") && !text.starts_with("s3://") {
        return ObjectRef::https(text).ok_or_else(|| {
            Fault::usage(format!("`{text}` is no address that is read from"))
                .with_help("write https://host/path, or s3://bucket/key")
        });
    }
    let Some(rest) = text.strip_prefix("s3://") else {
        return Ok(ObjectRef::File { path: text.to_owned() });
    };
    match rest.split_once('/') {
        Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
            Ok(ObjectRef::S3 { bucket: bucket.to_owned(), key: key.to_owned() })
        }
        _ => Err(Fault::usage(format!("`{text}` names no object")).with_help("write s3://bucket/key")),
    }
}

/// Ctrl-C ends the run in order: threads are joined, requests end.
fn stop_on_interrupt(runtime: &tokio::runtime::Runtime, stop: StopSource) {
    drop(runtime.spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            stop.stop(Stop::Cancelled);
        }
    }));
}

fn write(command: &Analyze, report: &rushes_model::report::Report) -> Result<(), Fault> {
    let mut out: Box<dyn Write> = match &command.out {
        Some(path) => Box::new(File::create(path).map_err(|error| Fault::io(path.display(), &error))?),
        None => Box::new(std::io::stdout().lock()),
    };
    let to_terminal = command.out.is_none() && std::io::stdout().is_terminal();
    let written = if command.json {
        rushes_report::write_json(report, BufWriter::new(&mut out))
    } else {
        out.write_all(rushes_report::text(report, width(), to_terminal).as_bytes())
    };
    let name = command.out.as_ref().map_or("standard output".into(), |path| path.display().to_string());
    written.and_then(|()| out.flush()).map_err(|error| Fault::io(name, &error))
}

/// Columns of a report; terminals tell theirs through COLUMNS.
pub(crate) fn width() -> usize {
    host::env("COLUMNS")
        .and_then(|columns| columns.parse().ok())
        .filter(|columns| (40..=240).contains(columns))
        .unwrap_or(100)
}
