//! The machine of `model::job`, walked through the database: every state, every event.

use std::time::Duration;

use rushes_model::job::{End, Event, State, next};
use rushes_model::{Class, Code, Failure, JobId, Reason, Stop};
use rushes_store::{Claim, RetryPolicy};

use crate::database::{Database, RETRY, identity, permanent, report, request, transient};

pub(crate) async fn every_event_in_every_state_does_what_the_machine_says(db: Database) {
    for state in State::ALL {
        for event in Event::ALL {
            let claim = arrange(&db, state).await;
            let before = db.job(claim.id()).await;
            assert_eq!(before.state, state, "arranging {state}");
            let has_happened = act(&db, event, &claim).await;
            let after = db.job(claim.id()).await;
            match next(state, event) {
                Ok(to) => {
                    assert!(has_happened, "{state}, {event:?}: refused");
                    assert_eq!(after.state, to, "{state}, {event:?}");
                }
                Err(_) => {
                    assert!(!has_happened, "{state}, {event:?}: not refused");
                    assert_eq!(after, before, "{state}, {event:?}: refused, and yet something changed");
                }
            }
            db.execute("DELETE FROM jobs").await;
        }
    }
}

/// A job in a state, and the last claim of it: still held in `processing`, a zombie's in all others.
async fn arrange(db: &Database, state: State) -> Claim {
    let claim = db.running().await;
    let write = db.write();
    match state {
        State::WaitingForFile => {
            let gone = Failure::new(Code::StorageGone, Class::Permanent(Reason::Storage), "404");
            fail(db, &claim, &gone).await
        }
        State::Ready => !write.hand_back(&claim, &Failure::of(&Stop::Draining)).await.unwrap().is_lost(),
        State::RetryWait => fail(db, &claim, &transient(Code::StorageUnavailable)).await,
        State::Processing => true,
        State::Completed => !write.complete(&claim, &report()).await.unwrap().is_lost(),
        State::Failed => fail(db, &claim, &permanent()).await,
        State::Cancelled => fail(db, &claim, &Failure::of(&Stop::Cancelled)).await,
    };
    claim
}

/// Whether the event took effect.
async fn act(db: &Database, event: Event, claim: &Claim) -> bool {
    let write = db.write();
    let id: JobId = claim.id();
    match event {
        Event::FileFound => !write.mark_ready(id, &identity()).await.unwrap().is_lost(),
        Event::FileRefused => !write.refuse_file(id, &permanent()).await.unwrap().is_lost(),
        Event::DelayOver => {
            let waits = db.job(id).await.state == State::RetryWait;
            if waits {
                db.shift("run_at", Duration::from_secs(3600)).await;
            }
            waits
        }
        Event::Claimed => !write.claim(&request()).await.unwrap().is_empty(),
        Event::Ended(End::Completed) => !write.complete(claim, &report()).await.unwrap().is_lost(),
        Event::Ended(End::RetryLater) => fail(db, claim, &transient(Code::StorageUnavailable)).await,
        Event::Ended(End::Failed) => fail(db, claim, &permanent()).await,
        Event::Ended(End::FileGone) => {
            fail(db, claim, &Failure::new(Code::StorageMissing, Class::Transient, "404")).await
        }
        Event::Ended(End::HandedBack) => {
            !write.hand_back(claim, &Failure::of(&Stop::Draining)).await.unwrap().is_lost()
        }
        Event::Ended(End::Cancelled) => fail(db, claim, &Failure::of(&Stop::Cancelled)).await,
        Event::Cancel => write.cancel(id).await.is_ok(),
        Event::Retry => write.retry(id).await.is_ok(),
    }
}

async fn fail(db: &Database, claim: &Claim, failure: &Failure) -> bool {
    let policy = RetryPolicy { first_delay: Duration::from_secs(600), ..RETRY };
    !db.write().fail(claim, failure, None, &policy, 1.0).await.unwrap().is_lost()
}
