//! An attempt: one row a claim.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "job_attempts")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub lease_id: Uuid,
    pub job_id: Uuid,
    pub attempt: i32,
    pub host_id: Uuid,
    pub started_at: i64,
    pub finished_at: Option<i64>,
    pub outcome: Option<i16>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub failure: Option<Json>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
