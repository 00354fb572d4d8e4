//! How many jobs ended up to a moment, so that the status of the queue doesn't read a million of them.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, small_integer};

use crate::tally;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("tallies")
            // There is one row.
            .col(small_integer("id").primary_key())
            // It holds what ended up to then; what ended later is counted when somebody asks.
            .col(big_integer("until"))
            .col(big_integer("completed"))
            .col(big_integer("failed"))
            .col(big_integer("cancelled"))
            .to_owned();
        manager.create_table(table).await?;
        let nothing = Query::insert()
            .into_table("tallies")
            .columns(["id", "until", "completed", "failed", "cancelled"])
            .values_panic([tally::ONLY.into(), 0_i64.into(), 0_i64.into(), 0_i64.into(), 0_i64.into()])
            .to_owned();
        manager.execute(nothing).await
    }
}
