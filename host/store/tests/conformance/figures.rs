//! Figures of the day, and the audit log.

use std::time::Duration;

use rushes_store::AuditLine;

use crate::database::{Database, RETRY, permanent, report};

pub(crate) async fn the_day_is_counted_from_midnight_where_the_operator_is(db: Database) {
    let claims = [db.running().await, db.running().await, db.running().await];
    db.shift("started_at", Duration::from_secs(10)).await;
    db.write().complete(&claims[0], &report()).await.unwrap().applied().unwrap();
    db.write().complete(&claims[1], &report()).await.unwrap().applied().unwrap();
    db.write().fail(&claims[2], &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    let cancelled = db.waiting("key").await;
    db.write().cancel(cancelled).await.unwrap();
    let stats = db.read().stats(0).await.unwrap();
    assert_eq!((stats.completed_today, stats.failed_today, stats.cancelled_today), (2, 2, 1));
    assert_eq!((stats.processed_today(), stats.success_rate()), (4, Some(0.5)));
    let average = stats.average_processing.unwrap();
    assert!(average >= Duration::from_secs(10) && average < Duration::from_secs(70), "{average:?}");
    let now = db.read().now().await.unwrap();
    for offset_s in [0, 5 * 3600 + 1800, -11 * 3600] {
        let since = db.read().stats(offset_s).await.unwrap().since_ms;
        assert!(since <= now && now - since < 86_400_000 + 1000, "{offset_s}");
        assert_eq!((since + i64::from(offset_s) * 1000) % 86_400_000, 0, "{offset_s}");
    }
    // Two days later nothing of it is of today.
    db.execute("UPDATE jobs SET finished_at = finished_at - 172800000").await;
    let stats = db.read().stats(0).await.unwrap();
    assert_eq!((stats.processed_today(), stats.success_rate(), stats.average_processing), (0, None, None));
}

pub(crate) async fn the_audit_log_is_read_newest_first_page_by_page(db: Database) {
    for verb in ["one", "two", "three"] {
        let detail = Some(serde_json::json!({ "verb": verb }));
        let line = AuditLine { by: "token a".into(), verb: verb.into(), subject: "job".into(), detail };
        db.write().audit(&line).await.unwrap();
    }
    let first = db.read().audit(None, 2).await.unwrap();
    let verbs: Vec<_> = first.lines.iter().map(|one| one.line.verb.as_str()).collect();
    assert_eq!(verbs, ["three", "two"]);
    let rest = db.read().audit(first.next, 2).await.unwrap();
    assert_eq!((rest.lines[0].line.verb.as_str(), rest.next), ("one", None));
    assert_eq!(rest.lines[0].line.detail, Some(serde_json::json!({ "verb": "one" })));
}
