//! What an analyzer measured in one segment.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "partials")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub partial_key: String,
    pub bytes: Vec<u8>,
    pub created_at: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
