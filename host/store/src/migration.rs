//! The tables, as they were made. A migration is never edited after a release; a change is a new one.

mod m0001_jobs;
mod m0002_findings;
mod m0003_hosts;
mod m0004_outbox;
mod m0005_tokens;

use sea_orm_migration::prelude::*;

pub(crate) struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m0001_jobs::Migration),
            Box::new(m0002_findings::Migration),
            Box::new(m0003_hosts::Migration),
            Box::new(m0004_outbox::Migration),
            Box::new(m0005_tokens::Migration),
        ]
    }
}
