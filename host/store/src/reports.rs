//! Reports: one a job, as the text that goes out.

use rushes_model::report::Report;
use rushes_model::{ByteSize, JobId};
use sea_orm::sea_query::OnConflict;
use sea_orm::{EntityTrait, Set};

use crate::database::Read;
use crate::entity::report::{ActiveModel, Column, Entity};
use crate::transaction::Transaction;
use crate::{Error, Result};

/// The largest report that is kept.
const LARGEST: ByteSize = ByteSize::mib(32);

impl Read {
    /// A job's report as JSON, if it has one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_report(&self, job: JobId) -> Result<Option<String>> {
        Ok(Entity::find_by_id(job.as_uuid()).one(&self.pool).await?.map(|row| row.document))
    }
}

pub(crate) fn to_document(report: &Report) -> Result<String> {
    let document = serde_json::to_string(report).map_err(|source| Error::Unwritable { what: "the report", source })?;
    let size = ByteSize::bytes(document.len() as u64);
    if size > LARGEST {
        return Err(Error::TooLarge { what: "a report", size, allowed: LARGEST });
    }
    Ok(document)
}

/// In the transaction that ends the attempt, after its guard held.
pub(crate) async fn put(transaction: &Transaction, job: JobId, document: String) -> Result<()> {
    let row = ActiveModel { job_id: Set(job.as_uuid()), document: Set(document), created_at: Set(transaction.now) };
    let newest = OnConflict::column(Column::JobId).update_columns([Column::Document, Column::CreatedAt]).to_owned();
    Entity::insert(row).on_conflict(newest).exec_without_returning(&**transaction).await?;
    Ok(())
}
