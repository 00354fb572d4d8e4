//! A running host process.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "hosts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub name: String,
    pub version: String,
    pub method: String,
    pub slots: i32,
    pub running: i32,
    pub recommended: i32,
    pub memory_used: i64,
    pub memory_limit: i64,
    pub memory_reserved: i64,
    pub throttle: String,
    #[sea_orm(column_type = "JsonBinary")]
    pub pipelines: Json,
    pub started_at: i64,
    pub heartbeat_at: i64,
    pub wish: i16,
    pub memory_whole: i64,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub too_large: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub queues: Option<Json>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
