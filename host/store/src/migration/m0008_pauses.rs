//! Pipelines that are paused, and what is wished of hosts.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, small_integer, string};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let paused = Table::create()
            .table("paused_pipelines")
            .col(string("pipeline").primary_key())
            .col(big_integer("since"))
            .to_owned();
        manager.create_table(paused).await?;
        // 0 run, 1 pause, 2 drain; a host learns it with its heartbeat.
        let wish = Table::alter().table("hosts").add_column(small_integer("wish").default(0)).to_owned();
        manager.alter_table(wish).await
    }
}
