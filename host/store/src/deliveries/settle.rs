//! What became of a try.

use std::time::Duration;

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::claim::DeliveryClaim;
use super::{Delivery, DeliveryState};
use crate::database::Write;
use crate::entity::delivery::{Column, Entity};
use crate::entity::event;
use crate::readiness::millis;
use crate::{Effect, Error, Result, endpoints};

/// What follows from a try.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// The endpoint has it.
    Delivered,
    /// It is tried again.
    Again {
        /// So much later.
        after: Duration,
    },
    /// It is given up.
    Dead,
    /// It is given up, and so is the endpoint: it wants nothing more.
    Gone,
}

/// A try at a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Try {
    /// What follows.
    pub told: Told,
    /// The answer's status; none where there was no answer.
    pub status: Option<u16>,
    /// Why it failed.
    pub error: Option<String>,
    /// The answer's beginning.
    pub answer: Option<String>,
    /// How long it took.
    pub latency: Duration,
}

impl Write {
    /// Writes what became of a try. `Lost` where its lease ran out and another host has it, or it was replayed meanwhile.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_delivery(&self, claim: &DeliveryClaim, tried: &Try) -> Result<Effect<Delivery>> {
        let transaction = self.begin().await?;
        let now = transaction.now;
        let (state, next_at) = match tried.told {
            Told::Delivered => (DeliveryState::Delivered, None),
            Told::Again { after } => (DeliveryState::Pending, Some(now.saturating_add(millis(after)))),
            Told::Dead | Told::Gone => (DeliveryState::Dead, None),
        };
        let latency = i32::try_from(tried.latency.as_millis()).unwrap_or(i32::MAX);
        let rows = Entity::update_many()
            .col_expr(Column::State, Expr::val(state.number()))
            .col_expr(Column::NextAt, next_at.map_or(Expr::col(Column::NextAt), Expr::val))
            .col_expr(Column::LeaseId, Expr::val(None::<sea_orm::prelude::Uuid>))
            .col_expr(Column::LeaseExpiresAt, Expr::val(None::<i64>))
            .col_expr(Column::LastStatus, Expr::val(tried.status.map(i32::from)))
            .col_expr(Column::LastError, Expr::val(tried.error.clone()))
            .col_expr(Column::LastAnswer, Expr::val(tried.answer.clone()))
            .col_expr(Column::LatencyMs, Expr::val(latency))
            .col_expr(Column::SettledAt, Expr::val((state != DeliveryState::Pending).then_some(now)))
            .filter(Column::Id.eq(claim.id.as_uuid()))
            .filter(Column::LeaseId.eq(claim.lease.as_uuid()))
            .filter(Expr::cust("state = 0"))
            .exec_with_returning(&*transaction)
            .await?;
        let Some(row) = rows.into_iter().next() else { return Ok(Effect::Lost) };
        if tried.told == Told::Gone {
            let why = tried.error.as_deref().unwrap_or("it answered that it is gone");
            endpoints::disable(&transaction, &claim.endpoint, &claim.url_digest, why).await?;
        }
        let event = event::Entity::find_by_id(row.event_id).one(&*transaction).await?;
        let event = event.ok_or(Error::unreadable("deliveries", "event_id"))?;
        let delivery = Delivery::of(row, &event, now)?;
        transaction.commit().await?;
        Ok(Effect::Applied(delivery))
    }
}
