//! Jobs that ended, counted up to a moment: a million of them take 100 ms and more to count, and the status is asked for
//! all the time.
//!
//! ```text
//!   ended ──────────────────────────────┬───────────────► now
//!     counted, kept in one row          │  counted with each question, by an index
//!                                     until
//! ```
//! An ending writes nothing here: a row that every ending writes to would make all endings wait for each other. What
//! takes a job that ended away again (a retry by hand, deleting, forgetting) takes it out of the count, and holds the
//! row from before it touches the first job, so that nobody counts in between. Everything is counted anew from time to
//! time, some minutes behind: whoever ends a job in a transaction that lasts longer than that is missed until then.

use rushes_model::job::{Kind, Status};
use sea_orm::sea_query::{CaseStatement, Expr, ExprTrait, Func, Query, SelectStatement, SimpleExpr};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use crate::database::Write;
use crate::entity::job;
use crate::entity::tally::{Column, Entity, Model};
use crate::transaction::Transaction;
use crate::{Error, Result};

/// The row's id.
pub(crate) const ONLY: i16 = 1;
/// No transaction of ours lasts so long: a statement may take 30 seconds, and most of them one.
const BEHIND_MS: i64 = 5 * 60 * 1000;
/// Counted anew so often, whoever does it.
const EVERY_MS: i64 = 10 * 60 * 1000;

/// The count, held until the transaction ends.
pub(crate) struct Tally(Model);

impl Tally {
    /// Before anything else is locked: so nobody who holds it waits for another who wants it.
    pub(crate) async fn hold(transaction: &Transaction) -> Result<Self> {
        let row = Entity::find_by_id(ONLY).lock_exclusive().one(&**transaction).await?;
        row.map(Self).ok_or_else(|| Error::unreadable("tallies", "id"))
    }

    /// These are ended no more. Given as they were before.
    pub(crate) async fn leave(&self, transaction: &Transaction, rows: &[job::Model]) -> Result<()> {
        let counted = || rows.iter().filter(|row| row.finished_at.is_some_and(|at| at <= self.0.until));
        let count = |is: fn(&job::Model) -> bool| i64::try_from(counted().filter(|row| is(row)).count()).unwrap_or(0);
        let (completed, cancelled) = (count(has_completed), count(was_cancelled));
        let failed = count(|_| true) - completed - cancelled;
        if completed + cancelled + failed == 0 {
            return Ok(());
        }
        Entity::update_many()
            .col_expr(Column::Completed, Expr::col(Column::Completed).sub(completed))
            .col_expr(Column::Failed, Expr::col(Column::Failed).sub(failed))
            .col_expr(Column::Cancelled, Expr::col(Column::Cancelled).sub(cancelled))
            .filter(Column::Id.eq(ONLY))
            .exec(&**transaction)
            .await?;
        Ok(())
    }
}

fn has_completed(row: &job::Model) -> bool {
    row.status == Status::Completed.number()
}

fn was_cancelled(row: &job::Model) -> bool {
    row.failure_kind == Some(Kind::Cancelled.number())
}

impl Write {
    /// Counts anew, unless somebody did lately.
    pub(crate) async fn tally(&self) -> Result<()> {
        let transaction = self.begin().await?;
        let held = Tally::hold(&transaction).await?;
        let until = transaction.now - BEHIND_MS;
        if held.0.until > until - EVERY_MS {
            return Ok(());
        }
        let Some(row) = transaction.query_one(&ended(job::Column::FinishedAt.lte(until))).await? else { return Ok(()) };
        let (all, completed, cancelled): (i64, i64, i64) =
            (row.try_get("", "ended")?, row.try_get("", "completed")?, row.try_get("", "cancelled")?);
        Entity::update_many()
            .col_expr(Column::Until, Expr::val(until))
            .col_expr(Column::Completed, Expr::val(completed))
            .col_expr(Column::Failed, Expr::val(all - completed - cancelled))
            .col_expr(Column::Cancelled, Expr::val(cancelled))
            .filter(Column::Id.eq(ONLY))
            .exec(&*transaction)
            .await?;
        transaction.commit().await
    }
}

/// How many jobs ended in a time: one row, `completed`, `cancelled`, and `ended` for all of them. Reads an index alone.
pub(crate) fn ended(when: SimpleExpr) -> SelectStatement {
    Query::select()
        .expr_as(sum_of(job::Column::Status.eq(Status::Completed.number())), "completed")
        .expr_as(sum_of(job::Column::FailureKind.eq(Kind::Cancelled.number())), "cancelled")
        .expr_as(Expr::cust("COUNT(*)"), "ended")
        .from(job::Entity)
        .and_where(Expr::cust("status IN (2, 3)"))
        .and_where(when)
        .to_owned()
}

/// Of how many it is true.
pub(crate) fn sum_of(is: SimpleExpr) -> SimpleExpr {
    let ones: SimpleExpr = CaseStatement::new().case(is, 1_i32).finally(0_i32).into();
    Func::coalesce([Func::sum(ones).into(), Expr::val(0_i64)]).into()
}
