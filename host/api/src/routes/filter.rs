//! Which jobs: the same words behind a question mark and in a body.

use rushes_model::job::{State, Status};
use rushes_store::Filter;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};

use crate::deps::Times;
use crate::moment;
use crate::problem::Problem;

/// Which jobs. All that is given must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Which {
    /// "0" pending, "1" processing, "2" failed or cancelled, "3" completed.
    #[schema(value_type = Option<String>, example = "2")]
    status: Option<Status>,
    /// waiting_for_file, ready, retry_wait, processing, completed, failed, cancelled.
    #[schema(value_type = Option<String>, example = "failed")]
    state: Option<State>,
    /// In this queue.
    queue: Option<String>,
    /// Of this interview, by the caller's name.
    interview_id: Option<String>,
    /// Of this pipeline.
    pipeline: Option<String>,
    /// Created then or later (RFC 3339).
    #[schema(example = "2026-01-31T12:00:00Z")]
    created_after: Option<String>,
    /// Created before (RFC 3339).
    created_before: Option<String>,
    /// Whose attempt began before (RFC 3339).
    started_before: Option<String>,
    /// At work for longer than STUCK_TIMEOUT_HOURS.
    stuck: Option<bool>,
}

/// Which jobs, and which page of them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(crate) struct Listed {
    /// "0" pending, "1" processing, "2" failed or cancelled, "3" completed.
    #[param(value_type = Option<String>)]
    status: Option<Status>,
    /// waiting_for_file, ready, retry_wait, processing, completed, failed, cancelled.
    #[param(value_type = Option<String>)]
    state: Option<State>,
    /// In this queue.
    queue: Option<String>,
    /// Of this interview, by the caller's name.
    interview_id: Option<String>,
    /// Of this pipeline.
    pipeline: Option<String>,
    /// Created then or later (RFC 3339).
    created_after: Option<String>,
    /// Created before (RFC 3339).
    created_before: Option<String>,
    /// Whose attempt began before (RFC 3339).
    started_before: Option<String>,
    /// At work for longer than STUCK_TIMEOUT_HOURS.
    stuck: Option<bool>,
    /// How many, 1 to 200; 50 without it.
    #[param(minimum = 1, maximum = 200)]
    pub(crate) limit: Option<u64>,
    /// `next` of the page before.
    pub(crate) cursor: Option<String>,
}

impl Listed {
    /// As the store asks.
    pub(crate) fn filter(self, times: &Times) -> Result<Filter, Problem> {
        let Self {
            status,
            state,
            queue,
            interview_id,
            pipeline,
            created_after,
            created_before,
            started_before,
            stuck,
            ..
        } = self;
        Which { status, state, queue, interview_id, pipeline, created_after, created_before, started_before, stuck }
            .filter(times)
    }
}

impl Which {
    /// As the store asks.
    pub(crate) fn filter(self, times: &Times) -> Result<Filter, Problem> {
        for (name, text) in [("queue", &self.queue), ("interview_id", &self.interview_id), ("pipeline", &self.pipeline)]
        {
            if text.as_ref().is_some_and(|text| text.contains(char::is_control)) {
                return Err(Problem::bad_request(format!("`{name}` has control characters")));
            }
        }
        Ok(Filter {
            status: self.status,
            state: self.state,
            queue: self.queue,
            interview_id: self.interview_id,
            pipeline: self.pipeline,
            created_after_ms: time("created_after", self.created_after)?,
            created_before_ms: time("created_before", self.created_before)?,
            started_before_ms: time("started_before", self.started_before)?,
            stuck_for: self.stuck.filter(|wanted| *wanted).map(|_| times.stuck_after),
        })
    }
}

fn time(name: &str, text: Option<String>) -> Result<Option<i64>, Problem> {
    let Some(text) = text else { return Ok(None) };
    let wrong = || Problem::bad_request(format!("`{name}` must be a moment like 2026-01-31T12:00:00Z"));
    moment::read(&text).map(Some).ok_or_else(wrong)
}
