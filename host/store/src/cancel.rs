//! Cancelling a job.

use rushes_model::JobId;
use rushes_model::job::{Event, State, next};
use sea_orm::sea_query::{Expr, Func};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::database::Write;
use crate::ending::{cancelled, end_pending, lock};
use crate::entity::job::{Column, Entity, Model};
use crate::job::Job;
use crate::transaction::Transaction;
use crate::{Error, Result};

impl Write {
    /// Cancels a job. One that runs goes on until its host hears of it, with the next renewal of its lease.
    ///
    /// # Errors
    /// When there is no such job, it ended already, or the database fails.
    pub async fn cancel(&self, id: JobId) -> Result<Job> {
        let transaction = self.begin().await?;
        let by_id = Condition::all().add(Column::Id.eq(id.as_uuid()));
        let before = lock(&transaction, by_id).await?.ok_or(Error::UnknownJob(id))?;
        let cancelled = async {
            let after = cancel(&transaction, &before).await?;
            Job::load(&*transaction, after, transaction.now).await
        };
        let cancelled = cancelled.await;
        transaction.end(cancelled).await
    }
}

/// Of a row that is locked.
pub(crate) async fn cancel(transaction: &Transaction, before: &Model) -> Result<Model> {
    let (id, now) = (JobId::from(before.id), transaction.now);
    let row = match next(Job::of(before.clone(), None, now)?.state, Event::Cancel)? {
        State::Processing => Entity::update_many()
            .col_expr(
                Column::CancelRequestedAt,
                Func::coalesce([Expr::col(Column::CancelRequestedAt), Expr::val(now)]).into(),
            )
            .filter(Column::Id.eq(before.id))
            .filter(Expr::cust("status = 1"))
            .exec_with_returning(&**transaction)
            .await?
            .into_iter()
            .next(),
        State::WaitingForFile
        | State::Ready
        | State::RetryWait
        | State::Completed
        | State::Failed
        | State::Cancelled => end_pending(transaction, id, Event::Cancel, &cancelled()).await?,
    };
    row.ok_or(Error::UnknownJob(id))
}
