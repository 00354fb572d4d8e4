//! Retrying a job by hand.

use rushes_model::JobId;
use rushes_model::job::{Event, State, Status, next};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, UpdateMany};
use serde_json::Value;

use crate::database::Write;
use crate::ending::{lock, waiting_again};
use crate::entity::job::{Column, Entity, Model};
use crate::job::Job;
use crate::tally::Tally;
use crate::transaction::Transaction;
use crate::{Error, Result, interviews};

impl Write {
    /// Tries a job now. One that ended looks for its file again, and keeps its partials; its report stays until a new one
    /// replaces it. One that waits for a delay or its file waits no longer than the next look.
    ///
    /// # Errors
    /// When there is no such job, it is ready or running already, or the database fails.
    pub async fn retry(&self, id: JobId) -> Result<Job> {
        let transaction = self.begin().await?;
        let tally = Tally::hold(&transaction).await?;
        let by_id = Condition::all().add(Column::Id.eq(id.as_uuid()));
        let row = lock(&transaction, by_id).await?.ok_or(Error::UnknownJob(id))?;
        let retried = async {
            let after = retry(&transaction, &tally, &row).await?;
            Job::load(&*transaction, after, transaction.now).await
        };
        let retried = retried.await;
        transaction.end(retried).await
    }
}

/// Of a row that is locked.
pub(crate) async fn retry(transaction: &Transaction, tally: &Tally, row: &Model) -> Result<Model> {
    let (id, now) = (JobId::from(row.id), transaction.now);
    let before = Job::of(row.clone(), None, now)?;
    next(before.state, Event::Retry)?;
    let update = match before.state {
        State::Completed | State::Failed | State::Cancelled => reopened(Entity::update_many(), now),
        State::WaitingForFile => Entity::update_many().col_expr(Column::NextProbeAt, Expr::val(now)),
        State::Ready | State::RetryWait | State::Processing => {
            Entity::update_many().col_expr(Column::RunAt, Expr::val(now))
        }
    };
    let after = update
        .filter(Column::Id.eq(row.id))
        .filter(Column::Status.eq(row.status))
        .exec_with_returning(&**transaction)
        .await?
        .into_iter()
        .next()
        .ok_or(Error::UnknownJob(id))?;
    tally.leave(transaction, std::slice::from_ref(row)).await?;
    if let Some(interview) = row.interview_id.filter(|_| before.state.is_final()) {
        interviews::job_reopened(transaction, interview, row.status == Status::Failed.number()).await?;
    }
    Ok(after)
}

fn reopened(update: UpdateMany<Entity>, now: i64) -> UpdateMany<Entity> {
    waiting_again(update, now)
        .col_expr(Column::Status, Expr::val(0_i16))
        .col_expr(Column::RunAt, Expr::val(now))
        .col_expr(Column::Attempt, Expr::val(0))
        .col_expr(Column::Generation, Expr::col(Column::Generation).add(1))
        .col_expr(Column::CrashCount, Expr::val(0))
        .col_expr(Column::Progress, Expr::val(0_i16))
        .col_expr(Column::FailureKind, Expr::val(None::<i16>))
        .col_expr(Column::Failure, Expr::val(None::<Value>))
        .col_expr(Column::FinishedAt, Expr::val(None::<i64>))
}
