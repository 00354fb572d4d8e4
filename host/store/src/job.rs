//! A job and its attempts as they are read.

use rushes_model::job::{FileStatus, Kind, State, Status};
use rushes_model::{ByteSize, Class, Code, Failure, HostId, Identity, JobId, LeaseId, ObjectRef, Reason};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use serde_json::Value;

use crate::database::Read;
use crate::ending::Outcome;
use crate::entity::{attempt, interview, job};
use crate::{Error, Result};

/// One media object to be analysed by one pipeline, as it stood at a moment of the database's clock.
#[derive(Clone, Debug, PartialEq)]
pub struct Job {
    /// Its id.
    pub id: JobId,
    /// The caller's name of its interview.
    pub interview_id: Option<String>,
    /// The interview's type.
    pub interview_type: Option<String>,
    /// Which hosts may take it.
    pub queue: String,
    /// 0 (high) to 9.
    pub priority: u8,
    /// By which pipeline.
    pub pipeline: String,
    /// Where its object is.
    pub bucket: String,
    /// Where its object is.
    pub key: String,
    /// The object that was found there.
    pub identity: Option<Identity>,
    /// The caller's own.
    pub metadata: Option<Value>,
    /// As kept.
    pub status: Status,
    /// As kept.
    pub data_process: FileStatus,
    /// What that means.
    pub state: State,
    /// Charged attempts of this generation, the running one among them.
    pub attempt: u32,
    /// Retries by hand.
    pub generation: u32,
    /// What its attempt reserves, where more than its pipeline says.
    pub memory: ByteSize,
    /// Leases that ran out under it, one after the other.
    pub crash_count: u32,
    /// 0 to 1.
    pub progress: f64,
    /// Whether it runs and was told to stop.
    pub cancel_requested: bool,
    /// How often its object was looked for, since it waits.
    pub probe_count: u32,
    /// What was seen last time.
    pub probe_note: Option<String>,
    /// Of the last attempt.
    pub failure: Option<Failure>,
    /// What kind of failure ended it.
    pub failure_kind: Option<Kind>,
    /// Who works on it.
    pub host: Option<HostId>,
    /// When it was created; all moments are milliseconds since 1970.
    pub created_at_ms: i64,
    /// When it may run.
    pub run_at_ms: i64,
    /// When its object is looked for next.
    pub next_probe_at_ms: i64,
    /// When its last attempt began.
    pub started_at_ms: Option<i64>,
    /// When it ended.
    pub finished_at_ms: Option<i64>,
}

impl Job {
    /// Why it isn't further, or how it ended, in a sentence.
    pub fn why(&self) -> String {
        let place = || ObjectRef::of_place(&self.bucket, &self.key);
        match self.state {
            State::WaitingForFile => {
                let seen = self.probe_note.as_deref().unwrap_or("not looked for yet");
                format!("waits for {}: {seen} (looked {} times)", place(), self.probe_count)
            }
            State::Ready => "waits for a host with a free slot and enough memory".into(),
            State::RetryWait => format!("waits before attempt {}: {}", self.attempt + 1, self.failure_text()),
            State::Processing if self.cancel_requested => "was cancelled and is being stopped".into(),
            State::Processing => format!("attempt {} is at work", self.attempt),
            State::Completed => "has a report".into(),
            State::Failed | State::Cancelled => self.failure_text(),
        }
    }

    fn failure_text(&self) -> String {
        self.failure.as_ref().map_or_else(|| "no reason was kept".into(), Failure::to_string)
    }

    /// A row with its interview's row, at a moment.
    pub(crate) fn of(row: job::Model, interview: Option<&interview::Model>, now: i64) -> Result<Self> {
        let unreadable = |column| Error::unreadable("jobs", column);
        let status = Status::from_number(row.status).ok_or_else(|| unreadable("status"))?;
        let data_process = if row.data_process == 0 { FileStatus::NotReady } else { FileStatus::Ready };
        let failure_kind = row.failure_kind.and_then(Kind::from_number);
        let identity = row.identity.map(serde_json::from_value).transpose().map_err(|source| Error::Unreadable {
            table: "jobs",
            column: "identity",
            source: Some(source),
        })?;
        Ok(Self {
            id: row.id.into(),
            interview_id: interview.map(|one| one.external_id.clone()),
            interview_type: interview.and_then(|one| one.interview_type.clone()),
            queue: row.queue,
            priority: u8::try_from(row.priority).map_err(|_| unreadable("priority"))?,
            pipeline: row.pipeline,
            bucket: row.bucket,
            key: row.object_key,
            identity,
            metadata: row.metadata,
            status,
            data_process,
            state: State::derive(status, data_process, row.run_at <= now, failure_kind),
            attempt: u32::try_from(row.attempt).map_err(|_| unreadable("attempt"))?,
            generation: u32::try_from(row.generation).map_err(|_| unreadable("generation"))?,
            crash_count: u32::try_from(row.crash_count).map_err(|_| unreadable("crash_count"))?,
            memory: ByteSize::bytes(u64::try_from(row.est_memory).unwrap_or(0)),
            progress: f64::from(row.progress) / 1000.0,
            cancel_requested: row.cancel_requested_at.is_some(),
            probe_count: u32::try_from(row.probe_count).map_err(|_| unreadable("probe_count"))?,
            probe_note: row.probe_note,
            failure: row.failure.map(failure_of),
            failure_kind,
            host: row.host_id.map(HostId::from),
            created_at_ms: row.created_at,
            run_at_ms: row.run_at,
            next_probe_at_ms: row.next_probe_at,
            started_at_ms: row.started_at,
            finished_at_ms: row.finished_at,
        })
    }

    /// A row, with its interview looked up.
    pub(crate) async fn load(connection: &impl ConnectionTrait, row: job::Model, now: i64) -> Result<Self> {
        let interview = match row.interview_id {
            Some(id) => interview::Entity::find_by_id(id).one(connection).await?,
            None => None,
        };
        Self::of(row, interview.as_ref(), now)
    }
}

/// One try at a job, under one lease.
#[derive(Clone, Debug, PartialEq)]
pub struct Attempt {
    /// Its lease.
    pub lease: LeaseId,
    /// Its number; one that wasn't charged shares it with the next.
    pub attempt: u32,
    /// On which host.
    pub host: HostId,
    /// When it began.
    pub started_at_ms: i64,
    /// When it ended.
    pub finished_at_ms: Option<i64>,
    /// How: `completed`, `retry_later`, `failed`, `file_gone`, `handed_back`, `cancelled`, `lease_expired`.
    pub outcome: Option<&'static str>,
    /// Why.
    pub failure: Option<Failure>,
}

impl Read {
    /// A job, if there is one of that id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_job(&self, id: JobId) -> Result<Option<Job>> {
        let now = self.now().await?;
        match job::Entity::find_by_id(id.as_uuid()).one(&self.pool).await? {
            Some(row) => Job::load(&self.pool, row, now).await.map(Some),
            None => Ok(None),
        }
    }

    /// A job's attempts, oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn attempts(&self, id: JobId) -> Result<Vec<Attempt>> {
        let rows = attempt::Entity::find()
            .filter(attempt::Column::JobId.eq(id.as_uuid()))
            .order_by_asc(attempt::Column::LeaseId)
            .all(&self.pool)
            .await?;
        rows.into_iter().map(attempt_of).collect()
    }
}

fn attempt_of(row: attempt::Model) -> Result<Attempt> {
    Ok(Attempt {
        lease: row.lease_id.into(),
        attempt: u32::try_from(row.attempt).map_err(|_| Error::unreadable("job_attempts", "attempt"))?,
        host: row.host_id.into(),
        started_at_ms: row.started_at,
        finished_at_ms: row.finished_at,
        outcome: row.outcome.and_then(Outcome::from_number).map(Outcome::as_str),
        failure: row.failure.map(failure_of),
    })
}

/// A newer host may have written a code that this one doesn't know: its text is kept, so that a list still shows.
pub(crate) fn failure_of(kept: Value) -> Failure {
    let chain = kept.get("chain").cloned().and_then(|chain| serde_json::from_value(chain).ok());
    serde_json::from_value(kept).unwrap_or_else(|_| Failure {
        code: Code::Internal,
        class: Class::Permanent(Reason::Internal),
        chain: chain.unwrap_or_else(|| vec!["a failure that this version can't read".into()]),
        help: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_of_a_newer_host_keeps_its_text() {
        let kept = serde_json::json!({ "code": "media.holographic", "class": "transient", "chain": ["no depth"] });
        let failure = failure_of(kept);
        assert_eq!(failure.code, Code::Internal);
        assert_eq!(failure.to_string(), "no depth");
    }
}
