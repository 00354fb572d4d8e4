//! Hosts that run, with their figures.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, json_binary, pk_uuid, string};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(hosts()).await
    }
}

fn hosts() -> TableCreateStatement {
    Table::create()
        .table("hosts")
        .col(pk_uuid("id"))
        // The machine's.
        .col(string("name"))
        .col(string("version"))
        // How it reads objects: `streaming_s3` or `download`.
        .col(string("method"))
        // MAX_CONCURRENT_JOBS, jobs now, and how many its memory would bear.
        .col(integer("slots"))
        .col(integer("running"))
        .col(integer("recommended"))
        .col(big_integer("memory_used"))
        .col(big_integer("memory_limit"))
        .col(big_integer("memory_reserved"))
        // Why it takes nothing: `none`, `memory_constrained`, `paused`, `draining`.
        .col(string("throttle"))
        // Names of the pipelines that it has loaded.
        .col(json_binary("pipelines"))
        .col(big_integer("started_at"))
        .col(big_integer("heartbeat_at"))
        .to_owned()
}
