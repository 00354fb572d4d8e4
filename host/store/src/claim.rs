//! Taking jobs: one statement each, so that two hosts never take the same.

use std::time::Duration;

use rushes_model::{ByteSize, HostId, JobId, LeaseId, sabotage};
use sea_orm::sea_query::{
    CommonTableExpression, Expr, ExprTrait, LockBehavior, LockType, Query, SelectStatement, SimpleExpr,
};
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, Order, Set};
use sea_orm::{QueryFilter, QuerySelect};

use crate::database::Write;
use crate::entity::attempt;
use crate::entity::job::{Column, Entity, Model};
use crate::job::Job;
use crate::readiness::millis;
use crate::transaction::Transaction;
use crate::{Result, pauses};

/// A job that waited so long because smaller ones took the memory goes next: until then nothing else is taken.
const PATIENCE_MS: i64 = 2 * 60 * 1000;
/// A job that runs alone because a host crashed under it is waited for sooner: hosts that are busy all the time would
/// otherwise hold up each job of a dead host for two minutes, and the first to become idle ends the wait of all.
const SUSPECT_PATIENCE_MS: i64 = 5 * 1000;

/// A pipeline that a host has loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// Its name.
    pub pipeline: String,
    /// What a job of it reserves.
    pub memory: ByteSize,
}

/// What a host can take.
#[derive(Clone, Debug)]
pub struct ClaimRequest {
    /// Who.
    pub host: HostId,
    /// From which queues, the first one first.
    pub queues: Vec<String>,
    /// For which pipelines.
    pub loaded: Vec<Loaded>,
    /// How many at most.
    pub slots: u32,
    /// Memory that isn't reserved.
    pub free: ByteSize,
    /// Memory that could be reserved if nothing else ran: larger jobs are not waited for.
    pub whole: ByteSize,
    /// Whether nothing runs here but jobs that got further than where a host crashed under them. Only then is another job
    /// taken under which a host crashed, and before all others.
    pub is_idle: bool,
    /// How long the lease lasts without being renewed.
    pub lease: Duration,
    /// How long an attempt may take; the rescue uses it as a last resort.
    pub timeout: Duration,
}

/// A job that is ours, under a lease. It alone opens the way to writing for its job.
#[derive(Clone, Debug, PartialEq)]
pub struct Claim {
    job: Job,
    lease: LeaseId,
    memory: ByteSize,
}

impl Claim {
    /// The job, as it was claimed.
    pub const fn job(&self) -> &Job {
        &self.job
    }

    /// Its id.
    pub const fn id(&self) -> JobId {
        self.job.id
    }

    /// The lease, fresh for this claim.
    pub const fn lease(&self) -> LeaseId {
        self.lease
    }

    /// What is to be reserved for it.
    pub const fn memory(&self) -> ByteSize {
        self.memory
    }

    /// Whether nothing may run beside it: a host crashed under it before.
    pub const fn runs_alone(&self) -> bool {
        self.job.crash_count > 0
    }

    /// The guard of every write for this claim.
    pub(crate) fn guard(&self) -> Condition {
        held(self.job.id, self.lease)
    }
}

/// Running, under this lease and no other.
pub(crate) fn held(job: JobId, lease: LeaseId) -> Condition {
    if sabotage::is_fencing_off() {
        return Condition::all().add(Column::Id.eq(job.as_uuid()));
    }
    Condition::all()
        .add(Column::Id.eq(job.as_uuid()))
        .add(Column::LeaseId.eq(lease.as_uuid()))
        .add(Expr::cust("status = 1"))
}

impl Write {
    /// Takes ready jobs, by priority, then turn (see `turns`), then age, as many as fit: each under a lease of its own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn claim(&self, request: &ClaimRequest) -> Result<Vec<Claim>> {
        let transaction = self.begin().await?;
        let mut room = Room { free: request.free, is_idle: request.is_idle };
        let mut claims = Vec::new();
        while claims.len() < usize::try_from(request.slots).unwrap_or(usize::MAX) {
            let Some(claim) = claim_one(&transaction, request, &room).await? else { break };
            let left = room.free.as_bytes().saturating_sub(claim.memory.as_bytes());
            room = Room { free: ByteSize::bytes(left), is_idle: false };
            let alone = claim.runs_alone();
            claims.push(claim);
            if alone {
                break;
            }
        }
        transaction.commit().await?;
        if !claims.is_empty() {
            sabotage::reached("claim.after-commit");
        }
        Ok(claims)
    }
}

/// What is left of a host while it claims.
struct Room {
    free: ByteSize,
    is_idle: bool,
}

async fn claim_one(transaction: &Transaction, request: &ClaimRequest, room: &Room) -> Result<Option<Claim>> {
    if is_someone_passed_over(transaction, request, room).await? {
        return Ok(None);
    }
    // An idle host is rare, and suspects wait for nothing else.
    let suspects = Expr::cust("crash_count > 0 AND (est_memory > 0 OR crash_count > 0)");
    let turns =
        if room.is_idle { vec![Condition::all().add(suspects), Condition::all()] } else { vec![Condition::all()] };
    for which in turns {
        for queue in &request.queues {
            if let Some(claim) =
                claim_from(transaction, request, room, which.clone().add(Column::Queue.eq(queue))).await?
            {
                return Ok(Some(claim));
            }
        }
    }
    Ok(None)
}

async fn claim_from(
    transaction: &Transaction,
    request: &ClaimRequest,
    room: &Room,
    which: Condition,
) -> Result<Option<Claim>> {
    let now = transaction.now;
    let next = Query::select()
        .column(Column::Id)
        .from(Entity)
        .cond_where(ready(now).add(which).add(fits(request, room)))
        .order_by(Column::Priority, Order::Asc)
        .order_by(Column::Turn, Order::Asc)
        .order_by(Column::RunAt, Order::Asc)
        .order_by(Column::Id, Order::Asc)
        .limit(1)
        .lock_with_behavior(LockType::Update, LockBehavior::SkipLocked)
        .to_owned();
    let lease = LeaseId::new();
    let take = Query::update()
        .table(Entity)
        .with_cte(picked(next))
        .value(Column::Status, 1_i16)
        .value(Column::Attempt, Expr::col(Column::Attempt).add(1))
        .value(Column::LeaseId, lease.as_uuid())
        .value(Column::HostId, request.host.as_uuid())
        .value(Column::LeaseExpiresAt, now + millis(request.lease))
        .value(Column::DeadlineAt, now + millis(request.timeout))
        .value(Column::StartedAt, now)
        .value(Column::Progress, 0_i16)
        .value(Column::ProgressAt, now)
        .and_where(is_picked())
        .returning_all()
        .to_owned();
    let Some(row) = transaction.query_one(&take).await? else { return Ok(None) };
    let row = Model::from_query_result(&row, "")?;
    begin_attempt(transaction, &row, lease, request.host).await?;
    let asked = ByteSize::bytes(u64::try_from(row.est_memory).unwrap_or(0));
    let loaded = request.loaded.iter().find(|one| one.pipeline == row.pipeline).map_or(asked, |one| one.memory);
    let job = Job::load(&**transaction, row, now).await?;
    Ok(Some(Claim { job, lease, memory: std::cmp::max(asked, loaded) }))
}

/// A statement that picks ids, as the table `picked`. Materialised: PostgreSQL may run a plain subquery once a row, and
/// so take 200 jobs where 5 were asked for.
pub(crate) fn picked(ids: SelectStatement) -> CommonTableExpression {
    CommonTableExpression::new().query(ids).table_name("picked").materialized(true).to_owned()
}

/// Being one of those that were picked.
pub(crate) fn is_picked() -> SimpleExpr {
    Expr::col(Column::Id).in_subquery(Query::select().column(Column::Id).from("picked").to_owned())
}

/// To be taken now: its time has come, and its pipeline isn't paused. Literal, so that PostgreSQL uses the partial index
/// under a generic plan too.
fn ready(now: i64) -> Condition {
    Condition::all()
        .add(Expr::cust("status = 0 AND data_process = 1"))
        .add(Column::RunAt.lte(now))
        .add(Column::Pipeline.not_in_subquery(pauses::paused()))
}

/// What this host can run, and has room for now.
fn fits(request: &ClaimRequest, room: &Room) -> Condition {
    let fitting = request.loaded.iter().filter(|one| one.memory <= room.free).map(|one| one.pipeline.clone());
    let fits = Condition::all().add(Column::Pipeline.is_in(fitting)).add(Column::EstMemory.lte(bytes(room.free)));
    if room.is_idle { fits } else { fits.add(Column::CrashCount.eq(0)) }
}

/// Whether a job that this host could run, were it empty, has waited for room beyond our patience. Asked with each claim
/// and mostly in vain, so each half has an index that holds next to nothing but what it looks for.
async fn is_someone_passed_over(transaction: &Transaction, request: &ClaimRequest, room: &Room) -> Result<bool> {
    if room.is_idle {
        return Ok(false);
    }
    let empty = Room { free: request.whole, is_idle: true };
    let waits = |patience: i64| {
        ready(transaction.now - patience).add(Column::Queue.is_in(request.queues.clone())).add(fits(request, &empty))
    };
    // By its pipeline.
    let crowded_out: Vec<String> = request
        .loaded
        .iter()
        .filter(|one| one.memory > room.free && one.memory <= request.whole)
        .map(|one| one.pipeline.clone())
        .collect();
    if !crowded_out.is_empty() {
        let of_these = ready(transaction.now - PATIENCE_MS)
            .add(Expr::cust("priority >= 0"))
            .add(Column::Queue.is_in(request.queues.clone()))
            .add(Column::Pipeline.is_in(crowded_out))
            .add(Column::EstMemory.lte(bytes(request.whole)));
        if any(transaction, of_these).await? {
            return Ok(true);
        }
    }
    // By itself.
    let large = Condition::all().add(Column::EstMemory.gt(bytes(room.free))).add(waits(PATIENCE_MS));
    let suspect = Condition::all().add(Column::CrashCount.gt(0)).add(waits(SUSPECT_PATIENCE_MS));
    let itself = Condition::any().add(large).add(suspect);
    let listed = Expr::cust("status = 0 AND data_process = 1 AND (est_memory > 0 OR crash_count > 0)");
    any(transaction, Condition::all().add(listed).add(itself)).await
}

async fn any(transaction: &Transaction, wanted: Condition) -> Result<bool> {
    Ok(Entity::find().filter(wanted).limit(1).one(&**transaction).await?.is_some())
}

async fn begin_attempt(transaction: &Transaction, row: &Model, lease: LeaseId, host: HostId) -> Result<()> {
    let attempt = attempt::ActiveModel {
        lease_id: Set(lease.as_uuid()),
        job_id: Set(row.id),
        attempt: Set(row.attempt),
        host_id: Set(host.as_uuid()),
        started_at: Set(transaction.now),
        finished_at: Set(None),
        outcome: Set(None),
        failure: Set(None),
    };
    attempt::Entity::insert(attempt).exec_without_returning(&**transaction).await?;
    Ok(())
}

fn bytes(size: ByteSize) -> i64 {
    i64::try_from(size.as_bytes()).unwrap_or(i64::MAX)
}
