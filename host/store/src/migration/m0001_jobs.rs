//! Interviews, jobs, their attempts, and requests that may come twice.
//!
//! Times are milliseconds since 1970 by the database's clock. Columns of the lease are in no index, so that renewing it
//! touches none (on PostgreSQL such updates stay within their page).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, json_binary_null, pk_uuid, small_integer,
    small_integer_null, string, string_null, uuid, uuid_null,
};

#[derive(DeriveMigrationName)]
pub(super) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(interviews()).await?;
        manager.create_table(jobs()).await?;
        for index in indexes() {
            manager.create_index(index).await?;
        }
        manager.create_table(attempts()).await?;
        manager.create_index(by_job("job_attempts")).await?;
        manager.create_table(idempotency_keys()).await
    }
}

fn interviews() -> TableCreateStatement {
    Table::create()
        .table("interviews")
        .col(pk_uuid("id"))
        // The caller's name for it.
        .col(string("external_id").unique_key())
        .col(string_null("interview_type"))
        // No more jobs are expected.
        .col(boolean("sealed"))
        .col(integer_null("expected_jobs"))
        .col(integer("total_jobs"))
        // Those that haven't ended; the one that takes it to 0 writes the event.
        .col(integer("open_jobs"))
        .col(integer("failed_jobs"))
        // Raised when it opens again after it was completed.
        .col(integer("generation"))
        .col(big_integer("created_at"))
        .col(big_integer_null("last_ended_at"))
        .col(big_integer_null("completed_at"))
        .check(Expr::cust("open_jobs >= 0 AND failed_jobs >= 0 AND open_jobs + failed_jobs <= total_jobs"))
        .to_owned()
}

fn jobs() -> TableCreateStatement {
    Table::create()
        .table("jobs")
        .col(pk_uuid("id"))
        .col(uuid_null("interview_id"))
        .col(string("queue"))
        // 0 (high) to 9.
        .col(small_integer("priority"))
        .col(string("pipeline"))
        .col(string("bucket"))
        .col(string("object_key"))
        // What was found there.
        .col(json_binary_null("identity"))
        // The caller's own, echoed.
        .col(json_binary_null("metadata"))
        // 0 pending, 1 processing, 2 failed, 3 completed.
        .col(small_integer("status"))
        // 0: its file was not seen yet.
        .col(small_integer("data_process"))
        .col(big_integer("run_at"))
        // Since when its file is waited for, when it is looked for next, how often it was, and what was seen.
        .col(big_integer("waiting_since"))
        .col(big_integer("next_probe_at"))
        .col(integer("probe_count"))
        .col(string_null("probe_note"))
        // Charged ones, in this generation.
        .col(integer("attempt"))
        // Raised by each retry by hand.
        .col(integer("generation"))
        // Leases that ran out under it, one after the other.
        .col(integer("crash_count"))
        // Bytes that its attempt reserves, where more than its pipeline says.
        .col(big_integer("est_memory"))
        .col(uuid_null("lease_id"))
        .col(uuid_null("host_id"))
        .col(big_integer_null("lease_expires_at"))
        .col(big_integer_null("deadline_at"))
        // Thousandths.
        .col(small_integer("progress"))
        .col(big_integer_null("progress_at"))
        .col(big_integer_null("cancel_requested_at"))
        .col(small_integer_null("failure_kind"))
        .col(json_binary_null("failure"))
        .col(big_integer("created_at"))
        .col(big_integer_null("started_at"))
        .col(big_integer_null("finished_at"))
        .check(Expr::cust("status IN (0, 1, 2, 3) AND data_process IN (0, 1)"))
        .check(Expr::cust("(status = 1) = (lease_id IS NOT NULL)"))
        .check(Expr::cust("(status IN (2, 3)) = (finished_at IS NOT NULL)"))
        .check(Expr::cust("status NOT IN (1, 3) OR data_process = 1"))
        .foreign_key(ForeignKey::create().from("jobs", "interview_id").to("interviews", "id"))
        .to_owned()
}

fn indexes() -> [IndexCreateStatement; 5] {
    let on_jobs = |name: &'static str| Index::create().name(name).table("jobs").to_owned();
    [
        on_jobs("jobs_claim")
            .col("queue")
            .col("priority")
            .col("run_at")
            .col("id")
            .cond_where(Expr::cust("status = 0 AND data_process = 1"))
            .to_owned(),
        on_jobs("jobs_probe").col("next_probe_at").cond_where(Expr::cust("status = 0 AND data_process = 0")).to_owned(),
        on_jobs("jobs_running").col("id").cond_where(Expr::cust("status = 1")).to_owned(),
        on_jobs("jobs_interview").col("interview_id").to_owned(),
        on_jobs("jobs_list").col("created_at").col("id").to_owned(),
    ]
}

fn attempts() -> TableCreateStatement {
    Table::create()
        .table("job_attempts")
        .col(pk_uuid("lease_id"))
        .col(uuid("job_id"))
        .col(integer("attempt"))
        .col(uuid("host_id"))
        .col(big_integer("started_at"))
        .col(big_integer_null("finished_at"))
        .col(small_integer_null("outcome"))
        .col(json_binary_null("failure"))
        .foreign_key(&mut to_job("job_attempts"))
        .to_owned()
}

fn idempotency_keys() -> TableCreateStatement {
    Table::create()
        .table("idempotency_keys")
        // Whose key it is: two callers may use the same.
        .col(string("scope"))
        .col(string("idempotency_key"))
        // Of method, path and body.
        .col(string("fingerprint"))
        .col(uuid("job_id"))
        .col(big_integer("created_at"))
        .primary_key(Index::create().col("scope").col("idempotency_key"))
        .foreign_key(&mut to_job("idempotency_keys"))
        .to_owned()
}

/// What hangs on a job goes with it.
pub(super) fn to_job(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create().from(table, "job_id").to("jobs", "id").on_delete(ForeignKeyAction::Cascade).to_owned()
}

pub(super) fn by_job(table: &'static str) -> IndexCreateStatement {
    Index::create().name(format!("{table}_job")).table(table).col("job_id").to_owned()
}
