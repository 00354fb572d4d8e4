//! What runs find: reports, partials and who needs them, and the journal.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, json_binary, pk_uuid, string, text, uuid};

use super::m0001_jobs::{by_job, to_job};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(reports()).await?;
        manager.create_table(partials()).await?;
        manager.create_table(partial_uses()).await?;
        manager.create_index(by_key()).await?;
        manager.create_table(job_events()).await?;
        manager.create_index(by_job("job_events").col("seq").to_owned()).await
    }
}

fn reports() -> TableCreateStatement {
    Table::create()
        .table("reports")
        .col(pk_uuid("job_id"))
        // As text, not as a JSON column: it goes out as it came in, to the byte.
        .col(text("document"))
        .col(big_integer("created_at"))
        .foreign_key(&mut to_job("reports"))
        .to_owned()
}

fn partials() -> TableCreateStatement {
    Table::create()
        .table("partials")
        // Of everything that made it; the same key is the same bytes, whoever makes it.
        .col(string("partial_key").primary_key())
        .col(ColumnDef::new("bytes").blob().not_null())
        .col(big_integer("created_at"))
        .to_owned()
}

fn partial_uses() -> TableCreateStatement {
    Table::create()
        .table("partial_uses")
        .col(uuid("job_id"))
        .col(string("partial_key"))
        .primary_key(Index::create().col("job_id").col("partial_key"))
        .foreign_key(&mut to_job("partial_uses"))
        .foreign_key(ForeignKey::create().from("partial_uses", "partial_key").to("partials", "partial_key"))
        .to_owned()
}

/// Whether a partial is used at all: a key comes alone here, second in the primary key.
fn by_key() -> IndexCreateStatement {
    Index::create().name("partial_uses_key").table("partial_uses").col("partial_key").to_owned()
}

fn job_events() -> TableCreateStatement {
    Table::create()
        .table("job_events")
        // Never given twice, so that a reader can go on after the last that it saw.
        .col(ColumnDef::new("seq").big_integer().not_null().auto_increment().primary_key())
        .col(uuid("job_id"))
        .col(big_integer("at"))
        .col(string("kind"))
        .col(json_binary("detail"))
        .foreign_key(&mut to_job("job_events"))
        .to_owned()
}
