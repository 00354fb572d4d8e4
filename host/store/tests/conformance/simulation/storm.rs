//! The same steps by all hosts at once. Nobody can say what comes of it, but the rows must fit each other.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rushes_model::JobId;
use rushes_model::job::State;
use rushes_store::{Claim, ClaimRequest, Filter, NewInterview, NewJob, Retention};

use super::world::{act, allowed, name};
use super::{HOSTS, How, INTERVIEWS};
use crate::database::{Database, RESCUE, identity, request};

/// Of each host.
const STEPS: u32 = 120;

const HOW: [How; 8] = [
    How::Completed,
    How::Completed,
    How::Slow,
    How::Malformed,
    How::Gone,
    How::Cancelled,
    How::HandedBack,
    How::Journal,
];

/// What all hosts know.
#[derive(Default)]
struct Known {
    jobs: Vec<JobId>,
    claims: Vec<Claim>,
}

pub(crate) async fn hosts_that_all_work_at_once_leave_the_books_straight(db: Database) {
    let (db, known) = (Arc::new(db), Arc::new(Mutex::new(Known::default())));
    let mut tasks = tokio::task::JoinSet::new();
    for host in 0..HOSTS {
        let (db, known) = (Arc::clone(&db), Arc::clone(&known));
        tasks.spawn(async move { work(&db, &known, Dice(0x9e37_79b9_7f4a_7c15 ^ (host as u64))).await });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    check(&db).await;
}

async fn work(db: &Database, known: &Mutex<Known>, mut dice: Dice) {
    let write = db.write();
    for _ in 0..STEPS {
        let (job, claim) = {
            let known = known.lock().unwrap();
            (dice.one_of(&known.jobs).copied(), dice.one_of_the_last(&known.claims).cloned())
        };
        match (dice.roll(20), job, claim) {
            (0..=4, ..) => {
                let id = create(db, &mut dice).await;
                drop(write.mark_ready(id, &identity()).await.unwrap());
                known.lock().unwrap().jobs.push(id);
            }
            (5..=8, ..) => {
                let claims = write.claim(&ClaimRequest { slots: 2, ..request() }).await.unwrap();
                known.lock().unwrap().claims.extend(claims);
            }
            (9..=13, _, Some(claim)) => _ = act(db, &claim, HOW[dice.roll(8) as usize]).await,
            (14, Some(id), _) => _ = allowed(write.cancel(id).await),
            (15, Some(id), _) => _ = allowed(write.retry(id).await),
            (16, Some(id), _) => _ = allowed(write.delete_job(id).await),
            (17, Some(id), _) => {
                db.execute(&format!("UPDATE jobs SET lease_expires_at = 1 WHERE status = 1 AND {}", db.is(id))).await;
                write.rescue_expired(&RESCUE).await.unwrap();
            }
            (18, ..) if dice.roll(4) == 0 => {
                _ = allowed(write.delete_interview(&name(dice.interview())).await);
            }
            (18, ..) => _ = allowed(write.seal(&name(dice.interview())).await),
            (19, ..) if dice.roll(2) == 0 => {
                write.retry_all(&Filter { state: Some(State::Failed), ..Filter::default() }).await.unwrap();
            }
            (19, ..) => {
                write.seal_idle(Duration::ZERO).await.unwrap();
                write.prune(&Retention::default()).await.unwrap();
            }
            _ => {}
        }
    }
}

async fn create(db: &Database, dice: &mut Dice) -> JobId {
    let interview = NewInterview { id: name(dice.interview()), interview_type: None, expected_jobs: None };
    let new = NewJob { interview: Some(interview), ..NewJob::new("bucket", "key", "p") };
    db.write().create_job(new).await.unwrap().into_job().id
}

/// Each counts rows that mustn't be there.
async fn check(db: &Database) {
    let jobs_of = "(SELECT count(*) FROM jobs j WHERE j.interview_id = i.id";
    let wrong = [
        format!(
            "interviews i WHERE total_jobs <> {jobs_of}) OR open_jobs <> {jobs_of} AND j.finished_at IS NULL) \
             OR failed_jobs <> {jobs_of} AND j.status = 2)"
        ),
        "interviews WHERE sealed AND open_jobs = 0 AND completed_at IS NULL".into(),
        "interviews i WHERE completed_at IS NOT NULL AND 1 <> (SELECT count(*) FROM events e \
         WHERE e.subject = i.id AND e.generation = i.generation)"
            .into(),
        "jobs j WHERE status = 1 AND 1 <> (SELECT count(*) FROM job_attempts a \
         WHERE a.job_id = j.id AND a.finished_at IS NULL AND a.lease_id = j.lease_id)"
            .into(),
        "job_attempts a WHERE finished_at IS NULL AND NOT EXISTS \
         (SELECT 1 FROM jobs j WHERE j.id = a.job_id AND j.lease_id = a.lease_id)"
            .into(),
        "jobs j WHERE status = 2 AND 1 <> (SELECT count(*) FROM events e \
         WHERE e.subject = j.id AND e.generation = j.generation)"
            .into(),
        "jobs j WHERE status = 3 AND NOT EXISTS (SELECT 1 FROM reports r WHERE r.job_id = j.id)".into(),
    ];
    for one in wrong {
        assert_eq!(db.count(&one).await, 0, "{one}");
    }
    let counts = db.read().queue_status(Duration::from_secs(7200)).await.unwrap();
    assert_eq!(counts.total(), u64::try_from(db.count("jobs").await).unwrap());
    assert_eq!(counts.completed, u64::try_from(db.count("jobs WHERE status = 3").await).unwrap());
    assert_eq!(counts.failed_or_cancelled(), u64::try_from(db.count("jobs WHERE status = 2").await).unwrap());
}

/// xorshift64: the order in which hosts meet is chance enough.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    fn interview(&mut self) -> u8 {
        u8::try_from(self.roll(INTERVIEWS.into())).unwrap()
    }

    fn one_of<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        (!all.is_empty()).then(|| &all[self.roll(all.len() as u64) as usize])
    }

    /// Those may still be held.
    fn one_of_the_last<'a, T>(&mut self, all: &'a [T]) -> Option<&'a T> {
        self.one_of(&all[all.len().saturating_sub(12)..])
    }
}
