//! Whose turn it is among jobs of one priority, and what a host could take if it were empty.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, json_binary_null};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

const READY: &str = "status = 0 AND data_process = 1";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let turn = Table::alter().table("jobs").add_column(big_integer("turn").default(0)).to_owned();
        manager.alter_table(turn).await?;
        manager.drop_index(Index::drop().name("jobs_claim").table("jobs").to_owned()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        // How much it could reserve if nothing ran; 0 where it isn't known.
        let whole = Table::alter().table("hosts").add_column(big_integer("memory_whole").default(0)).to_owned();
        manager.alter_table(whole).await?;
        // Names of loaded pipelines that need more than that.
        let large = Table::alter().table("hosts").add_column(json_binary_null("too_large")).to_owned();
        manager.alter_table(large).await
    }
}

fn indexes() -> [IndexCreateStatement; 4] {
    let on_jobs = |name: &'static str| Index::create().name(name).table("jobs").to_owned();
    [
        // The pipeline comes last: jobs that a host can't run are passed over without looking at their rows.
        on_jobs("jobs_turn")
            .col("queue")
            .col("priority")
            .col("turn")
            .col("run_at")
            .col("id")
            .col("pipeline")
            .cond_where(Expr::cust(READY))
            .to_owned(),
        on_jobs("jobs_interview_turn").col("interview_id").col("turn").cond_where(Expr::cust(READY)).to_owned(),
        // What may have been passed over, told by itself or by its pipeline: looked for with each claim.
        on_jobs("jobs_special")
            .col("queue")
            .col("run_at")
            .cond_where(Expr::cust(format!("{READY} AND (est_memory > 0 OR crash_count > 0)")))
            .to_owned(),
        // What is true of every job keeps this one from being taken for a claim, which it would have to sort.
        on_jobs("jobs_pipeline")
            .col("pipeline")
            .col("run_at")
            .cond_where(Expr::cust(format!("{READY} AND priority >= 0")))
            .to_owned(),
    ]
}
