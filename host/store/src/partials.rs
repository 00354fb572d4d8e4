//! Partials: what was measured, under a key of all that made it, and which jobs need it.

use rushes_model::{ByteSize, sabotage};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect, Set};

use crate::claim::Claim;
use crate::database::Write;
use crate::effect::Effect;
use crate::ending::lock;
use crate::entity::{job, partial, partial_use};
use crate::transaction::Transaction;
use crate::{Error, Read, Result};

/// A partial (1 MiB), its carry (1 MiB) and what stands beside them.
const LARGEST: ByteSize = ByteSize::mib(3);

impl Read {
    /// A partial under a key, if it is kept.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_partial(&self, key: &str) -> Result<Option<Vec<u8>>> {
        let row = partial::Entity::find_by_id(key.to_owned()).one(&self.pool).await?;
        Ok(row.map(|row| row.bytes))
    }

    /// How many partials a job uses.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn partial_count(&self, job: rushes_model::JobId) -> Result<u64> {
        let uses = partial_use::Entity::find().filter(partial_use::Column::JobId.eq(job.as_uuid()));
        Ok(uses.count(&self.pool).await?)
    }
}

impl Write {
    /// Keeps a partial, and that this job uses it. A key that is there already keeps its bytes: the same key is the same
    /// bytes. A job under which hosts crashed has got further than they did, and is suspected no more.
    ///
    /// # Errors
    /// When it is too large, or the database fails.
    pub async fn put_partial(&self, claim: &Claim, key: &str, bytes: &[u8]) -> Result<Effect<()>> {
        let size = ByteSize::bytes(bytes.len() as u64);
        if size > LARGEST {
            return Err(Error::TooLarge { what: "a partial", size, allowed: LARGEST });
        }
        let transaction = self.begin().await?;
        let Some(job) = lock(&transaction, claim.guard()).await? else { return Ok(Effect::Lost) };
        if job.crash_count > 0 {
            clear(&transaction, claim).await?;
        }
        let row = partial::ActiveModel {
            partial_key: Set(key.to_owned()),
            bytes: Set(bytes.to_vec()),
            created_at: Set(transaction.now),
        };
        partial::Entity::insert(row)
            .on_conflict(OnConflict::column(partial::Column::PartialKey).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(&*transaction)
            .await?;
        note_use(&transaction, claim, key).await?;
        transaction.commit().await?;
        sabotage::reached("partial.after-commit");
        Ok(Effect::Applied(()))
    }

    /// A partial for a job that runs: none if it isn't kept. From now on the job uses it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn get_partial(&self, claim: &Claim, key: &str) -> Result<Effect<Option<Vec<u8>>>> {
        // Most are asked for before they exist: that costs the writer nothing.
        if self.read().find_partial(key).await?.is_none() {
            return Ok(Effect::Applied(None));
        }
        let transaction = self.begin().await?;
        if lock(&transaction, claim.guard()).await?.is_none() {
            return Ok(Effect::Lost);
        }
        // Held, so that nobody takes it away as unused before its use is noted.
        let kept = partial::Entity::find_by_id(key.to_owned()).lock_shared();
        let Some(row) = kept.one(&*transaction).await? else {
            return Ok(Effect::Applied(None));
        };
        note_use(&transaction, claim, key).await?;
        transaction.commit().await?;
        Ok(Effect::Applied(Some(row.bytes)))
    }
}

async fn clear(transaction: &Transaction, claim: &Claim) -> Result<()> {
    job::Entity::update_many()
        .col_expr(job::Column::CrashCount, Expr::val(0))
        .filter(claim.guard())
        .exec(&**transaction)
        .await?;
    Ok(())
}

async fn note_use(transaction: &Transaction, claim: &Claim, key: &str) -> Result<()> {
    let row = partial_use::ActiveModel { job_id: Set(claim.id().as_uuid()), partial_key: Set(key.to_owned()) };
    let both = [partial_use::Column::JobId, partial_use::Column::PartialKey];
    partial_use::Entity::insert(row)
        .on_conflict(OnConflict::columns(both).do_nothing().to_owned())
        .try_insert()
        .exec_without_returning(&**transaction)
        .await?;
    Ok(())
}
