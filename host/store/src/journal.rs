//! What a run says of itself: progress and log lines, written together for all runs of a host.

use rushes_model::{JobId, LeaseId};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use serde_json::Value;

use crate::Result;
use crate::claim::Claim;
use crate::database::{Read, Write};
use crate::entity::{job, job_event};
use crate::plain::plain;

/// A line of a journal.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// `progress`, `log`, `damage`, …
    pub kind: &'static str,
    /// A JSON object.
    pub detail: Value,
}

/// What one run has to say.
#[derive(Clone, Debug)]
pub struct Journaled<'a> {
    /// For whom.
    pub claim: &'a Claim,
    /// How far it is, 0 to 1.
    pub progress: Option<f64>,
    /// Lines, oldest first.
    pub entries: Vec<Entry>,
}

/// A line of a journal as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct JobEvent {
    /// Rising; a reader goes on after the last that it saw.
    pub seq: i64,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// `progress`, `log`, `damage`, …
    pub kind: String,
    /// A JSON object.
    pub detail: Value,
}

impl Write {
    /// Writes what runs have to say, all in one transaction. The leases that are no longer ours: nothing was written
    /// for those.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn append_events(&self, journaled: Vec<Journaled<'_>>) -> Result<Vec<LeaseId>> {
        let transaction = self.begin().await?;
        let mut lost = Vec::new();
        let mut rows = Vec::new();
        for one in journaled {
            let update = job::Entity::update_many().col_expr(job::Column::ProgressAt, Expr::val(transaction.now));
            let update = match one.progress {
                Some(share) => update.col_expr(job::Column::Progress, Expr::val(thousandths(share))),
                None => update,
            };
            let held = update.filter(one.claim.guard()).exec(&*transaction).await?;
            if held.rows_affected == 0 {
                lost.push(one.claim.lease());
                continue;
            }
            rows.extend(one.entries.into_iter().map(|entry| job_event::ActiveModel {
                seq: sea_orm::NotSet,
                job_id: Set(one.claim.id().as_uuid()),
                at: Set(transaction.now),
                kind: Set(entry.kind.to_owned()),
                detail: Set(plain(entry.detail)),
            }));
        }
        // Far below the 32,766 values that SQLite takes in one statement.
        for some in rows.chunks(500) {
            job_event::Entity::insert_many(some.to_vec()).exec_without_returning(&*transaction).await?;
        }
        transaction.commit().await?;
        Ok(lost)
    }
}

impl Read {
    /// A job's journal after a line.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn events_after(&self, job: JobId, seq: i64, most: u64) -> Result<Vec<JobEvent>> {
        let rows = job_event::Entity::find()
            .filter(job_event::Column::JobId.eq(job.as_uuid()))
            .filter(job_event::Column::Seq.gt(seq))
            .order_by_asc(job_event::Column::Seq)
            .limit(most)
            .all(&self.pool)
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| JobEvent { seq: row.seq, at_ms: row.at, kind: row.kind, detail: row.detail })
            .collect())
    }
}

#[expect(clippy::cast_possible_truncation, reason = "clamped to 0..=1000 before")]
fn thousandths(share: f64) -> i16 {
    (share.clamp(0.0, 1.0) * 1000.0) as i16
}
