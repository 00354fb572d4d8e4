//! Events, written in the transaction that makes them true, and a delivery for each endpoint that wants them.

use rushes_model::job::Kind;
use rushes_model::{DeliveryId, EventId, JobId};
use sea_orm::prelude::Uuid;
use sea_orm::{ActiveModelTrait, EntityTrait, QueryOrder, QuerySelect, Set};
use serde_json::{Value, json};

use crate::database::Read;
use crate::entity::{delivery, event, interview, job};
use crate::job::failure_of;
use crate::transaction::Transaction;
use crate::{Result, endpoints, interviews};

/// Somebody who is told of events.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Its name in `[webhooks]`.
    pub name: String,
    /// Of which: `interview.completed`, `interview.failed`, `job.failed`, `job.cancelled`.
    pub events: Vec<String>,
}

/// An event that was written.
#[derive(Clone, Debug, PartialEq)]
pub struct Announced {
    /// Its id, the same for every try at telling it.
    pub id: Uuid,
    /// Of which type.
    pub event_type: String,
    /// What is told.
    pub payload: Value,
    /// Milliseconds since 1970.
    pub created_at_ms: i64,
}

impl From<event::Model> for Announced {
    fn from(row: event::Model) -> Self {
        Self { id: row.id, event_type: row.event_type, payload: row.payload, created_at_ms: row.created_at }
    }
}

impl Read {
    /// The newest events, newest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn announced(&self, most: u64) -> Result<Vec<Announced>> {
        let rows = event::Entity::find().order_by_desc(event::Column::Id).limit(most).all(&self.pool).await?;
        Ok(rows.into_iter().map(Announced::from).collect())
    }
}

/// A job that failed for good or was cancelled is told of; one that completed is told with its interview.
pub(crate) async fn tell_job_ended(transaction: &Transaction, row: &job::Model) -> Result<()> {
    let Some(kind) = row.failure_kind.and_then(Kind::from_number) else { return Ok(()) };
    let event_type = if kind == Kind::Cancelled { "job.cancelled" } else { "job.failed" };
    let interview = match row.interview_id {
        Some(id) => interview::Entity::find_by_id(id).one(&**transaction).await?,
        None => None,
    };
    let failure = row.failure.clone().map(failure_of);
    let payload = json!({
        "job": JobId::from(row.id),
        "interview_id": interview.as_ref().map(|one| &one.external_id),
        "interview_type": interview.as_ref().and_then(|one| one.interview_type.as_ref()),
        "pipeline": row.pipeline,
        "bucket": row.bucket,
        "key": row.object_key,
        "failure_kind": kind,
        "error_code": failure.as_ref().map(|failure| failure.code),
        "error_message": failure.as_ref().map(ToString::to_string),
        "metadata": row.metadata,
    });
    tell(transaction, event_type, row.id, row.generation, payload).await
}

pub(crate) async fn tell_interview_ended(transaction: &Transaction, row: &interview::Model) -> Result<()> {
    let event_type = if interviews::has_failed(row) { "interview.failed" } else { "interview.completed" };
    let payload = json!({
        "interview_id": row.external_id,
        "interview_type": row.interview_type,
        "total_jobs": row.total_jobs,
        "completed_jobs": row.total_jobs - row.failed_jobs,
        "failed_jobs": row.failed_jobs,
        "generation": row.generation,
    });
    tell(transaction, event_type, row.id, row.generation, payload).await
}

async fn tell(
    transaction: &Transaction,
    event_type: &'static str,
    subject: Uuid,
    generation: i32,
    payload: Value,
) -> Result<()> {
    let event = write_event(transaction, event_type, subject, generation, payload).await?;
    for endpoint in endpoints::that_hear(transaction, event_type).await? {
        deliver(transaction, event.id, &endpoint).await?;
    }
    Ok(())
}

/// The table refuses a second event of one subject, generation and type: that would be a mistake of ours, and takes the
/// whole transaction back.
pub(crate) async fn write_event(
    transaction: &Transaction,
    event_type: &'static str,
    subject: Uuid,
    generation: i32,
    payload: Value,
) -> Result<event::Model> {
    let row = event::ActiveModel {
        // In the order of time, as all our ids.
        id: Set(EventId::new().as_uuid()),
        event_type: Set(event_type.to_owned()),
        subject: Set(subject),
        generation: Set(generation),
        payload: Set(payload),
        created_at: Set(transaction.now),
    };
    Ok(row.insert(&**transaction).await?)
}

pub(crate) async fn deliver(transaction: &Transaction, event: Uuid, endpoint: &str) -> Result<delivery::Model> {
    let row = delivery::ActiveModel {
        id: Set(DeliveryId::new().as_uuid()),
        event_id: Set(event),
        endpoint: Set(endpoint.to_owned()),
        state: Set(0),
        attempt: Set(0),
        next_at: Set(transaction.now),
        lease_id: Set(None),
        lease_expires_at: Set(None),
        last_status: Set(None),
        last_error: Set(None),
        created_at: Set(transaction.now),
        settled_at: Set(None),
        latency_ms: Set(None),
        last_answer: Set(None),
    };
    let row = row.insert(&**transaction).await?;
    transaction.ring_at_commit();
    Ok(row)
}
