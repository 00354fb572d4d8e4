//! Whose turn it is.

use rushes_store::{ClaimRequest, NewJob};

use crate::database::{Database, report, request};

/// Claims one job after the other, each ended before the next, and says to which interview it belonged.
async fn served(db: &Database, count: usize) -> Vec<String> {
    let mut order = Vec::new();
    for _ in 0..count {
        let claim = db.claim().await;
        order.push(claim.job().interview_id.clone().unwrap_or_default());
        db.write().complete(&claim, &report()).await.unwrap().applied().unwrap();
    }
    order
}

pub(crate) async fn interviews_take_turns(db: Database) {
    for _ in 0..6 {
        db.ready_in("a", None).await;
    }
    let running = db.claim().await;
    // While A's first runs, two others come.
    for _ in 0..2 {
        db.ready_in("b", None).await;
        db.ready_in("c", None).await;
    }
    db.write().complete(&running, &report()).await.unwrap().applied().unwrap();
    assert_eq!(served(&db, 9).await, ["a", "b", "c", "a", "b", "c", "a", "a", "a"]);
}

pub(crate) async fn an_interview_of_hundreds_does_not_keep_others_waiting(db: Database) {
    for _ in 0..200 {
        db.ready_in("large", None).await;
    }
    let mut others = Vec::new();
    for index in 0..10 {
        others.push(db.ready_in(&format!("small-{index}"), None).await);
    }
    let claims = db.write().claim(&ClaimRequest { slots: 9, ..request() }).await.unwrap();
    let large = claims.iter().filter(|claim| !others.contains(&claim.id())).count();
    assert_eq!((claims.len(), large), (9, 1));
}

pub(crate) async fn a_paused_pipeline_holds_up_nobodys_turn(db: Database) {
    db.ready_as(NewJob::new("bucket", "key", "asleep")).await;
    for _ in 0..5 {
        db.ready_in("a", None).await;
    }
    served(&db, 4).await;
    // B comes late, and doesn't go before what is left of A: the sleeper's turn is long over.
    for _ in 0..3 {
        db.ready_in("b", None).await;
    }
    assert_eq!(served(&db, 4).await, ["a", "b", "b", "b"]);
}
