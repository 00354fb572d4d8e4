//! Beginning an interview: with its jobs, and sealed, in one transaction.

use rushes_model::job::Status;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::create::{Idempotency, KEY_KEPT_MS, NewInterview, NewJob, create, is_taken};
use crate::database::{Read, Write};
use crate::entity::interview::{Column, Entity};
use crate::entity::job;
use crate::interviews::{self, Interview, interview_of};
use crate::job::Job;
use crate::transaction::Transaction;
use crate::{Error, Result};

/// Jobs of one object that are looked at.
const OBJECTS_JOBS: u64 = 100;

/// An interview to be begun.
#[derive(Clone, Debug)]
pub struct NewInterviewWithJobs {
    /// Its name, type and expected number of jobs.
    pub interview: NewInterview,
    /// Jobs that are known already. Whatever interview they name, they belong to this one.
    pub jobs: Vec<NewJob>,
    /// No more will come.
    pub sealed: bool,
    /// How the request is known when it comes again.
    pub idempotency: Option<Idempotency>,
}

/// What became of a request to begin an interview.
#[derive(Clone, Debug, PartialEq)]
pub struct Begun {
    /// As it stands now.
    pub interview: Interview,
    /// The jobs that were created; none where the request came before.
    pub jobs: Vec<Job>,
    /// The request came before.
    pub is_replayed: bool,
}

impl Write {
    /// Begins an interview with its jobs, all or nothing.
    ///
    /// # Errors
    /// When there is one of that name, its idempotency key was used for another request, or the database fails.
    pub async fn begin_interview(&self, new: &NewInterviewWithJobs) -> Result<Begun> {
        match self.try_begin(new).await {
            // The same request came twice at the same moment: the other one has won by now.
            Err(Error::Statement(error)) if is_taken(&error) => self.try_begin(new).await,
            done => done,
        }
    }

    async fn try_begin(&self, new: &NewInterviewWithJobs) -> Result<Begun> {
        let transaction = self.begin().await?;
        if let Some(interview) = remembered(&transaction, new.idempotency.as_ref()).await? {
            return Ok(Begun { interview, jobs: Vec::new(), is_replayed: true });
        }
        let name = &new.interview.id;
        if !interviews::open(&transaction, &new.interview, new.idempotency.as_ref()).await? {
            return Err(Error::InterviewExists(name.clone()));
        }
        let mut jobs = Vec::with_capacity(new.jobs.len());
        for one in &new.jobs {
            let one = NewJob { interview: Some(new.interview.clone()), idempotency: None, ..one.clone() };
            jobs.push(create(&transaction, one).await?.into_job());
        }
        let row = match new.sealed {
            true => interviews::seal(&transaction, name).await?,
            false => Entity::find().filter(Column::ExternalId.eq(name)).one(&*transaction).await?,
        };
        let interview = interview_of(row.ok_or_else(|| Error::UnknownInterview(name.clone()))?)?;
        transaction.commit().await?;
        Ok(Begun { interview, jobs, is_replayed: false })
    }
}

async fn remembered(transaction: &Transaction, request: Option<&Idempotency>) -> Result<Option<Interview>> {
    let Some(request) = request else { return Ok(None) };
    Entity::update_many()
        .col_expr(Column::RequestKey, Expr::val(None::<String>))
        .filter(Column::RequestScope.eq(&request.scope))
        .filter(Column::RequestKey.eq(&request.key))
        .filter(Column::CreatedAt.lt(transaction.now - KEY_KEPT_MS))
        .exec(&**transaction)
        .await?;
    let earlier = Entity::find()
        .filter(Column::RequestScope.eq(&request.scope))
        .filter(Column::RequestKey.eq(&request.key))
        .one(&**transaction)
        .await?;
    let Some(earlier) = earlier else { return Ok(None) };
    if earlier.request_fingerprint.as_ref() != Some(&request.fingerprint) {
        return Err(Error::KeyReused { key: request.key.clone() });
    }
    interview_of(earlier).map(Some)
}

impl Read {
    /// Whether a pipeline has, or had, a job for this version of an object: one that waits, or one with this entity tag
    /// that runs or ended. An event that tells of the object needs no further one then.
    ///
    /// One that runs reads the version that it found: of a newer one it knows nothing. Where one of the two tags isn't
    /// known, it is taken for the same.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn has_job_for(&self, bucket: &str, key: &str, pipeline: &str, etag: Option<&str>) -> Result<bool> {
        let rows = job::Entity::find()
            .filter(job::Column::Bucket.eq(bucket))
            .filter(job::Column::ObjectKey.eq(key))
            .filter(job::Column::Pipeline.eq(pipeline))
            .order_by_desc(job::Column::CreatedAt)
            .limit(OBJECTS_JOBS)
            .all(&self.pool)
            .await?;
        let waits = |row: &job::Model| row.status == Status::Pending.number();
        let runs = |row: &job::Model| row.status == Status::Processing.number();
        Ok(rows.iter().any(|row| {
            let kept = row.identity.as_ref().and_then(|identity| identity.get("etag")).and_then(|etag| etag.as_str());
            let is_same = kept.map(|kept| kept.trim_matches('"')).zip(etag).map(|(kept, told)| kept == told);
            waits(row) || is_same.unwrap_or_else(|| runs(row))
        }))
    }
}
