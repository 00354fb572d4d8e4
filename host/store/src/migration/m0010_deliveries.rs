//! Deliveries that can be looked at: when, how long, what was answered; and the endpoints that hosts know.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, integer_null, json_binary, string, text_null};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // SQLite adds one column a statement.
        for column in [
            big_integer("created_at").default(0).to_owned(),
            big_integer_null("settled_at"),
            integer_null("latency_ms"),
            text_null("last_answer"),
        ] {
            let mut column = column;
            manager.alter_table(Table::alter().table("deliveries").add_column(&mut column).to_owned()).await?;
        }
        manager.create_table(endpoints()).await?;
        for index in [due(), of_endpoint(), dead()] {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn endpoints() -> TableCreateStatement {
    Table::create()
        .table("webhook_endpoints")
        // In `[webhooks]`.
        .col(string("name"))
        // SHA-256 of its address: one that is configured anew is another.
        .col(string("url_digest"))
        // Scheme and host, without what may be secret.
        .col(string("receiver"))
        .col(json_binary("events"))
        // When a host last said that it can deliver to it.
        .col(big_integer("seen_at"))
        // When it said that it wants nothing more.
        .col(big_integer_null("disabled_at"))
        .col(text_null("disabled_why"))
        .primary_key(Index::create().col("name").col("url_digest"))
        .to_owned()
}

/// Each endpoint's next delivery is looked for on its own.
fn due() -> IndexCreateStatement {
    Index::create()
        .name("deliveries_next")
        .table("deliveries")
        .col("endpoint")
        .col("next_at")
        .cond_where(Expr::cust("state = 0"))
        .to_owned()
}

fn of_endpoint() -> IndexCreateStatement {
    Index::create().name("deliveries_endpoint").table("deliveries").col("endpoint").col("id").to_owned()
}

fn dead() -> IndexCreateStatement {
    Index::create()
        .name("deliveries_dead")
        .table("deliveries")
        .col("endpoint")
        .col("created_at")
        .cond_where(Expr::cust("state = 2"))
        .to_owned()
}
