//! The first page: how the queue stands, and the newest jobs.

use axum::extract::State;
use axum::response::Html;
use rushes_store::{Filter, Job};

use super::html::Escaped;
use super::page;
use crate::figures::QueueStatus;
use crate::problem::Problem;
use crate::router::App;

/// Jobs on the page.
const SHOWN: u64 = 25;
/// A page that is open shows what happens within so many seconds.
const REFRESH_S: u32 = 5;

pub(crate) async fn index(State(app): State<App>) -> Result<Html<String>, Problem> {
    let status = QueueStatus::read(&app.deps, &app.counting).await?;
    let newest = app.deps.store.list(&Filter::default(), None, SHOWN).await?;
    let counts: String =
        status.rows().iter().map(|(name, number)| format!("<div><b>{number}</b><span>{name}</span></div>\n")).collect();
    let jobs: String = newest.jobs.iter().map(row).collect();
    let jobs = match newest.jobs.is_empty() {
        true => "<p>No job yet. POST one to <code>/api/v1/jobs</code>.</p>\n".to_owned(),
        false => format!(
            "<table>\n<tr><th>object</th><th>pipeline</th><th>state</th><th>why</th><th></th></tr>\n{jobs}</table>\n"
        ),
    };
    let body = format!(
        "<h1>Rushes <small>{}</small></h1>\n<p>{}</p>\n<div class=\"counts\">\n{counts}</div>\n<h2>Newest jobs</h2>\n{jobs}\
         <p><a href=\"/api/v1/queue/status\">figures</a> · <a href=\"/health/health\">health</a> · \
         <a href=\"/openapi.json\">interface</a></p>\n",
        Escaped(app.deps.version),
        Escaped(status.sentence())
    );
    Ok(page("Rushes", Some(REFRESH_S), &body))
}

fn row(job: &Job) -> String {
    let report = match &job.state {
        rushes_model::job::State::Completed => format!("<a href=\"/api/v1/jobs/{}/report\">JSON</a>", job.id),
        rushes_model::job::State::Processing => format!("{:.0} %", job.progress * 100.0),
        _ => String::new(),
    };
    format!(
        "<tr><td><a href=\"/jobs/{}\">{}</a></td><td>{}</td><td class=\"{state}\">{state}</td><td>{}</td><td>{report}</td></tr>\n",
        job.id,
        Escaped(format_args!("{}/{}", job.bucket, job.key)),
        Escaped(&job.pipeline),
        Escaped(job.why()),
        state = job.state,
    )
}
