//! Forgetting: jobs that ended long ago with all that was derived from them, told events, old audit lines, expired
//! idempotency keys.
//!
//! Any host may do it at any time; each step is a short transaction, and rows that another host is at are passed over.

use std::time::Duration;

use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};

use crate::Result;
use crate::create::KEY_KEPT_MS;
use crate::database::Write;
use crate::delete::{Receipt, remove, remove_events};
use crate::entity::{audit, delivery, event, idempotency_key, interview, job};
use crate::readiness::millis;
use crate::tally::Tally;

/// Jobs in a transaction: with a partial for each minute and analyzer that is some ten thousand rows.
const JOBS: u64 = 100;
/// Other rows in a transaction.
const ROWS: u64 = 1000;

/// How long what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// Jobs, after they ended; interviews without jobs, after they were made.
    pub jobs: Duration,
    /// Events, told or not.
    pub events: Duration,
    /// Lines of the audit log.
    pub audit: Duration,
}

impl Default for Retention {
    fn default() -> Self {
        let days = |count: u64| Duration::from_secs(count * 24 * 60 * 60);
        Self { jobs: days(90), events: days(14), audit: days(365) }
    }
}

/// What was forgotten in a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pruned {
    /// Jobs, with all that was derived from them.
    pub jobs: u64,
    /// Interviews that had none left.
    pub interviews: u64,
    /// Events.
    pub events: u64,
    /// Lines of the audit log.
    pub audit_lines: u64,
    /// Idempotency keys that expired.
    pub idempotency_keys: u64,
    /// Whether there may be more.
    pub has_more: bool,
}

impl Write {
    /// Forgets a step's worth of what is older than it is kept, and counts what ended, now and then.
    ///
    /// # Errors
    /// When the database fails; what was forgotten before stays so.
    pub async fn prune(&self, keep: &Retention) -> Result<Pruned> {
        let now = self.read().now().await?;
        let before = |length| now.saturating_sub(millis(length));
        self.tally().await?;
        let jobs = self.prune_jobs(before(keep.jobs)).await?;
        let interviews = self.prune_interviews(before(keep.jobs)).await?;
        let events = self.prune_events(before(keep.events)).await?;
        let audit_lines = self.prune_audit(before(keep.audit)).await?;
        let idempotency_keys = self.prune_keys(now.saturating_sub(KEY_KEPT_MS)).await?;
        let has_more = jobs >= JOBS || [interviews, events, audit_lines, idempotency_keys].iter().any(|&n| n >= ROWS);
        Ok(Pruned { jobs, interviews, events, audit_lines, idempotency_keys, has_more })
    }

    async fn prune_jobs(&self, before: i64) -> Result<u64> {
        use job::Column;

        let transaction = self.begin().await?;
        let tally = Tally::hold(&transaction).await?;
        let mut rows = job::Entity::find()
            .filter(Expr::cust("status IN (2, 3)"))
            .filter(Column::FinishedAt.lt(before))
            .order_by(Column::FinishedAt, Order::Asc)
            .limit(JOBS)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .all(&*transaction)
            .await?;
        rows.sort_by_key(|row| (row.interview_id, row.id));
        let mut receipt = Receipt::default();
        remove(&transaction, &tally, &rows, &mut receipt).await?;
        transaction.commit().await?;
        Ok(receipt.jobs)
    }

    /// Those without a job: theirs went before, or never came.
    async fn prune_interviews(&self, before: i64) -> Result<u64> {
        use interview::Column;

        let transaction = self.begin().await?;
        let jobs = Query::select()
            .expr(Expr::val(1_i32))
            .from(job::Entity)
            .and_where(Expr::col((job::Entity, job::Column::InterviewId)).equals((interview::Entity, Column::Id)))
            .to_owned();
        let ids: Vec<Uuid> = interview::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::TotalJobs.eq(0))
            .filter(Column::CreatedAt.lt(before))
            .filter(Expr::exists(jobs).not())
            .limit(ROWS)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&*transaction)
            .await?;
        if ids.is_empty() {
            return Ok(0);
        }
        remove_events(&transaction, &ids, &mut Receipt::default()).await?;
        let gone = interview::Entity::delete_many().filter(Column::Id.is_in(ids)).exec(&*transaction).await?;
        transaction.commit().await?;
        Ok(gone.rows_affected)
    }

    /// With their deliveries. Their ids tell their age.
    async fn prune_events(&self, before: i64) -> Result<u64> {
        use event::Column;

        let transaction = self.begin().await?;
        let ids: Vec<Uuid> = event::Entity::find()
            .select_only()
            .column(Column::Id)
            .filter(Column::Id.lt(first_id_of(before)))
            .order_by(Column::Id, Order::Asc)
            .limit(ROWS)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&*transaction)
            .await?;
        if ids.is_empty() {
            return Ok(0);
        }
        let of_these = delivery::Column::EventId.is_in(ids.iter().copied());
        delivery::Entity::delete_many().filter(of_these).exec(&*transaction).await?;
        let gone = event::Entity::delete_many().filter(Column::Id.is_in(ids)).exec(&*transaction).await?;
        transaction.commit().await?;
        Ok(gone.rows_affected)
    }

    async fn prune_audit(&self, before: i64) -> Result<u64> {
        use audit::Column;

        let seqs: Vec<i64> = audit::Entity::find()
            .select_only()
            .column(Column::Seq)
            .filter(Column::At.lt(before))
            .limit(ROWS)
            .into_tuple()
            .all(&self.read().pool)
            .await?;
        if seqs.is_empty() {
            return Ok(0);
        }
        Ok(audit::Entity::delete_many().filter(Column::Seq.is_in(seqs)).exec(&self.pool).await?.rows_affected)
    }

    /// Named by their jobs: a job was asked for under one key.
    async fn prune_keys(&self, before: i64) -> Result<u64> {
        use idempotency_key::{Column, Entity};

        let transaction = self.begin().await?;
        let jobs: Vec<Uuid> = Entity::find()
            .select_only()
            .column(Column::JobId)
            .filter(Column::CreatedAt.lt(before))
            .limit(ROWS)
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .into_tuple()
            .all(&*transaction)
            .await?;
        if jobs.is_empty() {
            return Ok(0);
        }
        let gone = Entity::delete_many().filter(Column::JobId.is_in(jobs)).exec(&*transaction).await?;
        transaction.commit().await?;
        Ok(gone.rows_affected)
    }
}

/// The least UUIDv7 of a millisecond: its first 48 bits are the time.
fn first_id_of(at_ms: i64) -> Uuid {
    Uuid::from_u128(u128::try_from(at_ms).unwrap_or(0) << 80)
}
