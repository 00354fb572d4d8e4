//! How many jobs stand where.

use std::time::Duration;

use rushes_model::job::{FileStatus, Kind, State, Status};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait};

use crate::database::Read;
use crate::entity::job::{Column, Entity};
use crate::readiness::millis;
use crate::{Error, Result};

/// How many jobs stand where, in one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Waiting for their file.
    pub waiting_for_file: u64,
    /// Waiting for a host.
    pub ready: u64,
    /// Waiting for a delay.
    pub retry_wait: u64,
    /// Under a lease.
    pub processing: u64,
    /// Failed for good.
    pub failed: u64,
    /// Cancelled.
    pub cancelled: u64,
    /// With a report.
    pub completed: u64,
    /// Running for longer than was asked about.
    pub stuck: u64,
    /// How long the oldest of those that run has been at work.
    pub oldest_processing: Option<Duration>,
    /// How long the oldest of those that are ready has waited for a host.
    pub oldest_ready: Option<Duration>,
}

impl Counts {
    /// Status "0".
    pub const fn pending(&self) -> u64 {
        self.waiting_for_file + self.ready + self.retry_wait
    }

    /// Status "2": a cancelled job counts as failed.
    pub const fn failed_or_cancelled(&self) -> u64 {
        self.failed + self.cancelled
    }

    /// All of them.
    pub const fn total(&self) -> u64 {
        self.pending() + self.processing + self.failed_or_cancelled() + self.completed
    }
}

impl Read {
    /// How many jobs stand where. Reads all of them: half a second for a million, so ask seldom.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_status(&self, stuck_after: Duration) -> Result<Counts> {
        let now = self.now().await?;
        let is_due: SimpleExpr = CaseStatement::new().case(Column::RunAt.lte(now), 1_i32).finally(0_i32).into();
        let is_stuck: SimpleExpr = CaseStatement::new()
            .case(Expr::cust("status = 1").and(Column::StartedAt.lt(now.saturating_sub(millis(stuck_after)))), 1_i32)
            .finally(0_i32)
            .into();
        let groups = Query::select()
            .column(Column::Status)
            .column(Column::DataProcess)
            .column(Column::FailureKind)
            .expr_as(is_due, "is_due")
            .expr_as(Func::count(Expr::col(Column::Id)), "jobs")
            .expr_as(Func::sum(is_stuck), "stuck")
            .expr_as(Func::min(Expr::col(Column::StartedAt)), "started")
            .expr_as(Func::min(Expr::col(Column::RunAt)), "ready_since")
            .from(Entity)
            .group_by_col(Column::Status)
            .group_by_col(Column::DataProcess)
            .group_by_col(Column::FailureKind)
            .group_by_col("is_due")
            .to_owned();
        let mut counts = Counts::default();
        for group in self.pool.query_all(&groups).await? {
            let jobs = u64::try_from(group.try_get::<i64>("", "jobs")?).unwrap_or(0);
            let since = |at: Option<i64>| at.map(|at| Duration::from_millis(u64::try_from(now - at).unwrap_or(0)));
            match state_of(&group)? {
                State::WaitingForFile => counts.waiting_for_file += jobs,
                State::Ready => {
                    counts.ready += jobs;
                    counts.oldest_ready = since(group.try_get("", "ready_since")?);
                }
                State::RetryWait => counts.retry_wait += jobs,
                State::Processing => {
                    counts.processing += jobs;
                    counts.stuck += u64::try_from(group.try_get::<i64>("", "stuck")?).unwrap_or(0);
                    counts.oldest_processing =
                        std::cmp::max(counts.oldest_processing, since(group.try_get("", "started")?));
                }
                State::Completed => counts.completed += jobs,
                State::Failed => counts.failed += jobs,
                State::Cancelled => counts.cancelled += jobs,
            }
        }
        Ok(counts)
    }
}

fn state_of(group: &sea_orm::QueryResult) -> Result<State> {
    let status = Status::from_number(group.try_get("", "status")?).ok_or(Error::unreadable("jobs", "status"))?;
    let file = if group.try_get::<i16>("", "data_process")? == 0 { FileStatus::NotReady } else { FileStatus::Ready };
    let kind = group.try_get::<Option<i16>>("", "failure_kind")?.and_then(Kind::from_number);
    Ok(State::derive(status, file, group.try_get::<i32>("", "is_due")? == 1, kind))
}
