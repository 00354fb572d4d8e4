//! `rushes demo`: an S3 server, a database, a sample recording and its report in one process; then it serves on.
//!
//! Nothing here is for show alone: the recording is uploaded to S3, the job goes through the queue, and the report is
//! read back over HTTP's own store.

use std::io::{IsTerminal, Write};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use rushes_devs3 as devs3;
use rushes_model::Failure;
use rushes_model::job::State;
use rushes_model::report::Report;
use rushes_source::{Credentials, Storage, StorageConfig};
use rushes_store::{Job, NewInterview, NewJob};

use crate::analyze;
use crate::bar::Bar;
use crate::cli::Demo;
use crate::fault::Fault;
use crate::host;
use crate::plan::Plan;
use crate::serve::{self, Served};

const SAMPLE: &[u8] = include_bytes!("../sample/interview.mp4");
const PIPELINES: &str = include_str!("../../../pipelines.toml");
const BUCKET: &str = "interviews";
const PIPELINE: &str = "demo";

pub(crate) fn run(command: &Demo) -> Result<ExitCode, Fault> {
    let temporary = tempfile::tempdir().map_err(|error| Fault::io("a temporary folder", &error))?;
    let folder = command.data.clone().unwrap_or_else(|| temporary.path().to_owned());
    std::fs::create_dir_all(&folder).map_err(|error| Fault::io(folder.display(), &error))?;
    let pipelines = folder.join("pipelines.toml");
    std::fs::write(&pipelines, PIPELINES).map_err(|error| Fault::io(pipelines.display(), &error))?;
    eprintln!("preparing analyzers (the first time they are compiled) …");
    let mut loaded = host::load(Some(&pipelines))?;
    loaded.settings.data = folder.clone();
    let runtime = host::runtime()?;
    runtime.block_on(async {
        let s3 = start_s3(&folder).await?;
        let storage = storage_of(&s3);
        let served = serve::start(loaded, storage.clone(), Plan::WHOLE).await?;
        let key = upload(command, &storage).await?;
        println!("S3 at {}, HTTP at {}, data in {}", s3.endpoint(), served.url(), folder.display());
        let ended = follow(&served, &key).await;
        let code = ended.and_then(|job| show(&served, &job)).unwrap_or_else(|fault| {
            fault.print();
            fault.exit_code()
        });
        if command.exit {
            serve::finish(served, std::future::ready(())).await;
        } else {
            println!("\nserving on {}/ until Ctrl-C", served.url());
            serve::finish(served, serve::signal()).await;
        }
        s3.stop().await;
        Ok(code)
    })
}

async fn start_s3(folder: &Path) -> Result<devs3::Running, Fault> {
    let credentials = devs3::Credentials { key: "rushes".into(), secret: "demo-secret".into() };
    let config = devs3::Config { credentials: Some(credentials), ..devs3::Config::new(folder.join("s3")) };
    let started = devs3::Server::start(config).await;
    started.map_err(|error| Fault::usage(format!("the demo's S3 server can't be started: {error}")))
}

fn storage_of(s3: &devs3::Running) -> Storage {
    Storage::new(StorageConfig {
        endpoint: Some(s3.endpoint()),
        region: Some("us-east-1".into()),
        credentials: Some(Credentials { key: "rushes".into(), secret: "demo-secret".into(), token: None }),
        ..StorageConfig::default()
    })
}

/// Puts the recording where a web app would.
async fn upload(command: &Demo, storage: &Storage) -> Result<String, Fault> {
    let name = command
        .recording
        .as_deref()
        .and_then(Path::file_name)
        .map_or("sample.mp4".into(), |name| name.to_string_lossy().into_owned());
    let key = format!("video/demo/{name}");
    let put = async {
        storage.create_bucket(BUCKET).await?;
        match &command.recording {
            Some(path) => storage.put_file(BUCKET, &key, path).await,
            None => storage.put(BUCKET, &key, SAMPLE).await,
        }
    };
    put.await.map_err(|error| Fault::of(&error))?;
    Ok(key)
}

/// Posts an interview with one job, and shows how far it is until it ends.
async fn follow(served: &Served, key: &str) -> Result<Job, Fault> {
    let interview = NewInterview { id: "demo".into(), interview_type: Some("video".into()), expected_jobs: Some(1) };
    let new = NewJob { interview: Some(interview), ..NewJob::new(BUCKET, key, PIPELINE) };
    let created = served.queue.submit(new).await.map_err(|error| Fault::of(&error))?;
    let id = created.into_job().id;
    let bar = Bar::new();
    loop {
        let found = served.store.read().find_job(id).await.map_err(|error| Fault::of(&error))?;
        let job = found.ok_or_else(|| Fault::usage("the demo's job is gone from its database"))?;
        match job.state {
            State::Completed | State::Failed | State::Cancelled => {
                bar.finish();
                return Ok(job);
            }
            _ => bar.share(job.progress, job.state.as_str()),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Prints the report that is in the store.
fn show(served: &Served, job: &Job) -> Result<ExitCode, Fault> {
    let read = served.store.read();
    let found = tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(read.find_report(job.id)));
    let text = found.map_err(|error| Fault::of(&error))?;
    if let Some(text) = text {
        let report: Report = serde_json::from_str(&text)
            .map_err(|error| Fault::usage(format!("the stored report can't be read: {error}")))?;
        let stdout = std::io::stdout();
        let text = rushes_report::text(&report, analyze::width(), stdout.is_terminal());
        stdout.lock().write_all(text.as_bytes()).map_err(|error| Fault::io("standard output", &error))?;
    }
    match &job.failure {
        Some(failure) => Err(Fault::from(Failure::clone(failure))),
        None => Ok(ExitCode::SUCCESS),
    }
}
