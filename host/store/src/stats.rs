//! Figures of the day: how many jobs ended, how well, how quickly.

use std::time::Duration;

use rushes_model::job::Kind;
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, Query, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait};

use crate::database::Read;
use crate::entity::job::{Column, Entity};
use crate::{Error, Result};

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Figures of the day.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Stats {
    /// When "today" began, in milliseconds since 1970.
    pub since_ms: i64,
    /// Jobs that completed today.
    pub completed_today: u64,
    /// Jobs that failed today, cancelled ones among them.
    pub failed_today: u64,
    /// Of those, cancelled.
    pub cancelled_today: u64,
    /// How long the last attempt took, over the jobs that completed within 24 hours; none where none did.
    pub average_processing: Option<Duration>,
}

impl Stats {
    /// Jobs that ended today.
    pub const fn processed_today(&self) -> u64 {
        self.completed_today + self.failed_today
    }

    /// Which share of them completed, 0 to 1; none where none ended.
    pub fn success_rate(&self) -> Option<f64> {
        let all = self.processed_today();
        (all > 0).then(|| self.completed_today as f64 / all as f64)
    }
}

impl Read {
    /// Figures of the day; "today" begins at midnight, so many seconds east of UTC.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn stats(&self, utc_offset_s: i32) -> Result<Stats> {
        let now = self.now().await?;
        let offset = i64::from(utc_offset_s) * 1000;
        let since = (now + offset).div_euclid(DAY_MS) * DAY_MS - offset;
        let day_ago = now - DAY_MS;
        let counted = |is: SimpleExpr| Func::sum(CaseStatement::new().case(is, 1_i32).finally(0_i32));
        let is_today = || Column::FinishedAt.gte(since);
        let is_recent = || Column::FinishedAt.gte(day_ago).and(Column::Status.eq(3));
        let took: SimpleExpr = CaseStatement::new()
            .case(is_recent(), Expr::col(Column::FinishedAt).sub(Expr::col(Column::StartedAt)))
            .finally(0_i64)
            .into();
        // One walk over the index on the end of jobs, which holds every column that is asked for.
        let question = Query::select()
            .expr_as(counted(is_today().and(Column::Status.eq(3))), "completed")
            .expr_as(counted(is_today().and(Column::Status.eq(2))), "failed")
            .expr_as(counted(is_today().and(Column::FailureKind.eq(Kind::Cancelled.number()))), "cancelled")
            .expr_as(counted(is_recent()), "recent")
            .expr_as(Func::cast_as(Func::sum(took), "BIGINT"), "took")
            .from(Entity)
            .and_where(Expr::cust("status IN (2, 3)"))
            .and_where(Column::FinishedAt.gte(std::cmp::min(since, day_ago)))
            .to_owned();
        let Some(row) = self.pool.query_one(&question).await? else {
            return Err(Error::unreadable("jobs", "finished_at"));
        };
        let number =
            |name| Ok::<_, Error>(u64::try_from(row.try_get::<Option<i64>>("", name)?.unwrap_or(0)).unwrap_or(0));
        let recent = number("recent")?;
        Ok(Stats {
            since_ms: since,
            completed_today: number("completed")?,
            failed_today: number("failed")?,
            cancelled_today: number("cancelled")?,
            average_processing: number("took")?.checked_div(recent).map(Duration::from_millis),
        })
    }
}
