//! What follows a failed attempt.

use rushes_model::job::End;
use rushes_model::{Class, Code, Failure, Reason};

use super::RetryPolicy;
use crate::entity::job;
use crate::job::failure_of;

/// What follows a failed attempt of this job.
pub(super) fn of(before: &job::Model, failure: &Failure, policy: &RetryPolicy) -> End {
    if before.cancel_requested_at.is_some() || failure.code == Code::JobCancelled {
        return End::Cancelled;
    }
    let is_last = policy.is_last(before.attempt);
    if matches!(failure.code, Code::StorageMissing | Code::StorageGone) {
        return if is_last { End::Failed } else { End::FileGone };
    }
    match failure.class {
        Class::HandedBack => End::HandedBack,
        Class::Permanent(_) => End::Failed,
        Class::Transient if is_last || has_changed_again(before, failure) => End::Failed,
        Class::Transient => End::RetryLater,
    }
}

/// An object that changed in two attempts, one after the other, is still being written or replaced all the time.
fn has_changed_again(before: &job::Model, failure: &Failure) -> bool {
    let earlier = before.failure.clone().map(|kept| failure_of(kept).code);
    failure.code == Code::StorageChanged && earlier == Some(Code::StorageChanged)
}

/// The failure that ends the job: the last one, said to be the last of several where it could have been tried again.
pub(super) fn final_failure(before: &job::Model, failure: &Failure, policy: &RetryPolicy) -> Failure {
    if !policy.is_last(before.attempt) || matches!(failure.class, Class::Permanent(_)) {
        return failure.clone();
    }
    let mut chain = vec![format!("none of {} attempts succeeded", before.attempt)];
    chain.extend(failure.chain.iter().cloned());
    let class = Class::Permanent(Reason::Limits);
    Failure { code: Code::JobExhausted, class, chain, help: failure.help.clone() }
}
