//! Jobs that wait for their file: when to look, and what was seen.

use std::time::Duration;

use rushes_model::job::Event;
use rushes_model::{Failure, Identity, JobId};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, LockBehavior, LockType, Query, SimpleExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, FromQueryResult, QueryFilter};

use crate::database::Write;
use crate::effect::Effect;
use crate::ending;
use crate::entity::job::{Column, Entity, Model};
use crate::job::Job;
use crate::{Error, Result, turns};

/// A job that has waited so long is looked for less often.
const LONG_WAIT_MS: i64 = 10 * 60 * 1000;
/// That often.
const LONG_WAIT_INTERVAL_MS: i64 = 5 * 60 * 1000;

/// An object that is to be looked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// For which job.
    pub job: JobId,
    /// Where.
    pub bucket: String,
    /// Where.
    pub key: String,
    /// How long the job has waited for it.
    pub waited: Duration,
    /// What was seen last time.
    pub note: Option<String>,
}

impl Write {
    /// Takes jobs whose object is to be looked for now; the next look is an `interval` later, whoever takes it. Needs no
    /// lease: a host that dies between leaves nothing behind but a look that comes later.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn probe_due(&self, interval: Duration, most: u64) -> Result<Vec<Due>> {
        let transaction = self.begin().await?;
        let now = transaction.now;
        let due = Query::select()
            .column(Column::Id)
            .from(Entity)
            .cond_where(waiting())
            .and_where(Column::NextProbeAt.lte(now))
            .order_by(Column::NextProbeAt, sea_orm::Order::Asc)
            .limit(most)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .to_owned();
        let interval = millis(interval);
        let next: SimpleExpr = CaseStatement::new()
            .case(Column::WaitingSince.lt(now - LONG_WAIT_MS), std::cmp::max(interval, LONG_WAIT_INTERVAL_MS))
            .finally(interval)
            .into();
        let update = Query::update()
            .table(Entity)
            .with_cte(crate::claim::picked(due))
            .value(Column::NextProbeAt, Expr::val(now).add(next))
            .value(Column::ProbeCount, Expr::col(Column::ProbeCount).add(1))
            .and_where(crate::claim::is_picked())
            .returning_all()
            .to_owned();
        let rows = sea_orm::ConnectionTrait::query_all(&*transaction, &update).await?;
        transaction.commit().await?;
        rows.iter()
            .map(|row| {
                let row = Model::from_query_result(row, "")?;
                Ok(Due {
                    job: row.id.into(),
                    note: row.probe_note,
                    bucket: row.bucket,
                    key: row.object_key,
                    waited: Duration::from_millis(u64::try_from(now - row.waiting_since).unwrap_or(0)),
                })
            })
            .collect()
    }

    /// Looks for these objects at once: something said that they are there.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn probe_now(&self, bucket: &str, key: &str) -> Result<u64> {
        let done = Entity::update_many()
            .col_expr(Column::NextProbeAt, self.dialect.now())
            .filter(waiting())
            .filter(Column::Bucket.eq(bucket))
            .filter(Column::ObjectKey.eq(key))
            .exec(&self.pool)
            .await?;
        Ok(done.rows_affected)
    }

    /// The object is there. `Lost` where the job no longer waits for it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn mark_ready(&self, job: JobId, identity: &Identity) -> Result<Effect<Job>> {
        let identity = serde_json::to_value(identity)
            .map_err(|source| Error::Unwritable { what: "the object's identity", source })?;
        let transaction = self.begin().await?;
        let waits = waiting().add(Column::Id.eq(job.as_uuid()));
        let Some(before) = ending::lock(&transaction, waits).await? else { return Ok(Effect::Lost) };
        let turn = turns::turn_of(&transaction, &before).await?;
        let rows = Entity::update_many()
            .col_expr(Column::DataProcess, Expr::val(1_i16))
            .col_expr(Column::Turn, Expr::val(turn))
            .col_expr(Column::Identity, Expr::val(identity))
            .col_expr(Column::RunAt, Expr::val(transaction.now))
            .col_expr(Column::ProbeNote, Expr::val(None::<String>))
            .filter(waiting())
            .filter(Column::Id.eq(job.as_uuid()))
            .exec_with_returning(&*transaction)
            .await?;
        let Some(row) = rows.into_iter().next() else { return Ok(Effect::Lost) };
        let job = Job::load(&*transaction, row, transaction.now).await?;
        transaction.commit().await?;
        Ok(Effect::Applied(job))
    }

    /// What was seen instead of the object: the job goes on waiting. Whether it still waited.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_missing(&self, job: JobId, seen: &str) -> Result<Effect<()>> {
        let done = Entity::update_many()
            .col_expr(Column::ProbeNote, Expr::val(seen))
            .filter(waiting())
            .filter(Column::Id.eq(job.as_uuid()))
            .exec(&self.pool)
            .await?;
        Ok(if done.rows_affected == 0 { Effect::Lost } else { Effect::Applied(()) })
    }

    /// The object can't be used, or didn't come in time: the job fails for good.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refuse_file(&self, job: JobId, failure: &Failure) -> Result<Effect<Job>> {
        let transaction = self.begin().await?;
        let Some(row) = ending::end_pending(&transaction, job, Event::FileRefused, failure).await? else {
            // Nothing was written, and a job that is ready was locked.
            return transaction.end(Ok(Effect::Lost)).await;
        };
        let job = Job::load(&*transaction, row, transaction.now).await?;
        transaction.commit().await?;
        Ok(Effect::Applied(job))
    }
}

/// Waiting for its file. Literal, so that PostgreSQL uses the partial index under a generic plan too.
pub(crate) fn waiting() -> Condition {
    Condition::all().add(Expr::cust("status = 0 AND data_process = 0"))
}

/// Milliseconds as the database counts them.
pub(crate) fn millis(length: Duration) -> i64 {
    i64::try_from(length.as_millis()).unwrap_or(i64::MAX / 4)
}
