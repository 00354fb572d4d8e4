//! What is to be told: events, written with the change that they tell of, and their deliveries.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, integer, integer_null, json_binary, pk_uuid, small_integer, string, text_null, uuid,
    uuid_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(events()).await?;
        manager.create_index(once()).await?;
        manager.create_table(deliveries()).await?;
        manager.create_index(due()).await
    }
}

fn events() -> TableCreateStatement {
    Table::create()
        .table("events")
        // Also the webhook's id, the same for every try.
        .col(pk_uuid("id"))
        .col(string("event_type"))
        // The interview or job.
        .col(uuid("subject"))
        .col(integer("generation"))
        .col(json_binary("payload"))
        .col(big_integer("created_at"))
        .to_owned()
}

fn once() -> IndexCreateStatement {
    Index::create()
        .name("events_once")
        .table("events")
        .col("subject")
        .col("generation")
        .col("event_type")
        .unique()
        .to_owned()
}

fn deliveries() -> TableCreateStatement {
    Table::create()
        .table("deliveries")
        .col(pk_uuid("id"))
        .col(uuid("event_id"))
        // Its name in `[webhooks]`.
        .col(string("endpoint"))
        // 0 due, 1 delivered, 2 dead.
        .col(small_integer("state"))
        .col(integer("attempt"))
        .col(big_integer("next_at"))
        .col(uuid_null("lease_id"))
        .col(big_integer_null("lease_expires_at"))
        .col(integer_null("last_status"))
        .col(text_null("last_error"))
        .check(Expr::cust("state IN (0, 1, 2)"))
        .foreign_key(
            ForeignKey::create().from("deliveries", "event_id").to("events", "id").on_delete(ForeignKeyAction::Cascade),
        )
        .to_owned()
}

fn due() -> IndexCreateStatement {
    Index::create()
        .name("deliveries_due")
        .table("deliveries")
        .col("next_at")
        .cond_where(Expr::cust("state = 0"))
        .to_owned()
}
