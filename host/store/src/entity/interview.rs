//! Jobs that belong together.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "interviews")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub external_id: String,
    pub interview_type: Option<String>,
    pub sealed: bool,
    pub expected_jobs: Option<i32>,
    pub total_jobs: i32,
    pub open_jobs: i32,
    pub failed_jobs: i32,
    pub generation: i32,
    pub created_at: i64,
    pub last_ended_at: Option<i64>,
    pub completed_at: Option<i64>,
    pub request_scope: Option<String>,
    pub request_key: Option<String>,
    pub request_fingerprint: Option<String>,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
