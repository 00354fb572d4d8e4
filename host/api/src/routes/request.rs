//! A request for a job, from JSON to what the queue takes.

use axum::http::StatusCode;
use rushes_model::pipeline::Route;
use rushes_model::{Code, ObjectRef};
use rushes_store::{Idempotency, NewInterview, NewJob};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::deps::{Deps, Loaded};
use crate::problem::Problem;

/// Longest names: an S3 key has 1,024 bytes at most, other names are ours.
const MOST_KEY: usize = 1_024;
const MOST_NAME: usize = 255;
/// Signed addresses are long. PostgreSQL has them in an index, whose rows end at 2,704 bytes.
const MOST_URL: usize = 2_048;
/// Metadata is kept with each job and echoed with each look at it.
const MOST_METADATA: usize = 64 << 10;

/// A job to be created.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobRequest {
    /// Where its object is, or will be.
    #[schema(example = "interviews", min_length = 1, max_length = 255)]
    #[serde(default)]
    bucket: String,
    /// Where its object is, or will be.
    #[schema(example = "video/42/first.mp4", min_length = 1, max_length = 1024)]
    #[serde(default)]
    key: String,
    /// Instead of bucket and key: an https address, from which the object is read by ranges.
    #[schema(example = "https://media.example.org/42/first.mp4", max_length = 2048)]
    url: Option<String>,
    /// A pipeline's name. Without it a route of `pipelines.toml` must fit bucket and key.
    pipeline: Option<String>,
    /// The caller's own name for the interview that it belongs to.
    interview_id: Option<String>,
    /// Of which type the interview is.
    interview_type: Option<String>,
    /// How many jobs the interview will have.
    #[schema(minimum = 1)]
    expected_jobs: Option<u32>,
    /// Kept and echoed, never looked at.
    metadata: Option<Value>,
    /// 0 (high) to 9; 5 without it.
    #[schema(minimum = 0, maximum = 9)]
    priority: Option<u8>,
    /// Which hosts may take it.
    queue: Option<String>,
}

impl JobRequest {
    /// For an object that arrived, of which nothing else is known.
    pub(crate) fn of(bucket: &str, key: &str) -> Self {
        Self {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            url: None,
            pipeline: None,
            interview_id: None,
            interview_type: None,
            expected_jobs: None,
            metadata: None,
            priority: None,
            queue: None,
        }
    }

    /// The same in an interview of a type, which decides its route where the job says none.
    pub(crate) fn of_type(mut self, interview_type: Option<&str>) -> Self {
        self.interview_type = self.interview_type.or_else(|| interview_type.map(str::to_owned));
        self
    }

    /// What the queue takes: lengths checked, the pipeline found by name or by route.
    pub(crate) fn into_job(mut self, loaded: &Loaded, idempotency: Option<Idempotency>) -> Result<NewJob, Problem> {
        match self.url.take() {
            Some(url) => (self.bucket, self.key) = self.place_of(&url)?,
            None => self.check_place()?,
        }
        self.check()?;
        let route = Route::choose(&loaded.routes, &self.bucket, &self.key, self.interview_type.as_deref());
        let pipeline = match (&self.pipeline, &route) {
            (Some(name), _) => name.clone(),
            (None, Some((route, _))) => route.pipeline.clone(),
            (None, None) => return Err(no_route(&self)),
        };
        let (route, taken) = route.unzip();
        let taken = |name: &str| taken.as_ref().and_then(|taken| taken.get(name)).cloned();
        let interview_type = self.interview_type.or_else(|| route.and_then(|route| route.interview_type.clone()));
        let interview = self.interview_id.or_else(|| taken("interview_id"));
        let interview = interview.map(|id| NewInterview { id, interview_type, expected_jobs: self.expected_jobs });
        let mut job = NewJob::new(self.bucket, self.key, pipeline);
        job.interview = interview;
        job.metadata = self.metadata;
        job.idempotency = idempotency;
        job.priority = self.priority.unwrap_or(job.priority);
        job.queue = self.queue.unwrap_or(job.queue);
        Ok(job)
    }

    /// What stands for bucket and key of an https address.
    fn place_of(&self, url: &str) -> Result<(String, String), Problem> {
        if !self.bucket.is_empty() || !self.key.is_empty() {
            return Err(Problem::wrong("/url", "a job has either `url`, or `bucket` and `key`"));
        }
        check_length("url", url, MOST_URL)?;
        let place = ObjectRef::https(url).and_then(|object| object.to_place());
        let help = "`url` must be an https address with a path, without a name and password, and encoded as URLs are";
        let (bucket, key) = place.ok_or_else(|| Problem::wrong("/url", help))?;
        check_length("url", &bucket, MOST_NAME)?;
        Ok((bucket, key))
    }

    fn check_place(&self) -> Result<(), Problem> {
        check_length("bucket", &self.bucket, MOST_NAME)?;
        check_length("key", &self.key, MOST_KEY)?;
        let is_plain = |name: &str| name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"._-".contains(&byte));
        if !is_plain(&self.bucket) {
            return Err(Problem::wrong("/bucket", "`bucket` may have letters, digits, dots, hyphens and underscores"));
        }
        Ok(())
    }

    fn check(&self) -> Result<(), Problem> {
        let named = [
            ("pipeline", &self.pipeline),
            ("interview_id", &self.interview_id),
            ("interview_type", &self.interview_type),
            ("queue", &self.queue),
        ];
        for (name, value) in named {
            value.as_ref().map_or(Ok(()), |value| check_length(name, value, MOST_NAME))?;
        }
        if self.priority.is_some_and(|priority| priority > 9) {
            return Err(Problem::wrong("/priority", "`priority` must be 0 (high) to 9"));
        }
        if self.expected_jobs == Some(0) {
            return Err(Problem::wrong("/expected_jobs", "`expected_jobs` must be at least 1"));
        }
        // PostgreSQL keeps no zero byte in JSON.
        if self.metadata.as_ref().is_some_and(|metadata| metadata.to_string().contains("\\u0000")) {
            return Err(Problem::wrong("/metadata", "`metadata` has a zero byte in a text"));
        }
        let metadata = self.metadata.as_ref().map_or(0, |metadata| metadata.to_string().len());
        if metadata > MOST_METADATA {
            let detail = format!("`metadata` has {metadata} bytes; {MOST_METADATA} are allowed");
            return Err(Problem::wrong("/metadata", detail));
        }
        Ok(())
    }
}

/// A name's bytes.
pub(crate) fn check_length(name: &str, value: &str, most: usize) -> Result<(), Problem> {
    if (1..=most).contains(&value.len()) && !value.contains(char::is_control) {
        return Ok(());
    }
    let detail = format!("`{name}` must be 1 to {most} bytes without control characters");
    Err(Problem::wrong(format!("/{name}"), detail))
}

fn no_route(request: &JobRequest) -> Problem {
    let place = ObjectRef::of_place(&request.bucket, &request.key);
    let detail = format!("the job names no pipeline, and no route fits {place}");
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, Code::PipelineUnknown, detail)
        .with_help("name a `pipeline`, or add [[routes]] to pipelines.toml")
}

/// A pipeline is known if this host or another live one has it.
pub(crate) async fn check_pipeline(name: &str, loaded: &Loaded, deps: &Deps) -> Result<(), Problem> {
    if loaded.pipelines.contains_key(name) {
        return Ok(());
    }
    let hosts = deps.store.live_hosts(deps.times.hosts_live_for).await?;
    if hosts.iter().any(|host| host.figures.pipelines.iter().any(|known| known == name)) {
        return Ok(());
    }
    let known: Vec<&str> = loaded.pipelines.keys().map(String::as_str).collect();
    let problem = Problem::wrong("/pipeline", format!("no pipeline `{name}`")).of(Code::PipelineUnknown);
    Err(problem.with_help(format!("known are: {}", known.join(", "))))
}
