//! Journals.

use rushes_model::{Class, Code, Reason};
use rushes_store::{Claim, Entry, Journaled};
use serde_json::json;

use crate::database::{Database, RETRY};

pub(crate) async fn lines_come_in_order_after_the_last_seen(db: Database) {
    let (one, other) = (db.running().await, db.running().await);
    db.write().append_events(vec![say(&one, &[1, 2]), say(&other, &[7]), say(&one, &[3])]).await.unwrap();
    let lines = db.read().events_after(one.id(), 0, 2).await.unwrap();
    assert_eq!(lines.iter().map(|line| &line.detail["n"]).collect::<Vec<_>>(), [1, 2]);
    let rest = db.read().events_after(one.id(), lines[1].seq, 9).await.unwrap();
    assert_eq!(rest.iter().map(|line| &line.detail["n"]).collect::<Vec<_>>(), [3]);
    assert_eq!((rest[0].kind.as_str(), rest[0].at_ms > 0), ("log", true));
}

pub(crate) async fn a_nul_is_kept_by_no_database_and_breaks_none(db: Database) {
    let claim = db.running().await;
    let entries = vec![Entry { kind: "log", detail: json!({ "message": "a\0b", "a\0key": ["\0"] }) }];
    let lost = db.write().append_events(vec![Journaled { claim: &claim, progress: None, entries }]).await.unwrap();
    assert!(lost.is_empty());
    let line = db.read().events_after(claim.id(), 0, 10).await.unwrap().pop().unwrap();
    assert_eq!(line.detail, json!({ "message": "a\u{fffd}b", "a\u{fffd}key": ["\u{fffd}"] }));
    let failure = rushes_model::Failure::new(Code::AnalyzerFailed, Class::Permanent(Reason::Analyzer), "said \0");
    let ended = db.write().fail(&claim, &failure, None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    assert_eq!(ended.failure.unwrap().chain, ["said \u{fffd}"]);
}

pub(crate) async fn progress_is_kept_with_the_job(db: Database) {
    let claim = db.running().await;
    let said = Journaled { claim: &claim, progress: Some(0.4567), entries: Vec::new() };
    assert!(db.write().append_events(vec![said]).await.unwrap().is_empty());
    assert!((db.job(claim.id()).await.progress - 0.456).abs() < 1e-9);
}

fn say<'a>(claim: &'a Claim, numbers: &[u32]) -> Journaled<'a> {
    let entries = numbers.iter().map(|n| Entry { kind: "log", detail: json!({ "n": n }) }).collect();
    Journaled { claim, progress: None, entries }
}
