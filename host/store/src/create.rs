//! Creating a job, once, whatever the caller's network does.

use rushes_model::{ByteSize, JobId};
use sea_orm::{ActiveModelTrait, ColumnTrait, DbErr, EntityTrait, QueryFilter, Set, SqlErr};
use serde_json::Value;

use crate::database::Write;
use crate::entity::{idempotency_key, job};
use crate::interviews;
use crate::job::Job;
use crate::plain::plain;
use crate::transaction::Transaction;
use crate::{Error, Result};

/// How long an idempotency key is remembered.
pub(crate) const KEY_KEPT_MS: i64 = 24 * 60 * 60 * 1000;

/// The queue of jobs that name none.
const DEFAULT_QUEUE: &str = "default";
/// Between 0 (high) and 9.
const DEFAULT_PRIORITY: u8 = 5;
const LOWEST_PRIORITY: u8 = 9;

/// A job to be created.
#[derive(Clone, Debug)]
pub struct NewJob {
    /// Where its object will be.
    pub bucket: String,
    /// Where its object will be.
    pub key: String,
    /// By which pipeline.
    pub pipeline: String,
    /// To which interview it belongs.
    pub interview: Option<NewInterview>,
    /// Kept and echoed.
    pub metadata: Option<Value>,
    /// Which hosts may take it.
    pub queue: String,
    /// 0 (high) to 9; larger is 9.
    pub priority: u8,
    /// What its attempt reserves, where more than its pipeline says.
    pub memory: ByteSize,
    /// How the request is known when it comes again.
    pub idempotency: Option<Idempotency>,
}

impl NewJob {
    /// A job of its own, in the default queue.
    pub fn new(bucket: impl Into<String>, key: impl Into<String>, pipeline: impl Into<String>) -> Self {
        Self {
            bucket: bucket.into(),
            key: key.into(),
            pipeline: pipeline.into(),
            interview: None,
            metadata: None,
            queue: DEFAULT_QUEUE.into(),
            priority: DEFAULT_PRIORITY,
            memory: ByteSize::default(),
            idempotency: None,
        }
    }
}

/// The interview of a new job; it is made by its first.
#[derive(Clone, Debug)]
pub struct NewInterview {
    /// The caller's name for it.
    pub id: String,
    /// Of which type; the first that is given stands.
    pub interview_type: Option<String>,
    /// How many jobs it will have; with the last of them it is sealed.
    pub expected_jobs: Option<u32>,
}

/// A request that may come twice.
#[derive(Clone, Debug)]
pub struct Idempotency {
    /// Whose key it is.
    pub scope: String,
    /// The key.
    pub key: String,
    /// Hash of what is asked for: the same key for something else is refused.
    pub fingerprint: String,
}

/// What became of a request to create a job.
#[derive(Clone, Debug, PartialEq)]
pub enum Created {
    /// It is new.
    New(Job),
    /// The request came before; this is its job, as it stands now.
    Replayed(Job),
}

impl Created {
    /// The job, either way.
    pub fn into_job(self) -> Job {
        match self {
            Self::New(job) | Self::Replayed(job) => job,
        }
    }
}

impl Write {
    /// Creates a job that waits for its file.
    ///
    /// # Errors
    /// When its idempotency key was used for another request, its interview has another type, or the database fails.
    pub async fn create_job(&self, new: NewJob) -> Result<Created> {
        let mut created = self.create_jobs(vec![new]).await?;
        created.pop().ok_or_else(|| Error::unreadable("jobs", "id"))
    }

    /// Creates jobs, all of them or none; what became of each, in the order in which they were asked for.
    ///
    /// # Errors
    /// When an idempotency key was used for another request, an interview has another type, or the database fails; no
    /// job was created then.
    pub async fn create_jobs(&self, new: Vec<NewJob>) -> Result<Vec<Created>> {
        match self.try_create(&new).await {
            // The same request came twice at the same moment: the other one has won by now.
            Err(Error::Statement(error)) if is_taken(&error) => self.try_create(&new).await,
            done => done,
        }
    }

    async fn try_create(&self, new: &[NewJob]) -> Result<Vec<Created>> {
        let transaction = self.begin().await?;
        interviews::open_all(&transaction, new.iter().filter_map(|one| one.interview.as_ref())).await?;
        // Keys are written in one order by everybody, so that a batch that comes twice can't wait for itself.
        let mut order: Vec<usize> = (0..new.len()).collect();
        order.sort_by_key(|&index| new.get(index).and_then(|one| one.interview.as_ref()).map(|one| &one.id));
        let mut created = Vec::with_capacity(new.len());
        for index in order {
            let Some(one) = new.get(index) else { continue };
            created.push((index, create(&transaction, one.clone()).await?));
        }
        transaction.commit().await?;
        created.sort_by_key(|&(index, _)| index);
        Ok(created.into_iter().map(|(_, created)| created).collect())
    }
}

/// Creates a job; its interview is open.
pub(crate) async fn create(transaction: &Transaction, new: NewJob) -> Result<Created> {
    if let Some(request) = &new.idempotency
        && let Some(earlier) = remembered(transaction, request).await?
    {
        return Ok(Created::Replayed(Job::load(&**transaction, earlier, transaction.now).await?));
    }
    let interview = match &new.interview {
        Some(interview) => Some(interviews::join(transaction, interview).await?),
        None => None,
    };
    let (id, request) = (JobId::new(), new.idempotency.clone());
    let row = row_of(id, new, interview.as_ref().map(|one| one.id), transaction.now).insert(&**transaction).await?;
    if let Some(request) = request {
        remember(transaction, request, id).await?;
    }
    Ok(Created::New(Job::of(row, interview.as_ref(), transaction.now)?))
}

pub(crate) fn is_taken(error: &DbErr) -> bool {
    matches!(error.sql_err(), Some(SqlErr::UniqueConstraintViolation(_)))
}

fn row_of(id: JobId, new: NewJob, interview: Option<sea_orm::prelude::Uuid>, now: i64) -> job::ActiveModel {
    job::ActiveModel {
        id: Set(id.as_uuid()),
        interview_id: Set(interview),
        queue: Set(new.queue),
        priority: Set(i16::from(new.priority.min(LOWEST_PRIORITY))),
        pipeline: Set(new.pipeline),
        bucket: Set(new.bucket),
        object_key: Set(new.key),
        identity: Set(None),
        metadata: Set(new.metadata.map(plain)),
        status: Set(0),
        data_process: Set(0),
        run_at: Set(now),
        waiting_since: Set(now),
        next_probe_at: Set(now),
        probe_count: Set(0),
        probe_note: Set(None),
        attempt: Set(0),
        generation: Set(0),
        crash_count: Set(0),
        est_memory: Set(i64::try_from(new.memory.as_bytes()).unwrap_or(i64::MAX)),
        lease_id: Set(None),
        host_id: Set(None),
        lease_expires_at: Set(None),
        deadline_at: Set(None),
        progress: Set(0),
        progress_at: Set(None),
        cancel_requested_at: Set(None),
        failure_kind: Set(None),
        failure: Set(None),
        created_at: Set(now),
        started_at: Set(None),
        finished_at: Set(None),
        turn: Set(0),
    }
}

/// The job of an earlier request with this key, if it is remembered. A key that is too old gives way to this request's;
/// the others wait for [`Write::prune`]: looked for with each request of a batch, they took it seconds.
async fn remembered(transaction: &Transaction, request: &Idempotency) -> Result<Option<job::Model>> {
    use idempotency_key::{Column, Entity};

    let key = (request.scope.clone(), request.key.clone());
    let Some(earlier) = Entity::find_by_id(key.clone()).one(&**transaction).await? else { return Ok(None) };
    let too_old = transaction.now - KEY_KEPT_MS;
    if earlier.created_at < too_old {
        Entity::delete_by_id(key).filter(Column::CreatedAt.lt(too_old)).exec(&**transaction).await?;
        return Ok(None);
    }
    if earlier.fingerprint != request.fingerprint {
        return Err(Error::KeyReused { key: request.key.clone() });
    }
    Ok(job::Entity::find_by_id(earlier.job_id).one(&**transaction).await?)
}

async fn remember(transaction: &Transaction, request: Idempotency, job: JobId) -> Result<()> {
    let row = idempotency_key::ActiveModel {
        scope: Set(request.scope),
        idempotency_key: Set(request.key),
        fingerprint: Set(request.fingerprint),
        job_id: Set(job.as_uuid()),
        created_at: Set(transaction.now),
    };
    idempotency_key::Entity::insert(row).exec_without_returning(&**transaction).await?;
    Ok(())
}
