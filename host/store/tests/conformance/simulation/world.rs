//! Steps taken in the database and in the books, and both compared.

use std::time::Duration;

use proptest::sample::Index;
use rushes_model::job::{Event, State};
use rushes_model::{Class, Code, Failure, HostId, JobId, Reason, Stop};
use rushes_store::{
    Claim, ClaimRequest, Counts, Entry as Line, Error, Filter, Heart, InterviewState, Journaled, NewInterview, NewJob,
    Retention,
};
use serde_json::json;

use super::books::{Books, Told};
use super::{HOSTS, How, Step};
use crate::database::{Database, LEASE, RESCUE, RETRY, identity, permanent, report, request, transient};

pub(super) struct World<'a> {
    db: &'a Database,
    heart: Heart,
    hosts: Vec<HostId>,
    /// All that ever were, with whose they are.
    claims: Vec<(usize, Claim)>,
    books: Books,
}

impl<'a> World<'a> {
    pub(super) async fn new(db: &'a Database) -> Self {
        let heart = db.store.open_heart().await.unwrap();
        let hosts = (0..HOSTS).map(|_| HostId::new()).collect();
        Self { db, heart, hosts, claims: Vec::new(), books: Books::default() }
    }

    pub(super) async fn take(&mut self, step: &Step) {
        let write = self.db.write();
        match step {
            Step::Create { interview, expected } => self.create(*interview, *expected).await,
            Step::Find(which) => {
                // Most that wait are found; some look again for what was found.
                let Some(id) = self.some_waiting(which).or_else(|| self.some(which)) else { return };
                let done = write.mark_ready(id, &identity()).await.unwrap();
                assert_eq!(!done.is_lost(), self.books.moves(id, Event::FileFound));
            }
            Step::RefuseFile(which) => {
                let Some(id) = self.some(which) else { return };
                let done = write.refuse_file(id, &permanent()).await.unwrap();
                assert_eq!(!done.is_lost(), self.books.refuse_file(id));
            }
            Step::LetDelaysPass => {
                self.db.shift("run_at", Duration::from_secs(7200)).await;
                let ids: Vec<JobId> = self.books.jobs.keys().copied().collect();
                for id in ids {
                    self.books.moves(id, Event::DelayOver);
                }
            }
            Step::Claim { host, slots } => self.claim(*host, *slots).await,
            Step::Renew { host } => self.renew(*host).await,
            Step::LetLeaseRunOut(which) => self.let_run_out(which).await,
            Step::Rescue => {
                let rescued = write.rescue_expired(&RESCUE).await.unwrap();
                assert_eq!(rescued.len(), self.books.rescue());
            }
            Step::End { claim, is_zombie, how } => self.end(claim, *is_zombie, *how).await,
            Step::Cancel(which) => {
                let Some(id) = self.some(which) else { return };
                assert_eq!(allowed(write.cancel(id).await), self.books.cancel(id));
            }
            Step::Retry(which) => {
                let Some(id) = self.some(which) else { return };
                assert_eq!(allowed(write.retry(id).await), self.books.retry(id));
            }
            Step::Seal(number) => {
                assert_eq!(allowed(write.seal(&name(*number)).await), self.books.seal(&name(*number)))
            }
            Step::SealIdle => {
                assert_eq!(write.seal_idle(Duration::ZERO).await.unwrap(), self.books.seal_idle());
            }
            Step::Delete(which) => {
                let Some(id) = self.some(which) else { return };
                assert_eq!(allowed(write.delete_job(id).await), self.books.delete(id));
            }
            Step::DeleteInterview(number) => {
                let done = write.delete_interview(&name(*number)).await;
                assert_eq!(allowed(done), self.books.delete_interview(&name(*number)));
            }
            Step::Count => {
                self.db.count_from_the_start().await;
                self.db.shift("finished_at", Duration::from_secs(1200)).await;
                write.prune(&Retention::default()).await.unwrap();
            }
        }
    }

    async fn create(&mut self, interview: Option<u8>, expected: Option<u32>) {
        let interview = interview.map(name);
        let named = |id: &String| NewInterview { id: id.clone(), interview_type: None, expected_jobs: expected };
        let new = NewJob { interview: interview.as_ref().map(named), ..NewJob::new("bucket", "key", "p") };
        let id = self.db.write().create_job(new).await.unwrap().into_job().id;
        self.books.create(id, interview.map(|name| (name, expected)));
    }

    /// Whom it takes is the store's to choose, within rules.
    async fn claim(&mut self, host: usize, slots: u32) {
        let is_idle = !self.claims.iter().any(|(whose, claim)| *whose == host && self.is_held(claim));
        let asked = ClaimRequest { host: self.hosts[host], slots, is_idle, ..request() };
        let claims = self.db.write().claim(&asked).await.unwrap();
        let ready: Vec<u32> =
            self.books.jobs.values().filter(|job| job.state == State::Ready).map(|job| job.crashes).collect();
        let wanted = ready.len().min(slots as usize);
        assert!(claims.len() <= wanted, "{} of {wanted}", claims.len());
        if ready.iter().all(|crashes| *crashes == 0) {
            assert_eq!(claims.len(), wanted);
        }
        assert!(!claims.is_empty() || !is_idle || ready.is_empty(), "an idle host took nothing");
        let is_alone = is_idle && claims.len() == 1;
        assert!(is_alone || !claims.iter().any(Claim::runs_alone), "a suspect beside others");
        for claim in claims {
            self.books.claimed(claim.id(), claim.lease());
            self.claims.push((host, claim));
        }
    }

    async fn renew(&mut self, host: usize) {
        let mine: Vec<&Claim> =
            self.claims.iter().filter(|(whose, _)| *whose == host).map(|(_, claim)| claim).collect();
        let leases: Vec<_> = mine.iter().map(|claim| claim.lease()).collect();
        let mut renewed: Vec<_> = self.heart.renew(&leases, LEASE).await.unwrap();
        renewed.sort_by_key(|one| one.lease);
        let mut held: Vec<(_, JobId)> =
            mine.iter().filter(|claim| self.is_held(claim)).map(|claim| (claim.lease(), claim.id())).collect();
        held.sort();
        let told: Vec<_> = renewed.iter().map(|one| (one.lease, one.job, one.cancel_requested)).collect();
        let expected: Vec<_> = held.iter().map(|&(lease, id)| (lease, id, self.books.jobs[&id].is_to_stop)).collect();
        assert_eq!(told, expected);
        for (_, id) in held {
            self.books.jobs.get_mut(&id).unwrap().has_run_out = false;
        }
    }

    async fn let_run_out(&mut self, which: &Index) {
        let held: Vec<JobId> =
            self.books.jobs.iter().filter(|(_, job)| job.lease.is_some()).map(|(id, _)| *id).collect();
        if held.is_empty() {
            return;
        }
        let id = *which.get(&held);
        self.db.execute(&format!("UPDATE jobs SET lease_expires_at = 1 WHERE {}", self.db.is(id))).await;
        self.books.jobs.get_mut(&id).unwrap().has_run_out = true;
    }

    async fn end(&mut self, which: &Index, is_zombie: bool, how: How) {
        let all: Vec<&Claim> = self.claims.iter().map(|(_, claim)| claim).collect();
        let held: Vec<&Claim> = all.iter().copied().filter(|claim| self.is_held(claim)).collect();
        let among = if is_zombie { all } else { held };
        if among.is_empty() {
            return;
        }
        let claim = (*which.get(&among)).clone();
        let is_held = self.is_held(&claim);
        assert_eq!(act(self.db, &claim, how).await, is_held, "{how:?} by a lease that {is_held}");
        if is_held {
            self.books.ends(claim.id(), how);
        } else {
            let kept = self.db.write().put_partial(&claim, "zombie's", b"").await.unwrap();
            assert!(kept.is_lost());
        }
    }

    fn is_held(&self, claim: &Claim) -> bool {
        self.books.holds(claim.id(), claim.lease())
    }

    fn some(&self, which: &Index) -> Option<JobId> {
        let ids: Vec<JobId> = self.books.jobs.keys().copied().collect();
        (!ids.is_empty()).then(|| *which.get(&ids))
    }

    fn some_waiting(&self, which: &Index) -> Option<JobId> {
        let waits = |(_, job): &(&JobId, &super::books::Entry)| job.state == State::WaitingForFile;
        let ids: Vec<JobId> = self.books.jobs.iter().filter(waits).map(|(id, _)| *id).collect();
        (!ids.is_empty()).then(|| *which.get(&ids))
    }

    /// The database says what the books say.
    pub(super) async fn check(&self) {
        let page = self.db.read().list(&Filter::default(), None, 1000).await.unwrap();
        assert_eq!(page.jobs.len(), self.books.jobs.len());
        for job in &page.jobs {
            let entry = &self.books.jobs[&job.id];
            assert!(entry.is_told_by(job), "{entry:?} in the books, and {job:?}");
        }
        let held = self.books.jobs.values().filter(|job| job.lease.is_some()).count();
        let attempts = "job_attempts a JOIN jobs j ON j.lease_id = a.lease_id AND j.id = a.job_id";
        assert_eq!(self.db.count(attempts).await, held as i64, "a lease has its attempt");
        assert_eq!(self.db.count("job_attempts WHERE finished_at IS NULL").await, held as i64, "and no other is open");
        self.check_interviews().await;
        let mut told: Vec<Told> = self.db.read().announced(1000).await.unwrap().iter().map(told).collect();
        let mut expected = self.books.told.clone();
        told.sort();
        expected.sort();
        assert_eq!(told, expected);
        let counts = self.db.read().queue_status(Duration::from_secs(7200)).await.unwrap();
        let expected = Counts {
            waiting_for_file: self.books.count(State::WaitingForFile),
            ready: self.books.count(State::Ready),
            retry_wait: self.books.count(State::RetryWait),
            processing: self.books.count(State::Processing),
            failed: self.books.count(State::Failed),
            cancelled: self.books.count(State::Cancelled),
            completed: self.books.count(State::Completed),
            ..counts
        };
        assert_eq!(counts, expected);
    }

    async fn check_interviews(&self) {
        assert_eq!(self.db.count("interviews").await, self.books.interviews.len() as i64);
        for (name, group) in &self.books.interviews {
            let kept = self.db.read().find_interview(name).await.unwrap().unwrap();
            let is_completed = matches!(kept.state, InterviewState::Completed | InterviewState::Failed);
            assert_eq!(
                (kept.sealed, is_completed, kept.generation, kept.total_jobs, kept.open_jobs, kept.failed_jobs),
                (group.is_sealed, group.is_completed, group.generation, group.total, group.open, group.failed),
                "{name}"
            );
            // And both say what the jobs say.
            let count = |is: fn(State) -> bool| self.books.of(name).filter(|(_, job)| is(job.state)).count() as u32;
            let failed = count(|state| matches!(state, State::Failed | State::Cancelled));
            assert_eq!(
                (kept.total_jobs, kept.open_jobs, kept.failed_jobs),
                (count(|_| true), count(|state| !state.is_final()), failed),
                "{name}"
            );
        }
    }
}

/// Whether it took effect.
pub(super) async fn act(db: &Database, claim: &Claim, how: How) -> bool {
    let write = db.write();
    let fail = async |failure: Failure| !write.fail(claim, &failure, None, &RETRY, 1.0).await.unwrap().is_lost();
    match how {
        How::Completed => !write.complete(claim, &report()).await.unwrap().is_lost(),
        How::Slow => fail(transient(Code::StorageUnavailable)).await,
        How::Malformed => fail(permanent()).await,
        How::Gone => fail(Failure::new(Code::StorageGone, Class::Permanent(Reason::Storage), "404")).await,
        How::Changed => fail(transient(Code::StorageChanged)).await,
        How::Drained => fail(Failure::of(&Stop::Draining)).await,
        How::Cancelled => fail(Failure::of(&Stop::Cancelled)).await,
        How::HandedBack => !write.hand_back(claim, &Failure::of(&Stop::Draining)).await.unwrap().is_lost(),
        How::HandedBackForAWhile => {
            let down = transient(Code::StorageUnavailable);
            !write.hand_back_for(claim, &down, Duration::from_secs(30)).await.unwrap().is_lost()
        }
        How::Journal => {
            let entries = vec![Line { kind: "log", detail: json!({}) }];
            write.append_events(vec![Journaled { claim, progress: Some(0.5), entries }]).await.unwrap().is_empty()
        }
    }
}

/// Done, or refused for a reason that a user can understand.
pub(super) fn allowed<T>(done: Result<T, Error>) -> bool {
    let refused =
        matches!(done, Err(Error::Refused(_) | Error::UnknownJob(_) | Error::UnknownInterview(_) | Error::NotEnded(_)));
    if !refused {
        done.map(drop).unwrap();
    }
    !refused
}

fn told(event: &rushes_store::Announced) -> Told {
    let text = |name: &str| event.payload[name].as_str().map(str::to_owned);
    let generation = event.payload["generation"].as_u64().and_then(|number| u32::try_from(number).ok());
    let subject = text("job").or_else(|| text("interview_id")).unwrap();
    (event.event_type.clone(), subject, generation)
}

pub(super) fn name(number: u8) -> String {
    format!("interview-{number}")
}
