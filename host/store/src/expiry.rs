//! Taking jobs back from hosts that died.

use std::time::Duration;

use rushes_model::job::Kind;
use rushes_model::{Class, Code, Failure, HostId, JobId, LeaseId, Reason, Stop};
use sea_orm::sea_query::{Expr, LockBehavior, LockType};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect};

use crate::claim::held;
use crate::database::Write;
use crate::ending::{Change, Charge, close, finish};
use crate::entity::host;
use crate::entity::job::{Column, Entity, Model};
use crate::job::Job;
use crate::readiness::millis;
use crate::transaction::Transaction;
use crate::{Effect, Result};

/// After so many leases that ran out, one after the other, a job is what crashes hosts.
const MOST_CRASHES: i32 = 3;
/// A host ends an attempt itself when its time is over; only one that forgot is taken back, so much later.
const DEADLINE_GRACE_MS: i64 = 5 * 60 * 1000;
/// Jobs in one round.
const ROUND: u64 = 100;

/// When a running job is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rescue {
    /// One that runs so long, whatever its lease says.
    pub stuck_after: Duration,
    /// Before the first new attempt after a crash; doubled with the next.
    pub crash_delay: Duration,
}

impl Write {
    /// Takes back jobs whose lease ran out, or that run far beyond their time. Any host may do so at any time. Each job
    /// is tried again after a delay, no attempt charged, but the crash counted; a third crash ends it as poison.
    ///
    /// # Errors
    /// When the database fails; jobs that were taken back before stay so.
    pub async fn rescue_expired(&self, rescue: &Rescue) -> Result<Vec<Job>> {
        let now = self.read().now().await?;
        self.rescue_all(|now| overdue(now, rescue), now, rescue).await
    }

    /// Takes back at once what a process left that is surely dead: jobs that ran under it, as if their leases had run out.
    ///
    /// # Errors
    /// When the database fails; jobs that were taken back before stay so.
    pub async fn rescue_from(&self, dead: HostId, rescue: &Rescue) -> Result<Vec<Job>> {
        let left = |_| Condition::all().add(Expr::cust("status = 1")).add(Column::HostId.eq(dead.as_uuid()));
        let mut rescued = Vec::new();
        loop {
            let some = self.rescue_all(left, 0, rescue).await?;
            if some.is_empty() {
                return Ok(rescued);
            }
            rescued.extend(some);
        }
    }

    async fn rescue_all(&self, which: impl Fn(i64) -> Condition, now: i64, rescue: &Rescue) -> Result<Vec<Job>> {
        let candidates = Entity::find().filter(which(now)).limit(ROUND).all(&self.read().pool).await?;
        let mut rescued = Vec::new();
        for candidate in candidates {
            let Some(lease) = candidate.lease_id else { continue };
            if let Some(job) = self.rescue_one(candidate.id.into(), lease.into(), &which, rescue).await? {
                rescued.push(job);
            }
        }
        Ok(rescued)
    }

    /// A small transaction for each job, so that an interview's counter is never held for long.
    async fn rescue_one(
        &self,
        job: JobId,
        lease: LeaseId,
        which: &impl Fn(i64) -> Condition,
        rescue: &Rescue,
    ) -> Result<Option<Job>> {
        let transaction = self.begin().await?;
        let guard = held(job, lease).add(which(transaction.now));
        let seen = Entity::find()
            .filter(guard.clone())
            .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
            .one(&*transaction)
            .await?;
        let Some(before) = seen else { return Ok(None) };
        let has_crashed = !is_alive(&transaction, &before).await?;
        let change = change_of(&before, transaction.now, rescue, has_crashed);
        let Some(row) = close(&transaction, guard, lease, &change).await? else { return Ok(None) };
        Ok(match finish(self, transaction, row).await? {
            Effect::Applied(job) => Some(job),
            Effect::Lost => None,
        })
    }
}

fn overdue(now: i64, rescue: &Rescue) -> Condition {
    let stuck = Condition::any()
        .add(Column::LeaseExpiresAt.lt(now))
        .add(Column::DeadlineAt.lt(now.saturating_sub(DEADLINE_GRACE_MS)))
        .add(Column::StartedAt.lt(now.saturating_sub(millis(rescue.stuck_after))));
    Condition::all().add(Expr::cust("status = 1")).add(stuck)
}

/// Whether the host was heard of after the lease ran out: it was cut off from the database, or gave the job up by
/// itself. That is no crash, and the job no suspect.
async fn is_alive(transaction: &Transaction, before: &Model) -> Result<bool> {
    let Some(host) = before.host_id else { return Ok(false) };
    let host = host::Entity::find_by_id(host).one(&**transaction).await?;
    Ok(host.is_some_and(|host| before.lease_expires_at.is_some_and(|until| until <= host.heartbeat_at)))
}

fn change_of(before: &Model, now: i64, rescue: &Rescue, has_crashed: bool) -> Change {
    if before.cancel_requested_at.is_some() {
        return Change::cancelled();
    }
    if !has_crashed {
        let run_at = now.saturating_add(millis(rescue.crash_delay));
        return Change::RetryLater { failure: Failure::of(&Stop::LeaseLost), run_at, charge: Charge::Nothing };
    }
    let crashes = before.crash_count.saturating_add(1);
    if crashes >= MOST_CRASHES {
        return Change::Failed { failure: poison(crashes), kind: Kind::Poison };
    }
    let delay = millis(rescue.crash_delay.saturating_mul(1 << u32::try_from(crashes - 1).unwrap_or(0).min(8)));
    Change::RetryLater {
        failure: Failure::of(&Stop::LeaseLost),
        run_at: now.saturating_add(delay),
        charge: Charge::Crash,
    }
}

fn poison(crashes: i32) -> Failure {
    let message = format!("{crashes} hosts in a row stopped answering while they worked on it");
    Failure::new(Code::JobPoison, Class::Permanent(Reason::Internal), message)
        .with_help("look at the hosts' logs and memory at that time; retry it by hand when the cause is gone")
}
