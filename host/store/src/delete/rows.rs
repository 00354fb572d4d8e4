//! The rows that hang on a job, taken away kind by kind, so that they can be counted.

use std::collections::BTreeMap;

use rushes_model::job::Status;
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait, Query};
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder, QuerySelect};

use super::{KEYS, Place, Receipt};
use crate::Result;
use crate::entity::{
    attempt, delivery, event, idempotency_key, interview, job, job_event, partial, partial_use, report,
};
use crate::tally::Tally;
use crate::transaction::Transaction;

/// Takes away jobs, which are locked, and all that was derived from them; counts them out of their interviews.
pub(crate) async fn remove(
    transaction: &Transaction,
    tally: &Tally,
    rows: &[job::Model],
    receipt: &mut Receipt,
) -> Result<()> {
    let ids: Vec<Uuid> = rows.iter().map(|row| row.id).collect();
    if ids.is_empty() {
        return Ok(());
    }
    let mine = || ids.iter().copied();
    let connection = &**transaction;
    receipt.reports +=
        gone(report::Entity::delete_many().filter(report::Column::JobId.is_in(mine())).exec(connection).await?);
    receipt.attempts +=
        gone(attempt::Entity::delete_many().filter(attempt::Column::JobId.is_in(mine())).exec(connection).await?);
    receipt.log_lines +=
        gone(job_event::Entity::delete_many().filter(job_event::Column::JobId.is_in(mine())).exec(connection).await?);
    receipt.idempotency_keys += gone(
        idempotency_key::Entity::delete_many()
            .filter(idempotency_key::Column::JobId.is_in(mine()))
            .exec(connection)
            .await?,
    );
    receipt.partials += remove_partials(transaction, &ids).await?;
    remove_events(transaction, &ids, receipt).await?;
    receipt.jobs += gone(job::Entity::delete_many().filter(job::Column::Id.is_in(mine())).exec(connection).await?);
    tally.leave(transaction, rows).await?;
    count_out(transaction, rows).await?;
    let running = rows.iter().filter(|row| row.status == Status::Processing.number());
    receipt.running.extend(running.map(|row| rushes_model::JobId::from(row.id)));
    let places = rows.iter().map(|row| Place { bucket: row.bucket.clone(), key: row.object_key.clone() });
    receipt.recordings.extend(places);
    Ok(())
}

/// Events of these subjects, with their deliveries.
pub(crate) async fn remove_events(transaction: &Transaction, subjects: &[Uuid], receipt: &mut Receipt) -> Result<()> {
    let subjects = || subjects.iter().copied();
    let events = Query::select()
        .column(event::Column::Id)
        .from(event::Entity)
        .and_where(event::Column::Subject.is_in(subjects()))
        .to_owned();
    receipt.deliveries += gone(
        delivery::Entity::delete_many()
            .filter(delivery::Column::EventId.in_subquery(events))
            .exec(&**transaction)
            .await?,
    );
    receipt.events +=
        gone(event::Entity::delete_many().filter(event::Column::Subject.is_in(subjects())).exec(&**transaction).await?);
    Ok(())
}

/// The uses of these jobs, and the partials that nobody uses then.
async fn remove_partials(transaction: &Transaction, jobs: &[Uuid]) -> Result<u64> {
    use partial_use::{Column, Entity};

    let of_jobs = || Column::JobId.is_in(jobs.iter().copied());
    let keys: Vec<String> = Entity::find()
        .select_only()
        .column(Column::PartialKey)
        .distinct()
        .filter(of_jobs())
        .into_tuple()
        .all(&**transaction)
        .await?;
    Entity::delete_many().filter(of_jobs()).exec(&**transaction).await?;
    let mut removed = 0;
    for some in keys.chunks(KEYS) {
        removed += remove_unused(transaction, some).await?;
    }
    Ok(removed)
}

/// Of these partials, those that nobody uses.
async fn remove_unused(transaction: &Transaction, keys: &[String]) -> Result<u64> {
    use partial::{Column, Entity};

    let of_keys = || Column::PartialKey.is_in(keys.iter().map(String::as_str));
    // Whoever begins to use one holds it until that is committed, and is seen by the next statement; or waits for us.
    let locked = Entity::find().select_only().column(Column::PartialKey).filter(of_keys());
    let locked = locked.order_by(Column::PartialKey, Order::Asc).lock_exclusive();
    locked.into_tuple::<String>().all(&**transaction).await?;
    let used = Query::select()
        .expr(Expr::val(1_i32))
        .from(partial_use::Entity)
        .and_where(
            Expr::col((partial_use::Entity, partial_use::Column::PartialKey)).equals((Entity, Column::PartialKey)),
        )
        .to_owned();
    Ok(gone(Entity::delete_many().filter(of_keys()).filter(Expr::exists(used).not()).exec(&**transaction).await?))
}

async fn count_out(transaction: &Transaction, rows: &[job::Model]) -> Result<()> {
    use interview::Column;

    let mut counts: BTreeMap<Uuid, (i32, i32, i32)> = BTreeMap::new();
    for row in rows {
        let Some(interview) = row.interview_id else { continue };
        let (all, open, failed) = counts.entry(interview).or_default();
        *all += 1;
        *open += i32::from(row.finished_at.is_none());
        *failed += i32::from(row.status == Status::Failed.number());
    }
    for (interview, (all, open, failed)) in counts {
        interview::Entity::update_many()
            .col_expr(Column::TotalJobs, Expr::col(Column::TotalJobs).sub(all))
            .col_expr(Column::OpenJobs, Expr::col(Column::OpenJobs).sub(open))
            .col_expr(Column::FailedJobs, Expr::col(Column::FailedJobs).sub(failed))
            .filter(Column::Id.eq(interview))
            .exec(&**transaction)
            .await?;
    }
    Ok(())
}

const fn gone(done: sea_orm::DeleteResult) -> u64 {
    done.rows_affected
}
