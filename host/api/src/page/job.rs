//! A job's page: how it stands, and its report as text.

use axum::extract::State;
use axum::response::Html;
use rushes_model::report::Report;
use rushes_store::{Error, Job};

use super::html::Escaped;
use super::page;
use crate::body::Named;
use crate::problem::Problem;
use crate::router::App;

/// Columns of the report's text.
const WIDTH: usize = 120;
/// While a job isn't at its end.
const REFRESH_S: u32 = 2;

pub(crate) async fn job(State(app): State<App>, Named(id): Named) -> Result<Html<String>, Problem> {
    let job = app.deps.store.find_job(id).await?.ok_or(Error::UnknownJob(id))?;
    let stored = app.deps.store.find_report(id).await?;
    let report = match stored.as_deref().map(serde_json::from_str::<Report>) {
        Some(Ok(report)) => format!("<pre>{}</pre>\n", Escaped(rushes_report::text(&report, WIDTH, false))),
        Some(Err(_)) => "<p>The report was written by another version; its JSON can be read.</p>\n".to_owned(),
        None => String::new(),
    };
    let refresh = (!job.state.is_final()).then_some(REFRESH_S);
    Ok(page(&format!("{}/{}", job.bucket, job.key), refresh, &(facts(&job) + &report)))
}

fn facts(job: &Job) -> String {
    let mut text = format!(
        "<p><a href=\"/\">Rushes</a></p>\n<h1>{}</h1>\n<p class=\"{state}\">{state}, {:.0} %: {}</p>\n",
        Escaped(format_args!("{}/{}", job.bucket, job.key)),
        job.progress * 100.0,
        Escaped(job.why()),
        state = job.state,
    );
    if let Some(failure) = &job.failure {
        let help = failure.help.as_deref().unwrap_or("its page says what to do");
        text.push_str(&format!("<p><a href=\"/errors/{0}\">{0}</a>: {1}</p>\n", failure.code, Escaped(help)));
    }
    text.push_str(&format!("<p><a href=\"/api/v1/jobs/{0}\">job as JSON</a>", job.id));
    if job.state == rushes_model::job::State::Completed {
        text.push_str(&format!(" · <a href=\"/api/v1/jobs/{}/report\">report as JSON</a>", job.id));
    }
    text.push_str("</p>\n");
    text
}
