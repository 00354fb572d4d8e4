//! Deleting jobs and interviews with all that was derived from them, and saying what went.

use std::collections::{BTreeMap, BTreeSet};

use rushes_model::{InterviewId, JobId};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use crate::bulk::lock_all;
use crate::database::Write;
use crate::entity::{interview, job};
use crate::tally::Tally;
use crate::{Error, Result, audit};

mod rows;

pub(crate) use rows::{remove, remove_events};

/// Jobs in a transaction.
const STEP: u64 = 100;
/// Keys in a statement.
const KEYS: usize = 500;

/// An object in the storage.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
}

/// What went. Rows that named the deleted thing, by kind; audit lines stay, and name it no more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Receipt {
    /// Our id of the interview, for the audit log: its name is forgotten.
    pub interview: Option<InterviewId>,
    /// Jobs.
    pub jobs: u64,
    /// Reports.
    pub reports: u64,
    /// Partials that no other job uses.
    pub partials: u64,
    /// Attempts.
    pub attempts: u64,
    /// Lines of journals.
    pub log_lines: u64,
    /// Events in the outbox.
    pub events: u64,
    /// Deliveries of those, told or not.
    pub deliveries: u64,
    /// Idempotency keys.
    pub idempotency_keys: u64,
    /// Recordings that no job names any more. They are still there: deleting them is the caller's.
    pub recordings: Vec<Place>,
    /// Jobs that ran. Their runs can write nothing any more, and hear of it with the next renewal.
    pub running: Vec<JobId>,
}

impl Write {
    /// Deletes a job that ended, with all that was derived from it.
    ///
    /// # Errors
    /// When there is no such job, it hasn't ended, or the database fails.
    pub async fn delete_job(&self, id: JobId) -> Result<Receipt> {
        let transaction = self.begin().await?;
        let tally = Tally::hold(&transaction).await?;
        let rows = lock_all(&transaction, Condition::all().add(job::Column::Id.eq(id.as_uuid()))).await?;
        let row = rows.first().ok_or(Error::UnknownJob(id))?;
        if row.finished_at.is_none() {
            return transaction.end(Err(Error::NotEnded(id))).await;
        }
        let mut receipt = Receipt::default();
        remove(&transaction, &tally, &rows, &mut receipt).await?;
        transaction.commit().await?;
        self.keep_unnamed(receipt).await
    }

    /// Deletes an interview: its jobs, whatever their state, all that was derived from them, and itself. A job that runs
    /// is fenced by it, and those first. When it fails in the middle, part of the jobs are gone: it can be called again.
    ///
    /// # Errors
    /// When there is no such interview, or the database fails.
    pub async fn delete_interview(&self, external_id: &str) -> Result<Receipt> {
        let id = self.silence(external_id).await?;
        let mut receipt = Receipt { interview: Some(id.into()), ..Receipt::default() };
        loop {
            while self.remove_some(id, Condition::all().add(Expr::cust("status = 1")), &mut receipt).await? {}
            while self.remove_some(id, Condition::all(), &mut receipt).await? {}
            if self.remove_empty(id, external_id, &mut receipt).await? {
                return self.keep_unnamed(receipt).await;
            }
        }
    }

    /// Jobs of it that end from now on don't complete it: nobody is told of an interview that is being deleted.
    async fn silence(&self, external_id: &str) -> Result<Uuid> {
        use interview::Column;

        let rows = interview::Entity::update_many()
            .col_expr(Column::CompletedAt, Func::coalesce([Expr::col(Column::CompletedAt), self.dialect.now()]).into())
            .filter(Column::ExternalId.eq(external_id))
            .exec_with_returning(&self.pool)
            .await?;
        rows.first().map(|row| row.id).ok_or_else(|| Error::UnknownInterview(external_id.to_owned()))
    }

    /// Whether there were any.
    async fn remove_some(&self, interview: Uuid, which: Condition, receipt: &mut Receipt) -> Result<bool> {
        let transaction = self.begin().await?;
        let tally = Tally::hold(&transaction).await?;
        let wanted = which.add(job::Column::InterviewId.eq(interview));
        let ids: Vec<Uuid> = job::Entity::find()
            .select_only()
            .column(job::Column::Id)
            .filter(wanted.clone())
            .limit(STEP)
            .into_tuple()
            .all(&*transaction)
            .await?;
        let rows = lock_all(&transaction, wanted.add(job::Column::Id.is_in(ids))).await?;
        let mut step = receipt.clone();
        remove(&transaction, &tally, &rows, &mut step).await?;
        let jobs: Vec<String> = rows.iter().map(|row| JobId::from(row.id).to_string()).collect();
        audit::forget_jobs(&transaction, &jobs, &InterviewId::from(interview).to_string()).await?;
        transaction.commit().await?;
        *receipt = step;
        Ok(!rows.is_empty())
    }

    /// The interview itself. False where a job joined it meanwhile.
    async fn remove_empty(&self, id: Uuid, external_id: &str, receipt: &mut Receipt) -> Result<bool> {
        let transaction = self.begin().await?;
        // Whoever adds a job changes this row first, and so waits for us, or we for them.
        interview::Entity::find_by_id(id).lock_exclusive().one(&*transaction).await?;
        let left = job::Entity::find().filter(job::Column::InterviewId.eq(id)).limit(1).one(&*transaction).await?;
        if left.is_some() {
            return Ok(false);
        }
        let mut step = receipt.clone();
        remove_events(&transaction, &[id], &mut step).await?;
        interview::Entity::delete_by_id(id).exec(&*transaction).await?;
        audit::forget(&transaction, external_id, &InterviewId::from(id).to_string()).await?;
        transaction.commit().await?;
        *receipt = step;
        Ok(true)
    }

    /// Of the recordings of the jobs that went, those that no other job names.
    async fn keep_unnamed(&self, mut receipt: Receipt) -> Result<Receipt> {
        use job::Column;

        let mut by_bucket: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for place in receipt.recordings.drain(..).collect::<BTreeSet<_>>() {
            by_bucket.entry(place.bucket).or_default().push(place.key);
        }
        for (bucket, keys) in by_bucket {
            for some in keys.chunks(KEYS) {
                let named: Vec<String> = job::Entity::find()
                    .select_only()
                    .column(Column::ObjectKey)
                    .distinct()
                    .filter(Column::Bucket.eq(&bucket))
                    .filter(Column::ObjectKey.is_in(some))
                    .into_tuple()
                    .all(&self.read().pool)
                    .await?;
                let unnamed = some.iter().filter(|key| !named.contains(key));
                receipt.recordings.extend(unnamed.map(|key| Place { bucket: bucket.clone(), key: key.clone() }));
            }
        }
        Ok(receipt)
    }
}
