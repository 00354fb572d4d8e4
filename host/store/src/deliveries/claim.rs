//! Taking deliveries that are due, each under a lease.

use std::collections::HashMap;
use std::time::Duration;

use rushes_model::{DeliveryId, LeaseId};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, LockBehavior, LockType, Query};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, Order};
use sea_orm::{QueryFilter, QueryOrder, QuerySelect};

use crate::claim::picked;
use crate::database::Write;
use crate::entity::delivery::{Column, Entity, Model};
use crate::entity::event;
use crate::outbox::Announced;
use crate::readiness::millis;
use crate::transaction::Transaction;
use crate::{Error, Result};

/// What a host can deliver now.
#[derive(Clone, Debug)]
pub struct DeliveryRequest {
    /// To whom, and how many at once.
    pub endpoints: Vec<Wanting>,
    /// How many in all.
    pub slots: usize,
    /// How long a try may take before another host may try too.
    pub lease: Duration,
}

/// An endpoint that deliveries are taken for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanting {
    /// Its name.
    pub endpoint: String,
    /// Of its address, as it was said with [`Write::see_endpoints`].
    pub url_digest: String,
    /// How many more it may get at once.
    pub slots: usize,
}

/// What was taken.
#[derive(Clone, Debug, Default)]
pub struct Due {
    /// To be tried now.
    pub deliveries: Vec<DeliveryClaim>,
    /// When the next one is due; none where nothing waits.
    pub next_in: Option<Duration>,
}

/// A delivery that is ours to try.
#[derive(Clone, Debug, PartialEq)]
pub struct DeliveryClaim {
    pub(crate) id: DeliveryId,
    pub(crate) lease: LeaseId,
    pub(crate) url_digest: String,
    /// To whom.
    pub endpoint: String,
    /// Tries, this one among them.
    pub attempt: u32,
    /// What is told.
    pub event: Announced,
}

impl DeliveryClaim {
    /// Which delivery.
    pub const fn id(&self) -> DeliveryId {
        self.id
    }
}

impl Write {
    /// Takes deliveries that are due, the longest overdue endpoint first, and charges each a try. An endpoint that wants
    /// nothing more gets nothing. A lease that ran out is taken again: a message may come twice, with the same id.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim_deliveries(&self, request: &DeliveryRequest) -> Result<Due> {
        let (due, next_in) = self.due_endpoints(request).await?;
        if due.is_empty() || request.slots == 0 {
            return Ok(Due { deliveries: Vec::new(), next_in });
        }
        let transaction = self.begin().await?;
        let mut taken = Vec::new();
        for wanting in due {
            let slots = wanting.slots.min(request.slots - taken.len());
            if slots > 0 {
                let rows = take(&transaction, wanting, slots, request.lease).await?;
                taken.extend(rows.into_iter().map(|row| (row, wanting.url_digest.clone())));
            }
        }
        let deliveries = with_events(&transaction, taken).await?;
        transaction.commit().await?;
        Ok(Due { deliveries, next_in })
    }

    /// Endpoints with something due, the longest overdue first, and how long until the next one has. Reads alone, so that
    /// an idle host never writes.
    async fn due_endpoints<'a>(&self, request: &'a DeliveryRequest) -> Result<(Vec<&'a Wanting>, Option<Duration>)> {
        let now = self.read().now().await?;
        let disabled = self.read().disabled_endpoints().await?;
        let (mut due, mut next_in) = (Vec::new(), None);
        for wanting in &request.endpoints {
            if wanting.slots == 0 || disabled.contains(&(wanting.endpoint.clone(), wanting.url_digest.clone())) {
                continue;
            }
            let first = Entity::find()
                .filter(free(now).add(Column::Endpoint.eq(&wanting.endpoint)))
                .order_by_asc(Column::NextAt)
                .limit(1)
                .one(&self.read().pool)
                .await?;
            let Some(first) = first else { continue };
            match u64::try_from(first.next_at - now) {
                Ok(wait) if wait > 0 => {
                    let wait = Duration::from_millis(wait);
                    next_in = Some(next_in.map_or(wait, |other| std::cmp::min(other, wait)));
                }
                _ => due.push((first.next_at, wanting)),
            }
        }
        due.sort_by_key(|(next_at, _)| *next_at);
        Ok((due.into_iter().map(|(_, wanting)| wanting).collect(), next_in))
    }
}

/// Pending, and under nobody's lease. Literal, so that PostgreSQL uses the partial index under a generic plan too.
fn free(now: i64) -> Condition {
    let unleased = Condition::any().add(Column::LeaseExpiresAt.is_null()).add(Column::LeaseExpiresAt.lte(now));
    Condition::all().add(Expr::cust("state = 0")).add(unleased)
}

async fn take(transaction: &Transaction, wanting: &Wanting, slots: usize, lease: Duration) -> Result<Vec<Model>> {
    let now = transaction.now;
    let next = Query::select()
        .column(Column::Id)
        .from(Entity)
        .cond_where(free(now).add(Column::Endpoint.eq(&wanting.endpoint)).add(Column::NextAt.lte(now)))
        .order_by(Column::NextAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(slots as u64)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let is_picked = Expr::col(Column::Id).in_subquery(Query::select().column(Column::Id).from("picked").to_owned());
    let update = Query::update()
        .table(Entity)
        .with_cte(picked(next))
        .value(Column::Attempt, Expr::col(Column::Attempt).add(1))
        // One for all of them: the guard names the row as well.
        .value(Column::LeaseId, LeaseId::new().as_uuid())
        .value(Column::LeaseExpiresAt, now + millis(lease))
        .and_where(is_picked)
        .returning_all()
        .to_owned();
    let rows = transaction.query_all(&update).await?;
    let rows = rows.iter().map(|row| Ok(Model::from_query_result(row, "")?));
    let mut rows = rows.collect::<Result<Vec<Model>>>()?;
    rows.sort_by_key(|row| (row.next_at, row.id));
    Ok(rows)
}

async fn with_events(transaction: &Transaction, taken: Vec<(Model, String)>) -> Result<Vec<DeliveryClaim>> {
    let ids = taken.iter().map(|(row, _)| row.event_id);
    let found = event::Entity::find().filter(event::Column::Id.is_in(ids)).all(&**transaction).await?;
    let events: HashMap<Uuid, event::Model> = found.into_iter().map(|row| (row.id, row)).collect();
    let claim = |(row, url_digest): (Model, String)| {
        // The foreign key keeps an event for as long as its deliveries.
        let event = events.get(&row.event_id).ok_or(Error::unreadable("deliveries", "event_id"))?;
        let lease = row.lease_id.ok_or(Error::unreadable("deliveries", "lease_id"))?;
        Ok(DeliveryClaim {
            id: row.id.into(),
            lease: lease.into(),
            url_digest,
            endpoint: row.endpoint,
            attempt: u32::try_from(row.attempt).unwrap_or(0),
            event: Announced::from(event.clone()),
        })
    };
    taken.into_iter().map(claim).collect()
}
