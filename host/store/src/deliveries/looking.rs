//! Lists of deliveries, page by page.

use std::collections::HashMap;

use rushes_model::DeliveryId;
use sea_orm::prelude::Uuid;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{Delivery, DeliveryState};
use crate::Result;
use crate::database::Read;
use crate::entity::delivery::{Column, Entity, Model};
use crate::entity::event;

/// The longest page.
const LONGEST: u64 = 200;

/// Which deliveries.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeliveryFilter {
    /// To this endpoint.
    pub endpoint: Option<String>,
    /// In this state.
    pub state: Option<DeliveryState>,
}

/// Some deliveries, newest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeliveryPage {
    /// The deliveries.
    pub deliveries: Vec<Delivery>,
    /// Behind which the next page begins; none at the end.
    pub next: Option<DeliveryId>,
}

impl Read {
    /// A page of deliveries, newest first, at most 200.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn deliveries(
        &self,
        filter: &DeliveryFilter,
        after: Option<DeliveryId>,
        most: u64,
    ) -> Result<DeliveryPage> {
        let most = most.clamp(1, LONGEST);
        // Ids are in the order of time.
        let wanted = Condition::all()
            .add_option(filter.endpoint.as_ref().map(|name| Column::Endpoint.eq(name)))
            .add_option(filter.state.map(|state| Column::State.eq(state.number())))
            .add_option(after.map(|id| Column::Id.lt(id.as_uuid())));
        let mut rows = Entity::find().filter(wanted).order_by_desc(Column::Id).limit(most + 1).all(&self.pool).await?;
        let has_more = rows.len() as u64 > most;
        rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| has_more).map(|last| last.id.into());
        Ok(DeliveryPage { deliveries: self.with_events(rows).await?, next })
    }

    /// One delivery.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_delivery(&self, id: DeliveryId) -> Result<Option<Delivery>> {
        let row = Entity::find_by_id(id.as_uuid()).one(&self.pool).await?;
        Ok(self.with_events(row.into_iter().collect()).await?.pop())
    }

    async fn with_events(&self, rows: Vec<Model>) -> Result<Vec<Delivery>> {
        let now = self.now().await?;
        let ids = rows.iter().map(|row| row.event_id);
        let found = event::Entity::find().filter(event::Column::Id.is_in(ids)).all(&self.pool).await?;
        let events: HashMap<Uuid, event::Model> = found.into_iter().map(|row| (row.id, row)).collect();
        // One whose event was deleted between the two looks is gone with it.
        let with_event = rows.into_iter().filter_map(|row| Some((events.get(&row.event_id)?, row)));
        with_event.map(|(event, row)| Delivery::of(row, event, now)).collect()
    }
}
