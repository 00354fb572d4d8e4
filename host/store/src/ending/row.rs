//! The rows of a job and its attempt, as an attempt ends.

use rushes_model::job::{End, Event, Kind, next};
use rushes_model::{Failure, JobId, LeaseId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, UpdateMany};
use serde_json::Value;

use super::{after_end, cancelled};
use crate::entity::attempt;
use crate::entity::job::{Column, Entity, Model};
use crate::job::Job;
use crate::plain::plain;
use crate::transaction::Transaction;
use crate::{Error, Result};

/// What an end writes.
#[derive(Clone, Debug)]
pub(crate) enum Change {
    Completed,
    Failed { failure: Failure, kind: Kind },
    RetryLater { failure: Failure, run_at: i64, charge: Charge },
    FileGone { failure: Failure },
    HandedBack { why: Failure },
}

/// What an attempt that is to be tried again costs the job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Charge {
    /// One of its attempts.
    Attempt,
    /// A crash, and no attempt: the job beside it may have been the culprit.
    Crash,
    /// Nothing: the fault lies with neither.
    Nothing,
}

impl Change {
    /// Somebody cancelled it.
    pub(crate) fn cancelled() -> Self {
        Self::Failed { failure: cancelled(), kind: Kind::Cancelled }
    }

    const fn outcome(&self) -> Outcome {
        match self {
            Self::Completed => Outcome::Ended(End::Completed),
            Self::Failed { kind: Kind::Cancelled, .. } => Outcome::Ended(End::Cancelled),
            Self::Failed { kind: Kind::Poison, .. } | Self::RetryLater { charge: Charge::Crash, .. } => {
                Outcome::LeaseExpired
            }
            Self::Failed { .. } => Outcome::Ended(End::Failed),
            Self::RetryLater { charge: Charge::Attempt, .. } => Outcome::Ended(End::RetryLater),
            Self::RetryLater { charge: Charge::Nothing, .. } => Outcome::Ended(End::HandedBack),
            Self::FileGone { .. } => Outcome::Ended(End::FileGone),
            Self::HandedBack { .. } => Outcome::Ended(End::HandedBack),
        }
    }

    const fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Completed => None,
            Self::Failed { failure, .. } | Self::RetryLater { failure, .. } | Self::FileGone { failure } => {
                Some(failure)
            }
            Self::HandedBack { why } => Some(why),
        }
    }
}

/// How an attempt ended, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// By its host.
    Ended(End),
    /// By the rescue.
    LeaseExpired,
}

impl Outcome {
    const ALL: [Self; 7] = [
        Self::Ended(End::Completed),
        Self::Ended(End::RetryLater),
        Self::Ended(End::Failed),
        Self::Ended(End::FileGone),
        Self::Ended(End::HandedBack),
        Self::Ended(End::Cancelled),
        Self::LeaseExpired,
    ];

    const fn number(self) -> i16 {
        match self {
            Self::Ended(End::Completed) => 0,
            Self::Ended(End::RetryLater) => 1,
            Self::Ended(End::Failed) => 2,
            Self::Ended(End::FileGone) => 3,
            Self::Ended(End::HandedBack) => 4,
            Self::Ended(End::Cancelled) => 5,
            Self::LeaseExpired => 6,
        }
    }

    pub(crate) fn from_number(number: i16) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.number() == number)
    }

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ended(End::Completed) => "completed",
            Self::Ended(End::RetryLater) => "retry_later",
            Self::Ended(End::Failed) => "failed",
            Self::Ended(End::FileGone) => "file_gone",
            Self::Ended(End::HandedBack) => "handed_back",
            Self::Ended(End::Cancelled) => "cancelled",
            Self::LeaseExpired => "lease_expired",
        }
    }
}

/// The row behind a guard, locked until the transaction ends.
pub(crate) async fn lock(transaction: &Transaction, guard: Condition) -> Result<Option<Model>> {
    Ok(Entity::find().filter(guard).lock_exclusive().one(&**transaction).await?)
}

/// Takes the lease away and writes what the end means. None where the guard doesn't hold.
pub(crate) async fn close(
    transaction: &Transaction,
    guard: Condition,
    lease: LeaseId,
    change: &Change,
) -> Result<Option<Model>> {
    let failure = change.failure().map(to_json).transpose()?;
    let now = transaction.now;
    let update = Entity::update_many()
        .col_expr(Column::LeaseId, Expr::val(None::<sea_orm::prelude::Uuid>))
        .col_expr(Column::HostId, Expr::val(None::<sea_orm::prelude::Uuid>))
        .col_expr(Column::LeaseExpiresAt, Expr::val(None::<i64>))
        .col_expr(Column::DeadlineAt, Expr::val(None::<i64>))
        .col_expr(Column::CancelRequestedAt, Expr::val(None::<i64>));
    let update = match change {
        Change::Completed => finished(update, 3, now, None, None)
            .col_expr(Column::Progress, Expr::val(1000_i16))
            .col_expr(Column::CrashCount, Expr::val(0)),
        Change::Failed { kind, .. } => finished(update, 2, now, Some(*kind), failure.clone()),
        Change::RetryLater { run_at, charge, .. } => {
            let update = pending(update, failure.clone()).col_expr(Column::RunAt, Expr::val(*run_at));
            match charge {
                Charge::Attempt => update.col_expr(Column::CrashCount, Expr::val(0)),
                Charge::Crash => uncharged(update).col_expr(Column::CrashCount, Expr::col(Column::CrashCount).add(1)),
                Charge::Nothing => uncharged(update),
            }
        }
        Change::FileGone { .. } => waiting_again(pending(update, failure.clone()), now),
        Change::HandedBack { .. } => {
            uncharged(update.col_expr(Column::Status, Expr::val(0_i16))).col_expr(Column::Progress, Expr::val(0_i16))
        }
    };
    let Some(row) = update.filter(guard).exec_with_returning(&**transaction).await?.into_iter().next() else {
        return Ok(None);
    };
    attempt::Entity::update_many()
        .col_expr(attempt::Column::FinishedAt, Expr::val(now))
        .col_expr(attempt::Column::Outcome, Expr::val(change.outcome().number()))
        .col_expr(attempt::Column::Failure, Expr::val(failure))
        .filter(attempt::Column::LeaseId.eq(lease.as_uuid()))
        .exec(&**transaction)
        .await?;
    Ok(Some(row))
}

/// Ends a job that no attempt is under way for: cancelled, or its file can't be used. None where its state refuses.
pub(crate) async fn end_pending(
    transaction: &Transaction,
    job: JobId,
    event: Event,
    failure: &Failure,
) -> Result<Option<Model>> {
    let guard = Condition::all().add(Column::Id.eq(job.as_uuid())).add(Expr::cust("status = 0"));
    let Some(before) = lock(transaction, guard.clone()).await? else { return Ok(None) };
    let state = Job::load(&**transaction, before, transaction.now).await?.state;
    if next(state, event).is_err() {
        return Ok(None);
    }
    let kept = Some(to_json(failure)?);
    let update = finished(Entity::update_many(), 2, transaction.now, Some(Kind::of(failure)), kept);
    let row = update.filter(guard).exec_with_returning(&**transaction).await?.into_iter().next();
    if let Some(row) = &row {
        after_end(transaction, row).await?;
    }
    Ok(row)
}

/// Looking for the file begins anew.
pub(crate) fn waiting_again(update: UpdateMany<Entity>, now: i64) -> UpdateMany<Entity> {
    update
        .col_expr(Column::DataProcess, Expr::val(0_i16))
        .col_expr(Column::WaitingSince, Expr::val(now))
        .col_expr(Column::NextProbeAt, Expr::val(now))
        .col_expr(Column::ProbeCount, Expr::val(0))
        .col_expr(Column::ProbeNote, Expr::val(None::<String>))
}

fn finished(
    update: UpdateMany<Entity>,
    status: i16,
    now: i64,
    kind: Option<Kind>,
    failure: Option<Value>,
) -> UpdateMany<Entity> {
    update
        .col_expr(Column::Status, Expr::val(status))
        .col_expr(Column::FinishedAt, Expr::val(now))
        .col_expr(Column::FailureKind, Expr::val(kind.map(Kind::number)))
        .col_expr(Column::Failure, Expr::val(failure))
}

fn pending(update: UpdateMany<Entity>, failure: Option<Value>) -> UpdateMany<Entity> {
    update
        .col_expr(Column::Status, Expr::val(0_i16))
        .col_expr(Column::Failure, Expr::val(failure))
        .col_expr(Column::Progress, Expr::val(0_i16))
}

fn uncharged(update: UpdateMany<Entity>) -> UpdateMany<Entity> {
    update.col_expr(Column::Attempt, Expr::col(Column::Attempt).sub(1))
}

fn to_json(failure: &Failure) -> Result<Value> {
    serde_json::to_value(failure).map(plain).map_err(|source| Error::Unwritable { what: "a failure", source })
}
