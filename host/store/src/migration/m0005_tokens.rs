//! Tokens of the HTTP interface. Of a token only its hash is kept: it has 256 random bits, so a fast hash is enough.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, string};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(tokens()).await
    }
}

fn tokens() -> TableCreateStatement {
    Table::create()
        .table("api_tokens")
        // The part of the token that may be shown.
        .col(string("id").primary_key())
        // For people.
        .col(string("name"))
        // SHA-256 of the secret part, in hexadecimal.
        .col(string("secret_hash"))
        // With spaces between.
        .col(string("scopes"))
        .col(big_integer("created_at"))
        .col(big_integer_null("expires_at"))
        // To the minute.
        .col(big_integer_null("last_used_at"))
        .col(big_integer_null("revoked_at"))
        .to_owned()
}
