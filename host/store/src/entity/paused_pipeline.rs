//! A pipeline whose jobs aren't taken.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "paused_pipelines")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub pipeline: String,
    pub since: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
