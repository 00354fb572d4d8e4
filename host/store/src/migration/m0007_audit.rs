//! Who read, re-ran, cancelled, deleted.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, string, text_null};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(audit()).await?;
        manager.create_index(Index::create().name("audit_at").table("audit").col("at").to_owned()).await?;
        manager.create_index(Index::create().name("audit_subject").table("audit").col("subject").to_owned()).await
    }
}

fn audit() -> TableCreateStatement {
    Table::create()
        .table("audit")
        // Never given twice, so that a reader can go on after the last that it saw.
        .col(ColumnDef::new("seq").big_integer().not_null().auto_increment().primary_key())
        .col(big_integer("at"))
        // A token's name, or `local`.
        .col(string("who"))
        .col(string("verb"))
        .col(string("subject"))
        // JSON as text: when an interview is deleted, its name is looked for in it.
        .col(text_null("detail"))
        .to_owned()
}
