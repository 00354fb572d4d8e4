//! Finding jobs by when they ended (figures of the day, pruning) and by their object (events of the storage, deleting);
//! deliveries by their event.

use sea_orm_migration::prelude::*;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Holds all that the figures need, so that they don't touch the rows: a rollup that every ending writes to would
        // make all endings wait for each other.
        let finished = Index::create()
            .name("jobs_finished")
            .table("jobs")
            .col("finished_at")
            .col("status")
            .col("failure_kind")
            .col("started_at")
            .cond_where(Expr::cust("status IN (2, 3)"))
            .to_owned();
        manager.create_index(finished).await?;
        let object = Index::create().name("jobs_object").table("jobs").col("bucket").col("object_key").to_owned();
        manager.create_index(object).await?;
        // Deleting an event takes its deliveries with it: without this, by reading all of them.
        let deliveries = Index::create().name("deliveries_event").table("deliveries").col("event_id").to_owned();
        manager.create_index(deliveries).await
    }
}
