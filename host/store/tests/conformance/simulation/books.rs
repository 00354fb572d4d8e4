//! What should be so: jobs by [`next`] and by rules that are written down here a second time, leases, interviews, and
//! what was told.

use std::collections::{BTreeMap, HashMap};

use rushes_model::job::{End, Event, Kind, State, next};
use rushes_model::{Code, JobId, LeaseId};
use rushes_store::Job;

use super::How;
use crate::database::RETRY;

/// A job as it should be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) interview: Option<String>,
    pub(super) state: State,
    pub(super) attempt: u32,
    pub(super) generation: u32,
    pub(super) crashes: u32,
    pub(super) is_to_stop: bool,
    pub(super) failure: Option<Code>,
    pub(super) kind: Option<Kind>,
    /// At most one, by its type.
    pub(super) lease: Option<LeaseId>,
    pub(super) has_run_out: bool,
}

impl Entry {
    fn new(interview: Option<String>) -> Self {
        Self {
            interview,
            state: State::WaitingForFile,
            attempt: 0,
            generation: 0,
            crashes: 0,
            is_to_stop: false,
            failure: None,
            kind: None,
            lease: None,
            has_run_out: false,
        }
    }

    /// What the database says, where a lease is shown by its host alone.
    pub(super) fn is_told_by(&self, job: &Job) -> bool {
        (job.state, job.attempt, job.generation, job.crash_count)
            == (self.state, self.attempt, self.generation, self.crashes)
            && job.cancel_requested == self.is_to_stop
            && job.failure.as_ref().map(|failure| failure.code) == self.failure
            && (job.failure_kind, &job.interview_id) == (self.kind, &self.interview)
            && job.host.is_some() == self.lease.is_some()
    }
}

/// An interview as it should be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Group {
    pub(super) is_sealed: bool,
    pub(super) expected: Option<u32>,
    pub(super) total: u32,
    pub(super) open: u32,
    pub(super) failed: u32,
    pub(super) generation: u32,
    pub(super) is_completed: bool,
    has_ended_one: bool,
}

/// Type, subject, generation; a job's event doesn't tell its generation.
pub(super) type Told = (String, String, Option<u32>);

#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) jobs: BTreeMap<JobId, Entry>,
    pub(super) interviews: HashMap<String, Group>,
    pub(super) told: Vec<Told>,
}

impl Books {
    pub(super) fn create(&mut self, id: JobId, interview: Option<(String, Option<u32>)>) {
        if let Some((name, expected)) = &interview {
            let group = self.interviews.entry(name.clone()).or_default();
            reopen(group);
            (group.total, group.open) = (group.total + 1, group.open + 1);
            group.expected = group.expected.or(*expected);
            group.is_sealed |= group.expected.is_some_and(|expected| group.total >= expected);
        }
        self.jobs.insert(id, Entry::new(interview.map(|(name, _)| name)));
    }

    /// Whether the machine lets it happen; then it did.
    pub(super) fn moves(&mut self, id: JobId, event: Event) -> bool {
        let Some(job) = self.jobs.get_mut(&id) else { return false };
        let Ok(to) = next(job.state, event) else { return false };
        job.state = to;
        true
    }

    pub(super) fn claimed(&mut self, id: JobId, lease: LeaseId) {
        assert!(self.moves(id, Event::Claimed), "{id} isn't ready, and was claimed");
        let job = self.jobs.get_mut(&id).unwrap();
        job.attempt += 1;
        (job.lease, job.has_run_out) = (Some(lease), false);
    }

    /// Whether a lease is its job's.
    pub(super) fn holds(&self, id: JobId, lease: LeaseId) -> bool {
        self.jobs.get(&id).is_some_and(|job| job.lease == Some(lease))
    }

    /// The end of an attempt under a lease that holds.
    pub(super) fn ends(&mut self, id: JobId, how: How) {
        let job = self.jobs.get_mut(&id).unwrap();
        let is_last = job.attempt >= RETRY.max_attempts;
        let is_cancelled = job.is_to_stop;
        // What a failure that could be tried again becomes after the last attempt.
        let last = |code| if is_last { Code::JobExhausted } else { code };
        match how {
            How::Completed => self.end(id, End::Completed, None),
            How::Journal => {}
            _ if is_cancelled => self.end(id, End::Cancelled, Some(Code::JobCancelled)),
            How::Cancelled => self.end(id, End::Cancelled, Some(Code::JobCancelled)),
            How::Malformed => self.end(id, End::Failed, Some(Code::MediaMalformed)),
            How::Gone if is_last => self.end(id, End::Failed, Some(Code::StorageGone)),
            How::Gone => self.end(id, End::FileGone, Some(Code::StorageGone)),
            How::Changed if is_last || job.failure == Some(Code::StorageChanged) => {
                self.end(id, End::Failed, Some(last(Code::StorageChanged)));
            }
            How::Slow if is_last => self.end(id, End::Failed, Some(last(Code::StorageUnavailable))),
            How::Changed => self.end(id, End::RetryLater, Some(Code::StorageChanged)),
            How::Slow => self.end(id, End::RetryLater, Some(Code::StorageUnavailable)),
            How::Drained | How::HandedBack => {
                job.attempt -= 1;
                let before = job.failure;
                self.end(id, End::HandedBack, before);
            }
            How::HandedBackForAWhile => {
                job.attempt -= 1;
                let crashes = job.crashes;
                self.end(id, End::RetryLater, Some(Code::StorageUnavailable));
                self.jobs.get_mut(&id).unwrap().crashes = crashes;
            }
        }
    }

    fn end(&mut self, id: JobId, end: End, failure: Option<Code>) {
        assert!(self.moves(id, Event::Ended(end)));
        let job = self.jobs.get_mut(&id).unwrap();
        (job.lease, job.has_run_out, job.is_to_stop, job.failure) = (None, false, false, failure);
        match end {
            End::Completed | End::RetryLater => job.crashes = 0,
            End::Failed | End::FileGone | End::HandedBack | End::Cancelled => {}
        }
        self.settle(id);
    }

    /// The rescue comes by.
    pub(super) fn rescue(&mut self) -> usize {
        let lost: Vec<JobId> = self.jobs.iter().filter(|(_, job)| job.has_run_out).map(|(id, _)| *id).collect();
        for &id in &lost {
            let job = self.jobs.get_mut(&id).unwrap();
            let crashes = job.crashes + 1;
            if job.is_to_stop {
                self.end(id, End::Cancelled, Some(Code::JobCancelled));
            } else if crashes >= 3 {
                self.end(id, End::Failed, Some(Code::JobPoison));
            } else {
                job.attempt -= 1;
                self.end(id, End::RetryLater, Some(Code::JobLeaseLost));
                self.jobs.get_mut(&id).unwrap().crashes = crashes;
            }
        }
        lost.len()
    }

    /// Whether it was refused.
    pub(super) fn cancel(&mut self, id: JobId) -> bool {
        let runs = self.jobs[&id].state == State::Processing;
        if !self.moves(id, Event::Cancel) {
            return false;
        }
        let job = self.jobs.get_mut(&id).unwrap();
        if runs {
            job.is_to_stop = true;
        } else {
            job.failure = Some(Code::JobCancelled);
            self.settle(id);
        }
        true
    }

    pub(super) fn refuse_file(&mut self, id: JobId) -> bool {
        let is_refused = self.moves(id, Event::FileRefused);
        if is_refused {
            self.jobs.get_mut(&id).unwrap().failure = Some(Code::MediaMalformed);
            self.settle(id);
        }
        is_refused
    }

    pub(super) fn retry(&mut self, id: JobId) -> bool {
        let before = self.jobs[&id].clone();
        if !self.moves(id, Event::Retry) {
            return false;
        }
        if before.state.is_final() {
            let job = self.jobs.get_mut(&id).unwrap();
            *job = Entry { generation: before.generation + 1, ..Entry::new(before.interview.clone()) };
            if let Some(group) = before.interview.and_then(|name| self.interviews.get_mut(&name)) {
                reopen(group);
                group.open += 1;
                group.failed -= u32::from(before.state != State::Completed);
            }
        }
        true
    }

    /// After a change to a job: if it ended, its interview counts it out, and what is to be told is told.
    fn settle(&mut self, id: JobId) {
        let job = self.jobs.get_mut(&id).unwrap();
        if !job.state.is_final() {
            return;
        }
        let has_failed = job.state != State::Completed;
        if has_failed {
            let is_cancelled = job.state == State::Cancelled;
            job.kind = Some(match job.failure {
                _ if is_cancelled => Kind::Cancelled,
                Some(Code::JobPoison) => Kind::Poison,
                _ => Kind::Error,
            });
            let event = if is_cancelled { "job.cancelled" } else { "job.failed" };
            self.told.push((event.into(), id.to_string(), None));
        }
        if let Some(name) = job.interview.clone() {
            let group = self.interviews.get_mut(&name).unwrap();
            (group.open, group.has_ended_one) = (group.open - 1, true);
            group.failed += u32::from(has_failed);
            self.complete(&name);
        }
    }

    fn complete(&mut self, name: &str) {
        let group = self.interviews.get_mut(name).unwrap();
        if group.is_sealed && group.open == 0 && !group.is_completed {
            group.is_completed = true;
            let has_failed = group.total > 0 && group.failed == group.total;
            let event = if has_failed { "interview.failed" } else { "interview.completed" };
            self.told.push((event.into(), name.into(), Some(group.generation)));
        }
    }

    pub(super) fn seal(&mut self, name: &str) -> bool {
        let Some(group) = self.interviews.get_mut(name) else { return false };
        group.is_sealed = true;
        self.complete(name);
        true
    }

    pub(super) fn seal_idle(&mut self) -> usize {
        let is_idle = |group: &Group| !group.is_sealed && group.open == 0 && group.has_ended_one;
        let idle: Vec<String> =
            self.interviews.iter().filter(|(_, group)| is_idle(group)).map(|(name, _)| name.clone()).collect();
        idle.iter().filter(|name| self.seal(name)).count()
    }

    pub(super) fn delete(&mut self, id: JobId) -> bool {
        if !self.jobs[&id].state.is_final() {
            return false;
        }
        self.forget(id);
        true
    }

    fn forget(&mut self, id: JobId) {
        let Some(job) = self.jobs.remove(&id) else { return };
        self.told.retain(|(_, subject, _)| *subject != id.to_string());
        if let Some(group) = job.interview.and_then(|name| self.interviews.get_mut(&name)) {
            group.total -= 1;
            group.open -= u32::from(!job.state.is_final());
            group.failed -= u32::from(matches!(job.state, State::Failed | State::Cancelled));
        }
    }

    pub(super) fn delete_interview(&mut self, name: &str) -> bool {
        let mine: Vec<JobId> = self.of(name).map(|(id, _)| id).collect();
        mine.into_iter().for_each(|id| self.forget(id));
        self.told.retain(|(_, subject, _)| subject != name);
        self.interviews.remove(name).is_some()
    }

    pub(super) fn of<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (JobId, &'a Entry)> {
        self.jobs.iter().filter(move |(_, job)| job.interview.as_deref() == Some(name)).map(|(id, job)| (*id, job))
    }

    pub(super) fn count(&self, state: State) -> u64 {
        self.jobs.values().filter(|job| job.state == state).count() as u64
    }
}

/// Something new begins in it.
const fn reopen(group: &mut Group) {
    if group.is_completed {
        group.generation += 1;
        group.is_completed = false;
    }
}
