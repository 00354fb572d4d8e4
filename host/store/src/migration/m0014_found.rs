//! Finding what is looked for often: idempotency keys by their age and their job, interviews that are idle; and which
//! queues a host serves.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::json_binary_null;

use super::m0001_jobs::by_job;
use crate::interviews;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for index in indexes() {
            manager.create_index(index).await?;
        }
        // Nothing where an older version doesn't say.
        let queues = Table::alter().table("hosts").add_column(json_binary_null("queues")).to_owned();
        manager.alter_table(queues).await
    }
}

fn indexes() -> [IndexCreateStatement; 3] {
    [
        Index::create().name("idempotency_keys_age").table("idempotency_keys").col("created_at").to_owned(),
        // Deleting a job takes its key with it: without this, by reading all of them.
        by_job("idempotency_keys"),
        Index::create()
            .name("interviews_idle")
            .table("interviews")
            .col("last_ended_at")
            .cond_where(Expr::cust(interviews::IDLE))
            .to_owned(),
    ]
}
