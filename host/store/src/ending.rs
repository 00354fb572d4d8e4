//! The end of an attempt: completed, failed, to be tried again, handed back. One transaction each: the job, its attempt,
//! its report, its interview's counters, and the events that follow.

mod policy;
mod row;
mod verdict;

use std::time::Duration;

use rushes_model::job::{End, Kind, Status};
use rushes_model::report::Report;
use rushes_model::{Failure, Stop, sabotage};

pub use policy::RetryPolicy;
pub(crate) use row::{Change, Charge, Outcome, close, end_pending, lock, waiting_again};

use crate::claim::Claim;
use crate::database::Write;
use crate::effect::Effect;
use crate::entity::{interview, job};
use crate::job::Job;
use crate::readiness::millis;
use crate::reports;
use crate::transaction::Transaction;
use crate::{Result, interviews, outbox};

impl Write {
    /// Ends the attempt as completed. `Lost` when the lease is no longer ours: nothing was written then.
    ///
    /// # Errors
    /// When the report is too large, or the database fails.
    pub async fn complete(&self, claim: &Claim, report: &Report) -> Result<Effect<Job>> {
        let document = reports::to_document(report)?;
        let transaction = self.begin().await?;
        let Some(row) = close(&transaction, claim.guard(), claim.lease(), &Change::Completed).await? else {
            return Ok(Effect::Lost);
        };
        reports::put(&transaction, claim.id(), document).await?;
        finish(self, transaction, row).await
    }

    /// Ends the attempt as failed. What follows is decided by the failure's class and code: another attempt after a
    /// delay, waiting for the file again, going back uncharged, or failing for good. A job whose cancelling was asked for
    /// is cancelled. `spread` (0.8 to 1.2, say) keeps jobs that failed together from coming back together.
    ///
    /// # Errors
    /// When the report is too large, or the database fails.
    pub async fn fail(
        &self,
        claim: &Claim,
        failure: &Failure,
        report: Option<&Report>,
        policy: &RetryPolicy,
        spread: f64,
    ) -> Result<Effect<Job>> {
        let document = report.map(reports::to_document).transpose()?;
        let transaction = self.begin().await?;
        let Some(before) = lock(&transaction, claim.guard()).await? else { return Ok(Effect::Lost) };
        let end = verdict::of(&before, failure, policy);
        let change = change_of(end, &before, failure, policy, spread, transaction.now);
        let Some(row) = close(&transaction, claim.guard(), claim.lease(), &change).await? else {
            return Ok(Effect::Lost);
        };
        if let (End::Failed, Some(document)) = (end, document) {
            reports::put(&transaction, claim.id(), document).await?;
        }
        finish(self, transaction, row).await
    }

    /// Gives the job back as it was, no attempt charged: the host is shut down, or lacks memory. The reason is kept with
    /// the attempt. A job whose cancelling was asked for is cancelled instead.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hand_back(&self, claim: &Claim, why: &Failure) -> Result<Effect<Job>> {
        self.give_back(claim, |_| Change::HandedBack { why: why.clone() }).await
    }

    /// The same for a while: what the job needs is out of order, for all jobs. It may be taken after the delay.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hand_back_for(&self, claim: &Claim, why: &Failure, delay: Duration) -> Result<Effect<Job>> {
        let charge = Charge::Nothing;
        let change = |now: i64| Change::RetryLater { failure: why.clone(), run_at: now + millis(delay), charge };
        self.give_back(claim, change).await
    }

    async fn give_back(&self, claim: &Claim, change: impl FnOnce(i64) -> Change) -> Result<Effect<Job>> {
        let transaction = self.begin().await?;
        let Some(before) = lock(&transaction, claim.guard()).await? else { return Ok(Effect::Lost) };
        let change = if before.cancel_requested_at.is_some() { Change::cancelled() } else { change(transaction.now) };
        let Some(row) = close(&transaction, claim.guard(), claim.lease(), &change).await? else {
            return Ok(Effect::Lost);
        };
        finish(self, transaction, row).await
    }
}

fn change_of(end: End, before: &job::Model, failure: &Failure, policy: &RetryPolicy, spread: f64, now: i64) -> Change {
    match end {
        End::Completed => Change::Completed,
        End::RetryLater => Change::RetryLater {
            failure: failure.clone(),
            run_at: now.saturating_add(millis(policy.delay(before.attempt, spread))),
            charge: Charge::Attempt,
        },
        End::Failed => {
            Change::Failed { kind: Kind::of(failure), failure: verdict::final_failure(before, failure, policy) }
        }
        End::FileGone => Change::FileGone { failure: failure.clone() },
        End::HandedBack => Change::HandedBack { why: failure.clone() },
        End::Cancelled => Change::cancelled(),
    }
}

/// What follows a closed attempt, and the commit.
pub(crate) async fn finish(write: &Write, transaction: Transaction, row: job::Model) -> Result<Effect<Job>> {
    let transaction = match sabotage::outbox_lag() {
        None => transaction,
        Some(lag) => apart(write, transaction, lag).await?,
    };
    let job = match after_end(&transaction, &row).await? {
        Some(interview) => Job::of(row, Some(&interview), transaction.now)?,
        None => Job::load(&*transaction, row, transaction.now).await?,
    };
    sabotage::reached("complete.before-commit");
    transaction.commit().await?;
    sabotage::reached("complete.after-commit");
    Ok(Effect::Applied(job))
}

/// Commits the job without its events, as a queue without an outbox does.
async fn apart(write: &Write, transaction: Transaction, lag: Duration) -> Result<Transaction> {
    transaction.commit().await?;
    tokio::time::sleep(lag).await;
    write.begin().await
}

/// The interview's counters and the events, for a job that ended, and the interview as it stands then; nothing for one
/// that goes on.
pub(crate) async fn after_end(transaction: &Transaction, row: &job::Model) -> Result<Option<interview::Model>> {
    if row.finished_at.is_none() {
        return Ok(None);
    }
    outbox::tell_job_ended(transaction, row).await?;
    let Some(interview) = row.interview_id else { return Ok(None) };
    interviews::job_ended(transaction, interview, row.status == Status::Failed.number()).await
}

/// The failure of a job that somebody cancelled.
pub(crate) fn cancelled() -> Failure {
    Failure::of(&Stop::Cancelled)
}
