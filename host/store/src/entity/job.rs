//! A job.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, DeriveEntityModel)]
#[sea_orm(table_name = "jobs")]
pub struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    pub interview_id: Option<Uuid>,
    pub queue: String,
    pub priority: i16,
    pub pipeline: String,
    pub bucket: String,
    pub object_key: String,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub identity: Option<Json>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub metadata: Option<Json>,
    pub status: i16,
    pub data_process: i16,
    pub run_at: i64,
    pub waiting_since: i64,
    pub next_probe_at: i64,
    pub probe_count: i32,
    pub probe_note: Option<String>,
    pub attempt: i32,
    pub generation: i32,
    pub crash_count: i32,
    pub est_memory: i64,
    pub lease_id: Option<Uuid>,
    pub host_id: Option<Uuid>,
    pub lease_expires_at: Option<i64>,
    pub deadline_at: Option<i64>,
    pub progress: i16,
    pub progress_at: Option<i64>,
    pub cancel_requested_at: Option<i64>,
    pub failure_kind: Option<i16>,
    #[sea_orm(column_type = "JsonBinary", nullable)]
    pub failure: Option<Json>,
    pub created_at: i64,
    pub started_at: Option<i64>,
    pub finished_at: Option<i64>,
    pub turn: i64,
}

#[derive(Clone, Copy, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
