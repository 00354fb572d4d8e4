//! The tables, as they were made. A migration is never edited after a release; a change is a new one.

mod m0001_jobs;
mod m0002_findings;
mod m0003_hosts;
mod m0004_outbox;
mod m0005_tokens;
mod m0006_postgres;
mod m0007_audit;
mod m0008_pauses;
mod m0009_figures;
mod m0010_deliveries;
mod m0011_interface;
mod m0012_turns;
mod m0013_tally;
mod m0014_found;

use std::collections::HashSet;

use sea_orm::{DatabaseConnection, EntityTrait, TransactionTrait};
use sea_orm_migration::prelude::*;
use sea_orm_migration::seaql_migrations;

use crate::dialect::Dialect;

struct Migrator;

/// Makes what is missing, while no other host does: without the lock five of six hosts that started together failed on
/// what the others had just made. Tables with more than this version knows are left alone: a newer host made them, and
/// within a minor version a migration only adds, so that old and new hosts work side by side.
pub(crate) async fn bring_up_to_date(database: &DatabaseConnection, dialect: Dialect) -> Result<(), DbErr> {
    if missing(database).await.is_ok_and(|missing| missing.is_empty()) {
        return Ok(());
    }
    let transaction = database.begin_with_options(dialect.transaction()).await?;
    if let Some(lock) = dialect.migration_lock() {
        transaction.execute_unprepared(lock).await?;
    }
    Migrator::install(&transaction).await?;
    if !missing(&transaction).await?.is_empty() {
        Migrator::up(&transaction, None).await?;
        rushes_model::sabotage::reached("migration.before-commit");
    }
    transaction.commit().await
}

/// Migrations of this version that were not applied. Fails where there is no table of migrations yet.
pub(crate) async fn missing(database: &impl ConnectionTrait) -> Result<Vec<String>, DbErr> {
    let applied = seaql_migrations::Entity::find().all(database).await?;
    let applied: HashSet<String> = applied.into_iter().map(|row| row.version).collect();
    let all = Migrator::migrations();
    Ok(all.iter().map(|one| one.name().to_owned()).filter(|name| !applied.contains(name)).collect())
}

/// Migrations that would be applied, on a database that may have none yet.
pub(crate) async fn pending(database: &impl ConnectionTrait) -> Vec<String> {
    let all = || Migrator::migrations().iter().map(|one| one.name().to_owned()).collect();
    missing(database).await.unwrap_or_else(|_| all())
}

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_jobs::Migration),
            Box::new(m0002_findings::Migration),
            Box::new(m0003_hosts::Migration),
            Box::new(m0004_outbox::Migration),
            Box::new(m0005_tokens::Migration),
            Box::new(m0006_postgres::Migration),
            Box::new(m0007_audit::Migration),
            Box::new(m0008_pauses::Migration),
            Box::new(m0009_figures::Migration),
            Box::new(m0010_deliveries::Migration),
            Box::new(m0011_interface::Migration),
            Box::new(m0012_turns::Migration),
            Box::new(m0013_tally::Migration),
            Box::new(m0014_found::Migration),
        ]
    }
}
