//! Taking turns: one interview with ten thousand jobs doesn't keep the others waiting.
//!
//! Each ready job has a turn, and jobs of one priority are taken by turn, then age. An interview's jobs get turns one
//! after the other; a job of another interview gets the turn that is being served. So each round takes one job of each
//! interview, whatever came first, and nobody waits for more than one round of the others.
//!
//! ```text
//!   A has 1,000 jobs:  A1 A2 A3 A4 … A1000      served: turn 2
//!   B comes with 2:             B1 B2           turns 3 and 4: next are A3 B1 A4 B2 A5 …
//! ```
//! The turn being served is the highest of the jobs that run. It isn't kept anywhere: a row that every claim writes to
//! would make all claims wait for each other (2,070 claims a second fell to 300).

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};

use crate::Result;
use crate::entity::job::{Column, Entity, Model};
use crate::transaction::Transaction;

/// The turn of a job that becomes ready.
pub(crate) async fn turn_of(transaction: &Transaction, row: &Model) -> Result<i64> {
    let served = served(transaction, row).await?;
    let Some(interview) = row.interview_id else { return Ok(served) };
    let of_interview = Condition::all().add(ready()).add(Column::InterviewId.eq(interview));
    let last = edge(transaction, of_interview, Order::Desc).await?;
    Ok(last.map_or(served, |last| std::cmp::max(served, last + 1)))
}

/// The turn after those that run; where none does, the first that waits. Of those it competes with: the same queue,
/// priority and pipeline, so that a pipeline that nobody runs now holds up nobody's turns.
async fn served(transaction: &Transaction, row: &Model) -> Result<i64> {
    let alike = || {
        Condition::all()
            .add(Column::Queue.eq(&row.queue))
            .add(Column::Priority.eq(row.priority))
            .add(Column::Pipeline.eq(&row.pipeline))
    };
    let running = alike().add(Expr::cust("status = 1"));
    if let Some(highest) = edge(transaction, running, Order::Desc).await? {
        return Ok(highest + 1);
    }
    Ok(edge(transaction, alike().add(ready()), Order::Asc).await?.unwrap_or(0))
}

async fn edge(transaction: &Transaction, of: Condition, order: Order) -> Result<Option<i64>> {
    let found = Entity::find().select_only().column(Column::Turn).filter(of).order_by(Column::Turn, order);
    Ok(found.limit(1).into_tuple().one(&**transaction).await?)
}

/// Literal, so that PostgreSQL uses the partial index under a generic plan too.
fn ready() -> Condition {
    Condition::all().add(Expr::cust("status = 0 AND data_process = 1"))
}
