//! What the HTTP interface asks for: requests that create an interview and come twice, and lists of
//! interviews.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::string_null;

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Whose request made it, under which key, and a hash of what was asked for. SQLite adds one column a statement.
        for name in ["request_scope", "request_key", "request_fingerprint"] {
            manager.alter_table(Table::alter().table("interviews").add_column(string_null(name)).to_owned()).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }
}

fn indexes() -> [IndexCreateStatement; 2] {
    [
        Index::create()
            .name("interviews_request")
            .table("interviews")
            .col("request_scope")
            .col("request_key")
            .unique()
            .cond_where(Expr::cust("request_key IS NOT NULL"))
            .to_owned(),
        Index::create().name("interviews_list").table("interviews").col("created_at").col("id").to_owned(),
    ]
}
