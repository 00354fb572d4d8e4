//! Sending again, by hand.

use rushes_model::{DeliveryId, EventId};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, UpdateMany};
use serde_json::json;

use super::Delivery;
use crate::database::Write;
use crate::entity::delivery::{Column, Entity};
use crate::entity::event;
use crate::{Error, Result, endpoints, outbox};

impl Write {
    /// Sends a delivery again, whatever became of it, with the same id; its schedule begins anew. An endpoint that wanted
    /// nothing more is asked again.
    ///
    /// # Errors
    /// When there is no such delivery, or the database fails.
    pub async fn replay_delivery(&self, id: DeliveryId) -> Result<Delivery> {
        let transaction = self.begin().await?;
        let update = again(Entity::update_many(), transaction.now).filter(Column::Id.eq(id.as_uuid()));
        let row = update.exec_with_returning(&*transaction).await?.into_iter().next();
        let row = row.ok_or(Error::UnknownDelivery(id))?;
        endpoints::enable(&transaction, &row.endpoint).await?;
        transaction.ring_at_commit();
        let event = event::Entity::find_by_id(row.event_id).one(&*transaction).await?;
        let event = event.ok_or(Error::unreadable("deliveries", "event_id"))?;
        let delivery = Delivery::of(row, &event, transaction.now)?;
        transaction.commit().await?;
        Ok(delivery)
    }

    /// Sends an endpoint's dead deliveries again, those written from `since_ms` on and before `until_ms`. How many.
    ///
    /// # Errors
    /// When nobody ever knew such an endpoint, or the database fails.
    pub async fn replay_dead(&self, endpoint: &str, since_ms: Option<i64>, until_ms: Option<i64>) -> Result<u64> {
        let transaction = self.begin().await?;
        let is_known = endpoints::is_known(&transaction, endpoint).await?
            || Entity::find().filter(Column::Endpoint.eq(endpoint)).count(&*transaction).await? > 0;
        if !is_known {
            return Err(Error::UnknownEndpoint(endpoint.to_owned()));
        }
        let mut update = again(Entity::update_many(), transaction.now)
            .filter(Expr::cust("state = 2"))
            .filter(Column::Endpoint.eq(endpoint));
        if let Some(since) = since_ms {
            update = update.filter(Column::CreatedAt.gte(since));
        }
        if let Some(until) = until_ms {
            update = update.filter(Column::CreatedAt.lt(until));
        }
        let done = update.exec(&*transaction).await?;
        endpoints::enable(&transaction, endpoint).await?;
        transaction.ring_at_commit();
        transaction.commit().await?;
        Ok(done.rows_affected)
    }

    /// Tells an endpoint of nothing but that it can be told: an event `webhook.test`.
    ///
    /// # Errors
    /// When no host ever had such an endpoint, or the database fails.
    pub async fn test_endpoint(&self, endpoint: &str) -> Result<Delivery> {
        let transaction = self.begin().await?;
        if !endpoints::is_known(&transaction, endpoint).await? {
            return Err(Error::UnknownEndpoint(endpoint.to_owned()));
        }
        endpoints::enable(&transaction, endpoint).await?;
        let payload = json!({ "webhook": endpoint, "message": "a test, asked for by hand" });
        let event = outbox::write_event(&transaction, "webhook.test", EventId::new().as_uuid(), 0, payload).await?;
        let row = outbox::deliver(&transaction, event.id, endpoint).await?;
        let delivery = Delivery::of(row, &event, transaction.now)?;
        transaction.commit().await?;
        Ok(delivery)
    }
}

/// Due now, as if nobody had tried. A host that tries it at this moment has lost it.
fn again(update: UpdateMany<Entity>, now: i64) -> UpdateMany<Entity> {
    update
        .col_expr(Column::State, Expr::val(0_i16))
        .col_expr(Column::Attempt, Expr::val(0))
        .col_expr(Column::NextAt, Expr::val(now))
        .col_expr(Column::LeaseId, Expr::val(None::<Uuid>))
        .col_expr(Column::LeaseExpiresAt, Expr::val(None::<i64>))
        .col_expr(Column::SettledAt, Expr::val(None::<i64>))
}
