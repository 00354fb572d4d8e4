//! Pausing: a pipeline everywhere, or a host.

use rushes_model::HostId;
use sea_orm::sea_query::{Expr, OnConflict, Query, SelectStatement};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set, TryInsertResult};

use crate::database::{Read, Write, now};
use crate::entity::host;
use crate::entity::paused_pipeline::{ActiveModel, Column, Entity};
use crate::hosts::Wish;
use crate::{Error, Result};

impl Write {
    /// Takes no jobs of a pipeline any more, on any host; those that run go on. Whether that was new.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn pause_pipeline(&self, name: &str) -> Result<bool> {
        let since = now(&self.pool, self.dialect).await?;
        let row = ActiveModel { pipeline: Set(name.to_owned()), since: Set(since) };
        let done = Entity::insert(row)
            .on_conflict(OnConflict::column(Column::Pipeline).do_nothing().to_owned())
            .try_insert()
            .exec_without_returning(&self.pool)
            .await?;
        Ok(matches!(done, TryInsertResult::Inserted(rows) if rows > 0))
    }

    /// Takes jobs of a pipeline again. Whether it was paused.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn resume_pipeline(&self, name: &str) -> Result<bool> {
        Ok(Entity::delete_by_id(name.to_owned()).exec(&self.pool).await?.rows_affected > 0)
    }

    /// Wishes something of a host, which learns it with its next heartbeat.
    ///
    /// # Errors
    /// When there is no such host, or the database fails.
    pub async fn wish_host(&self, id: HostId, wish: Wish) -> Result<()> {
        let done = host::Entity::update_many()
            .col_expr(host::Column::Wish, Expr::val(wish.number()))
            .filter(host::Column::Id.eq(id.as_uuid()))
            .exec(&self.pool)
            .await?;
        if done.rows_affected == 0 { Err(Error::UnknownHost(id)) } else { Ok(()) }
    }
}

impl Read {
    /// The pipelines that are paused, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn paused_pipelines(&self) -> Result<Vec<String>> {
        let rows = Entity::find().order_by_asc(Column::Pipeline).all(&self.pool).await?;
        Ok(rows.into_iter().map(|row| row.pipeline).collect())
    }
}

/// Their names, for a condition.
pub(crate) fn paused() -> SelectStatement {
    Query::select().column(Column::Pipeline).from(Entity).to_owned()
}
