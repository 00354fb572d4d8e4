//! Somebody who is told of events, as a host last configured it.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_endpoints")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub name: String,
    #[sea_orm(primary_key, auto_increment = false)]
    pub url_digest: String,
    pub receiver: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub events: Json,
    pub seen_at: i64,
    pub disabled_at: Option<i64>,
    pub disabled_why: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
