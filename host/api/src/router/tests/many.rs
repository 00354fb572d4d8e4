//! Batches, filters, deletions, figures.

use super::*;

#[tokio::test]
async fn a_batch_is_created_whole_or_not_at_all() {
    let host = Host::start().await;
    let job = |key: &str| json!({ "bucket": "b", "key": key, "pipeline": "talks" });
    let created = host.post("/api/v1/jobs/batch", &json!({ "jobs": [job("1"), job("2")] })).await;
    assert_eq!(created.status, StatusCode::ACCEPTED, "{}", created.text);
    assert_eq!((&created.json()["jobs"][0]["key"], &created.json()["jobs"][1]["key"]), (&json!("1"), &json!("2")));
    let wrong = json!({ "jobs": [job("3"), { "bucket": "b", "key": "4", "pipeline": "walks" }] });
    let refused = host.post("/api/v1/jobs/batch", &wrong).await;
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("pipeline.unknown"))
    );
    assert_eq!(refused.json()["errors"][0]["pointer"], "/jobs/1/pipeline");
    let priority =
        host.post("/api/v1/jobs/batch", &json!({ "jobs": [{ "bucket": "b", "key": "5", "priority": "high" }] })).await;
    assert_eq!(priority.json()["errors"][0]["pointer"], "/jobs/0/priority");
    assert_eq!(host.post("/api/v1/jobs/batch", &json!({ "jobs": [] })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(host.get("/api/v1/jobs").await.json()["jobs"].as_array().unwrap().len(), 2);
}

#[tokio::test]
async fn a_batch_that_comes_again_creates_nothing() {
    let host = Host::start().await;
    let send = |count: usize| {
        let jobs: Vec<Value> =
            (0..count).map(|key| json!({ "bucket": "b", "key": key.to_string(), "pipeline": "talks" })).collect();
        let mut request = posting("/api/v1/jobs/batch", &json!({ "jobs": jobs }));
        request.headers_mut().insert("idempotency-key", "once".parse().unwrap());
        host.send(request)
    };
    let (first, again, other) = (send(2).await, send(2).await, send(3).await);
    assert!(!first.headers.contains_key("idempotency-replayed"));
    assert_eq!(again.headers["idempotency-replayed"], "true");
    assert_eq!(first.json()["jobs"][1]["id"], again.json()["jobs"][1]["id"]);
    assert_eq!((other.status, &other.json()["code"]), (StatusCode::UNPROCESSABLE_ENTITY, &json!("request.key-reused")));
}

#[tokio::test]
async fn jobs_are_cancelled_and_retried_by_a_filter() {
    let host = Host::start().await;
    host.submit().await;
    host.submit().await;
    let all = json!({ "filter": { "pipeline": "talks", "state": "waiting_for_file" } });
    let cancelled = host.post("/api/v1/jobs/cancel", &all).await;
    assert_eq!((cancelled.status, &cancelled.json()["changed"]), (StatusCode::ACCEPTED, &json!(2)));
    assert_eq!(host.get("/api/v1/jobs?state=cancelled&status=2").await.json()["jobs"].as_array().unwrap().len(), 2);
    assert_eq!(host.get("/api/v1/jobs?created_before=2020-01-01T00:00:00Z").await.json()["jobs"], json!([]));
    assert_eq!(host.get("/api/v1/jobs?stuck=true").await.json()["jobs"], json!([]));
    let retried = host.post("/api/v1/jobs/retry", &json!({ "filter": { "status": "2" } })).await;
    assert_eq!(retried.json()["changed"], 2);
    let forgotten = host.post("/api/v1/jobs/retry", &json!({})).await;
    assert_eq!(forgotten.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(host.get("/api/v1/jobs?created_after=yesterday").await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn a_job_that_stands_as_it_stood_is_not_sent_again() {
    let host = Host::start().await;
    let job = host.submit().await;
    let first = host.get(&format!("/api/v1/jobs/{job}")).await;
    let ask = || {
        let request =
            Request::get(format!("/api/v1/jobs/{job}")).header(header::IF_NONE_MATCH, first.header(header::ETAG));
        host.send(request.body(Body::empty()).unwrap())
    };
    let same = ask().await;
    assert_eq!((same.status, same.text.as_str()), (StatusCode::NOT_MODIFIED, ""));
    host.post(&format!("/api/v1/jobs/{job}/cancel"), &json!({})).await;
    assert_eq!(ask().await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_job_that_ended_is_deleted_with_a_receipt_and_a_line_in_the_audit_log() {
    let host = Host::start().await;
    let job = host.submit().await;
    let delete = || host.send(Request::delete(format!("/api/v1/jobs/{job}")).body(Body::empty()).unwrap());
    let early = delete().await;
    assert_eq!((early.status, &early.json()["code"]), (StatusCode::CONFLICT, &json!("job.wrong-state")));
    host.complete(&job).await;
    host.get(&format!("/api/v1/jobs/{job}/report")).await;
    let receipt = delete().await.json();
    assert_eq!((&receipt["jobs"], &receipt["reports"], &receipt["attempts"]), (&json!(1), &json!(1), &json!(1)));
    assert_eq!(host.get(&format!("/api/v1/jobs/{job}")).await.status, StatusCode::NOT_FOUND);
    let lines = host.get("/api/v1/audit").await.json();
    let verbs: Vec<&str> =
        lines["lines"].as_array().unwrap().iter().map(|line| line["verb"].as_str().unwrap()).collect();
    assert_eq!(verbs, ["job.delete", "report.read", "job.create"]);
    assert_eq!((&lines["lines"][0]["by"], &lines["lines"][0]["subject"]), (&json!("local"), &json!(job)));
}

#[tokio::test]
async fn attempts_say_how_they_ended() {
    let host = Host::start().await;
    let job = host.submit().await;
    host.complete(&job).await;
    let attempts = host.get(&format!("/api/v1/jobs/{job}/attempts")).await.json();
    assert_eq!(
        (&attempts["attempts"][0]["attempt"], &attempts["attempts"][0]["outcome"]),
        (&json!(1), &json!("completed"))
    );
    assert_eq!(host.get(&format!("/api/v1/jobs/{job}/log")).await.json(), json!({ "lines": [], "next": null }));
    for what in ["attempts", "log", "events"] {
        assert_eq!(host.get(&format!("/api/v1/jobs/{}/{what}", JobId::new())).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn the_day_is_told_in_words_and_in_numbers() {
    let host = Host::start().await;
    let empty = host.get("/api/v1/queue/stats").await.json();
    assert_eq!((&empty["jobs_processed_today"], &empty["success_rate"]), (&json!(0), &Value::Null));
    let job = host.submit().await;
    host.complete(&job).await;
    let stats = host.get("/api/v1/queue/stats").await.json();
    assert_eq!((&stats["jobs_processed_today"], &stats["success_rate"]), (&json!(1), &json!(1.0)));
    assert_eq!(stats["average_processing_time"], "0.0 minutes");
    assert_eq!((&stats["memory_usage"], &stats["active_concurrent_jobs"]), (&json!("1%"), &json!(0)));
    assert!(stats["average_processing_seconds"].is_number() && stats["memory_used_share"].is_number());
}

#[tokio::test]
async fn what_is_loaded_is_told_and_can_be_paused() {
    let host = Host::start().await;
    assert_eq!(host.get("/api/v1/analyzers").await.json()["analyzers"][0]["digest"], "sha256:00");
    let paused = host.post("/api/v1/pipelines/talks/pause", &json!({})).await.json();
    assert_eq!((&paused["paused"], &paused["changed"]), (&json!(true), &json!(true)));
    assert_eq!(host.get("/api/v1/pipelines").await.json()["pipelines"][0]["paused"], true);
    assert_eq!(host.post("/api/v1/pipelines/talks/resume", &json!({})).await.json()["paused"], false);
    let unknown = host.post("/api/v1/pipelines/walks/pause", &json!({})).await;
    assert_eq!((unknown.status, &unknown.json()["code"]), (StatusCode::NOT_FOUND, &json!("pipeline.unknown")));
    let job = host.submit().await;
    host.claim(&job).await;
    let id = host.get("/api/v1/hosts").await.json()["hosts"][0]["id"].as_str().unwrap().to_owned();
    assert_eq!(host.post(&format!("/api/v1/hosts/{id}/pause"), &json!({})).await.status, StatusCode::ACCEPTED);
    assert_eq!(host.get("/api/v1/hosts").await.json()["hosts"][0]["wish"], "pause");
    assert_eq!(host.post("/api/v1/hosts/nobody/drain", &json!({})).await.json()["code"], "host.not-found");
}

#[tokio::test]
async fn a_zero_byte_is_refused_everywhere() {
    let host = Host::start().await;
    let body =
        |metadata: &str| json!({ "bucket": "b", "key": "a", "pipeline": "talks", "metadata": { "x": metadata } });
    assert_eq!(host.post("/api/v1/jobs", &body("a\0b")).await.json()["errors"][0]["pointer"], "/metadata");
    for path in ["/api/v1/jobs?pipeline=a%00", "/api/v1/interviews/a%00b", "/api/v1/jobs/a%00"] {
        assert!(host.get(path).await.status.is_client_error(), "{path}");
    }
}
