//! How many jobs stand where.

use std::time::Duration;

use sea_orm::sea_query::{Expr, ExprTrait, Func, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait};

use crate::database::Read;
use crate::entity::job::{Column, Entity};
use crate::entity::tally;
use crate::readiness::millis;
use crate::tally::{ONLY, ended, sum_of};
use crate::{Error, Result, readiness};

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
    /// How many jobs stand where. Those that ended are counted in advance, the others by small indexes: it may be asked
    /// often.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn queue_status(&self, stuck_after: Duration) -> Result<Counts> {
        let now = self.now().await?;
        // One statement, and so one moment: the count of those that ended moves while others ask.
        let question = Query::select()
            .expr(Expr::cust("*"))
            .from_subquery(waiting(), "w")
            .from_subquery(ready(now), "r")
            .from_subquery(running(now.saturating_sub(millis(stuck_after))), "p")
            .from_subquery(counted(), "t")
            .from_subquery(ended_since(), "e")
            .to_owned();
        let row = self.pool.query_one(&question).await?.ok_or(Error::unreadable("tallies", "id"))?;
        let number = |name| row.try_get::<i64>("", name);
        let count = |number: i64| u64::try_from(number).unwrap_or(0);
        let since = |at: Option<i64>| at.map(|at| Duration::from_millis(u64::try_from(now - at).unwrap_or(0)));
        let (completed, cancelled) = (number("completed")?, number("cancelled")?);
        let due = number("ready_or_later")? - number("later")?;
        Ok(Counts {
            waiting_for_file: count(number("waiting")?),
            ready: count(due),
            retry_wait: count(number("later")?),
            processing: count(number("processing")?),
            failed: count(number("counted_failed")? + number("ended")? - completed - cancelled),
            cancelled: count(number("counted_cancelled")? + cancelled),
            completed: count(number("counted_completed")? + completed),
            stuck: count(number("stuck")?),
            oldest_processing: since(row.try_get("", "started")?),
            // The first of them all is due if any is.
            oldest_ready: since(row.try_get("", "first")?).filter(|_| due > 0),
        })
    }
}

fn waiting() -> SelectStatement {
    jobs().expr_as(all(), "waiting").cond_where(readiness::waiting()).to_owned()
}

fn ready(now: i64) -> SelectStatement {
    jobs()
        .expr_as(all(), "ready_or_later")
        .expr_as(sum_of(Column::RunAt.gt(now)), "later")
        .expr_as(Func::min(Expr::col(Column::RunAt)), "first")
        .and_where(Expr::cust("status = 0 AND data_process = 1"))
        .to_owned()
}

fn running(stuck_since: i64) -> SelectStatement {
    jobs()
        .expr_as(all(), "processing")
        .expr_as(sum_of(Column::StartedAt.lt(stuck_since)), "stuck")
        .expr_as(Func::min(Expr::col(Column::StartedAt)), "started")
        .and_where(Expr::cust("status = 1"))
        .to_owned()
}

fn counted() -> SelectStatement {
    Query::select()
        .expr_as(Expr::col(tally::Column::Completed), "counted_completed")
        .expr_as(Expr::col(tally::Column::Failed), "counted_failed")
        .expr_as(Expr::col(tally::Column::Cancelled), "counted_cancelled")
        .from(tally::Entity)
        .and_where(tally::Column::Id.eq(ONLY))
        .to_owned()
}

fn ended_since() -> SelectStatement {
    let until = Query::select()
        .column(tally::Column::Until)
        .from(tally::Entity)
        .and_where(tally::Column::Id.eq(ONLY))
        .to_owned();
    ended(Expr::col(Column::FinishedAt).gt(Expr::SubQuery(None, Box::new(until.into()))))
}

fn jobs() -> SelectStatement {
    Query::select().from(Entity).to_owned()
}

fn all() -> SimpleExpr {
    Expr::cust("COUNT(*)")
}
