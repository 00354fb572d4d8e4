//! Interviews: counting their jobs, and knowing the last one.
//!
//! The counter decides, not a look at the jobs: of four jobs that ended at once, "are none open?" saw the others still
//! open and lost 401 of 500 events; `open_jobs - 1 … RETURNING` lost none.

use std::collections::BTreeMap;
use std::time::Duration;

use rushes_model::InterviewId;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, Func, OnConflict, SimpleExpr};
use sea_orm::{
    ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect, Set, TryInsertResult, UpdateMany,
};

use crate::create::{Idempotency, NewInterview};
use crate::database::{Read, Write};
use crate::entity::interview::{ActiveModel, Column, Entity, Model};
use crate::readiness::millis;
use crate::transaction::Transaction;
use crate::{Error, Result, outbox};

/// All that came have ended, and more may come. Literal, so that both databases use the partial index.
pub(crate) const IDLE: &str = "NOT sealed AND open_jobs = 0";

/// Where an interview stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InterviewState {
    /// More jobs may come.
    Open,
    /// All jobs are known, some haven't ended.
    Processing,
    /// All ended, not all of them failed.
    Completed,
    /// All failed.
    Failed,
}

impl InterviewState {
    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Processing => "processing",
            Self::Completed => "completed",
            Self::Failed => "failed",
        }
    }
}

/// Jobs that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interview {
    /// Ours.
    pub id: InterviewId,
    /// The caller's name for it.
    pub external_id: String,
    /// Of which type.
    pub interview_type: Option<String>,
    /// Where it stands.
    pub state: InterviewState,
    /// Whether no more jobs are expected.
    pub sealed: bool,
    /// How many were announced.
    pub expected_jobs: Option<u32>,
    /// All of them.
    pub total_jobs: u32,
    /// That haven't ended.
    pub open_jobs: u32,
    /// That failed or were cancelled.
    pub failed_jobs: u32,
    /// How often it opened again.
    pub generation: u32,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
    /// Milliseconds since 1970.
    pub completed_at_ms: Option<i64>,
}

impl Read {
    /// An interview by the caller's name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_interview(&self, external_id: &str) -> Result<Option<Interview>> {
        let row = Entity::find().filter(Column::ExternalId.eq(external_id)).one(&self.pool).await?;
        row.map(interview_of).transpose()
    }
}

impl Write {
    /// Says that no more jobs will come. If all have ended, that completes the interview.
    ///
    /// # Errors
    /// When there is no such interview, or the database fails.
    pub async fn seal(&self, external_id: &str) -> Result<Interview> {
        let transaction = self.begin().await?;
        let row = seal(&transaction, external_id).await?;
        let row = row.ok_or_else(|| Error::UnknownInterview(external_id.to_owned()))?;
        transaction.commit().await?;
        interview_of(row)
    }

    /// Seals interviews whose last job ended so long ago, and so completes them. How many.
    ///
    /// # Errors
    /// When the database fails; those that were sealed before stay so.
    pub async fn seal_idle(&self, after: Duration) -> Result<usize> {
        let now = self.read().now().await?;
        let idle = Entity::find()
            .filter(Expr::cust(IDLE))
            .filter(Column::LastEndedAt.lte(now.saturating_sub(millis(after))))
            .limit(100)
            .all(&self.read().pool)
            .await?;
        let mut sealed = 0;
        for candidate in idle {
            let transaction = self.begin().await?;
            let rows = Entity::update_many()
                .col_expr(Column::Sealed, Expr::val(true))
                .filter(Column::Id.eq(candidate.id))
                .filter(Column::OpenJobs.eq(0))
                .filter(Column::Sealed.eq(false))
                .exec_with_returning(&*transaction)
                .await?;
            for row in rows {
                complete_if_done(&transaction, row).await?;
                sealed += 1;
            }
            transaction.commit().await?;
        }
        Ok(sealed)
    }
}

/// Makes an interview without jobs. Whether there was none of that name.
pub(crate) async fn open(transaction: &Transaction, new: &NewInterview, request: Option<&Idempotency>) -> Result<bool> {
    let fresh = ActiveModel {
        id: Set(InterviewId::new().as_uuid()),
        external_id: Set(new.id.clone()),
        interview_type: Set(new.interview_type.clone()),
        sealed: Set(false),
        expected_jobs: Set(expected(new)),
        total_jobs: Set(0),
        open_jobs: Set(0),
        failed_jobs: Set(0),
        generation: Set(0),
        created_at: Set(transaction.now),
        last_ended_at: Set(None),
        completed_at: Set(None),
        request_scope: Set(request.map(|request| request.scope.clone())),
        request_key: Set(request.map(|request| request.key.clone())),
        request_fingerprint: Set(request.map(|request| request.fingerprint.clone())),
    };
    let done = Entity::insert(fresh)
        .on_conflict(OnConflict::column(Column::ExternalId).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(&**transaction)
        .await?;
    Ok(matches!(done, TryInsertResult::Inserted(1..)))
}

fn expected(new: &NewInterview) -> Option<i32> {
    new.expected_jobs.map(|count| i32::try_from(count).unwrap_or(i32::MAX))
}

/// Seals an interview, and completes it if nothing is open. None if there is none of that name.
pub(crate) async fn seal(transaction: &Transaction, external_id: &str) -> Result<Option<Model>> {
    let rows = Entity::update_many()
        .col_expr(Column::Sealed, Expr::val(true))
        .filter(Column::ExternalId.eq(external_id))
        .exec_with_returning(&**transaction)
        .await?;
    match rows.into_iter().next() {
        Some(row) => complete_if_done(transaction, row).await.map(Some),
        None => Ok(None),
    }
}

/// Makes those that aren't there, by name, and locks them, by id: in the order in which whoever changes many jobs meets
/// them. By name alone, a batch and a cancel of many waited for each other. One needs no order, and is locked when it is
/// counted.
pub(crate) async fn open_all<'a>(
    transaction: &Transaction,
    wanted: impl Iterator<Item = &'a NewInterview>,
) -> Result<()> {
    let wanted: BTreeMap<&str, &NewInterview> = wanted.map(|one| (one.id.as_str(), one)).collect();
    for one in wanted.values() {
        open(transaction, one, None).await?;
    }
    if wanted.len() > 1 {
        let locked =
            Entity::find().select_only().column(Column::Id).filter(Column::ExternalId.is_in(wanted.into_keys()));
        let locked = locked.order_by(Column::Id, Order::Asc).lock_exclusive();
        locked.into_tuple::<Uuid>().all(&**transaction).await?;
    }
    Ok(())
}

/// Counts a new job in; the interview, which was opened before, opens again if it was completed.
pub(crate) async fn join(transaction: &Transaction, new: &NewInterview) -> Result<Model> {
    let mut row = count_in(transaction, new).await?;
    if row.is_none() {
        // It was there, and somebody was deleting it: by now it is gone, and this is another of that name.
        open(transaction, new, None).await?;
        row = count_in(transaction, new).await?;
    }
    let row = row.ok_or_else(|| Error::UnknownInterview(new.id.clone()))?;
    if let (Some(known), Some(asked)) = (&row.interview_type, &new.interview_type)
        && known != asked
    {
        return Err(Error::InterviewType { interview: new.id.clone(), known: known.clone(), asked: asked.clone() });
    }
    if row.sealed || row.expected_jobs.is_none_or(|expected| row.total_jobs < expected) {
        return Ok(row);
    }
    let sealed = Entity::update_many()
        .col_expr(Column::Sealed, Expr::val(true))
        .filter(Column::Id.eq(row.id))
        .exec_with_returning(&**transaction)
        .await?;
    Ok(sealed.into_iter().next().unwrap_or(row))
}

async fn count_in(transaction: &Transaction, new: &NewInterview) -> Result<Option<Model>> {
    let known = |column: Column, value| SimpleExpr::from(Func::coalesce([Expr::col(column), value]));
    let rows = reopening(Entity::update_many())
        .col_expr(Column::InterviewType, known(Column::InterviewType, Expr::val(new.interview_type.clone())))
        .col_expr(Column::ExpectedJobs, known(Column::ExpectedJobs, Expr::val(expected(new))))
        .col_expr(Column::TotalJobs, Expr::col(Column::TotalJobs).add(1))
        .col_expr(Column::OpenJobs, Expr::col(Column::OpenJobs).add(1))
        .filter(Column::ExternalId.eq(new.id.clone()))
        .exec_with_returning(&**transaction)
        .await?;
    Ok(rows.into_iter().next())
}

/// Counts a job out; the last one of a sealed interview completes it.
pub(crate) async fn job_ended(transaction: &Transaction, interview: Uuid, has_failed: bool) -> Result<Option<Model>> {
    let rows = Entity::update_many()
        .col_expr(Column::OpenJobs, Expr::col(Column::OpenJobs).sub(1))
        .col_expr(Column::FailedJobs, Expr::col(Column::FailedJobs).add(i32::from(has_failed)))
        .col_expr(Column::LastEndedAt, Expr::val(transaction.now))
        .filter(Column::Id.eq(interview))
        .exec_with_returning(&**transaction)
        .await?;
    match rows.into_iter().next() {
        Some(row) => complete_if_done(transaction, row).await.map(Some),
        None => Ok(None),
    }
}

/// Counts a job in again that had ended.
pub(crate) async fn job_reopened(transaction: &Transaction, interview: Uuid, had_failed: bool) -> Result<()> {
    reopening(Entity::update_many())
        .col_expr(Column::OpenJobs, Expr::col(Column::OpenJobs).add(1))
        .col_expr(Column::FailedJobs, Expr::col(Column::FailedJobs).sub(i32::from(had_failed)))
        .filter(Column::Id.eq(interview))
        .exec(&**transaction)
        .await?;
    Ok(())
}

/// An interview that was completed begins its next generation, whose completion will be told again.
fn reopening(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    let next = "generation + CASE WHEN completed_at IS NULL THEN 0 ELSE 1 END";
    update.col_expr(Column::Generation, Expr::cust(next)).col_expr(Column::CompletedAt, Expr::val(None::<i64>))
}

async fn complete_if_done(transaction: &Transaction, row: Model) -> Result<Model> {
    if !row.sealed || row.open_jobs > 0 || row.completed_at.is_some() {
        return Ok(row);
    }
    let rows = Entity::update_many()
        .col_expr(Column::CompletedAt, Expr::val(transaction.now))
        .filter(Column::Id.eq(row.id))
        .filter(Column::CompletedAt.is_null())
        .exec_with_returning(&**transaction)
        .await?;
    let Some(done) = rows.into_iter().next() else { return Ok(row) };
    outbox::tell_interview_ended(transaction, &done).await?;
    Ok(done)
}

/// Whether there is nothing but failures.
pub(crate) const fn has_failed(row: &Model) -> bool {
    row.total_jobs > 0 && row.failed_jobs >= row.total_jobs
}

pub(crate) fn interview_of(row: Model) -> Result<Interview> {
    let count = |column, number| u32::try_from(number).map_err(|_| Error::unreadable("interviews", column));
    let state = match (row.completed_at, row.sealed) {
        (Some(_), _) if has_failed(&row) => InterviewState::Failed,
        (Some(_), _) => InterviewState::Completed,
        (None, true) => InterviewState::Processing,
        (None, false) => InterviewState::Open,
    };
    Ok(Interview {
        id: row.id.into(),
        state,
        sealed: row.sealed,
        expected_jobs: row.expected_jobs.map(|number| count("expected_jobs", number)).transpose()?,
        total_jobs: count("total_jobs", row.total_jobs)?,
        open_jobs: count("open_jobs", row.open_jobs)?,
        failed_jobs: count("failed_jobs", row.failed_jobs)?,
        generation: count("generation", row.generation)?,
        external_id: row.external_id,
        interview_type: row.interview_type,
        created_at_ms: row.created_at,
        completed_at_ms: row.completed_at,
    })
}
