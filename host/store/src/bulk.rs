//! The same for many jobs: retrying and cancelling all that match a filter, a hundred in a transaction.

use rushes_model::JobId;
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, Condition, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};

use crate::cancel::cancel;
use crate::database::Write;
use crate::entity::job::{Column, Entity, Model};
use crate::listing::Filter;
use crate::retry::retry;
use crate::tally::Tally;
use crate::transaction::Transaction;
use crate::{Error, Result};

/// Jobs in a transaction.
const STEP: u64 = 100;

/// What became of many.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bulk {
    /// Those that changed.
    pub changed: Vec<JobId>,
    /// How many matched, and were in a state that doesn't allow it.
    pub refused: u64,
}

enum Verb {
    Retry,
    Cancel,
}

impl Write {
    /// Tries all jobs now that match, as [`Write::retry`] does.
    ///
    /// # Errors
    /// When the database fails; what was changed before stays so.
    pub async fn retry_all(&self, filter: &Filter) -> Result<Bulk> {
        self.for_all(filter, &Verb::Retry).await
    }

    /// Cancels all jobs that match, as [`Write::cancel`] does.
    ///
    /// # Errors
    /// When the database fails; what was changed before stays so.
    pub async fn cancel_all(&self, filter: &Filter) -> Result<Bulk> {
        self.for_all(filter, &Verb::Cancel).await
    }

    async fn for_all(&self, filter: &Filter, verb: &Verb) -> Result<Bulk> {
        let mut bulk = Bulk::default();
        // By id, and each id once: a job that still matches after its change isn't met again.
        let mut after = Uuid::nil();
        let Some(wanted) = self.read().condition(filter).await? else { return Ok(bulk) };
        loop {
            let ids: Vec<Uuid> = Entity::find()
                .select_only()
                .column(Column::Id)
                .filter(wanted.clone())
                .filter(Column::Id.gt(after))
                .order_by(Column::Id, Order::Asc)
                .limit(STEP)
                .into_tuple()
                .all(&self.read().pool)
                .await?;
            let Some(last) = ids.last() else { return Ok(bulk) };
            after = *last;
            self.step(&wanted, ids, verb, &mut bulk).await?;
        }
    }

    async fn step(&self, wanted: &Condition, ids: Vec<Uuid>, verb: &Verb, bulk: &mut Bulk) -> Result<()> {
        let transaction = self.begin().await?;
        let tally = match verb {
            Verb::Retry => Some(Tally::hold(&transaction).await?),
            Verb::Cancel => None,
        };
        let rows = lock_all(&transaction, wanted.clone().add(Column::Id.is_in(ids))).await?;
        let mut changed: Vec<JobId> = Vec::new();
        let mut refused = 0;
        for row in rows {
            let done = match &tally {
                Some(tally) => retry(&transaction, tally, &row).await,
                None => cancel(&transaction, &row).await,
            };
            match done {
                Ok(row) => changed.push(row.id.into()),
                Err(Error::Refused(_)) => refused += 1,
                Err(error) => return Err(error),
            }
        }
        transaction.commit().await?;
        bulk.changed.extend(changed);
        bulk.refused += refused;
        Ok(())
    }
}

/// Locked in the order of their ids, before any interview is: whoever ends a job holds it and waits for its interview.
/// Given in the order of their interviews, which are then locked in one order by everybody.
pub(crate) async fn lock_all(transaction: &Transaction, wanted: Condition) -> Result<Vec<Model>> {
    let mut rows =
        Entity::find().filter(wanted).order_by(Column::Id, Order::Asc).lock_exclusive().all(&**transaction).await?;
    rows.sort_by_key(|row| (row.interview_id, row.id));
    Ok(rows)
}
