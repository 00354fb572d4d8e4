//! Interviews.

use super::*;

fn wanted(id: &str, keys: &[&str], sealed: bool) -> Value {
    let jobs: Vec<Value> = keys.iter().map(|key| json!({ "bucket": "b", "key": key, "pipeline": "talks" })).collect();
    json!({ "id": id, "interview_type": "video", "jobs": jobs, "sealed": sealed })
}

#[tokio::test]
async fn an_interview_begins_with_its_jobs_and_tells_them() {
    let host = Host::start().await;
    let created = host.post("/api/v1/interviews", &wanted("a/b ü", &["1", "2"], true)).await;
    assert_eq!(created.status, StatusCode::CREATED, "{}", created.text);
    assert_eq!(created.header(header::LOCATION), "/api/v1/interviews/a%2Fb%20%C3%BC");
    let read = host.get(created.header(header::LOCATION)).await.json();
    assert_eq!((&read["state"], &read["total_jobs"], &read["sealed"]), (&json!("processing"), &json!(2), &json!(true)));
    assert_eq!(read["jobs"].as_array().unwrap().len(), 2);
    assert_eq!(
        (&read["jobs"][0]["interview_id"], &read["jobs"][0]["interview_type"]),
        (&json!("a/b ü"), &json!("video"))
    );
    let again = host.post("/api/v1/interviews", &wanted("a/b ü", &[], false)).await;
    assert_eq!((again.status, &again.json()["code"]), (StatusCode::CONFLICT, &json!("interview.exists")));
    assert_eq!(host.get("/api/v1/interviews?limit=1").await.json()["interviews"][0]["id"], "a/b ü");
    assert_eq!(host.get("/api/v1/interviews/nobody").await.json()["code"], "interview.not-found");
}

#[tokio::test]
async fn an_interview_that_is_begun_again_is_the_same() {
    let host = Host::start().await;
    let send = |body: Value| {
        let mut request = posting("/api/v1/interviews", &body);
        request.headers_mut().insert("idempotency-key", "once".parse().unwrap());
        host.send(request)
    };
    let (first, again) = (send(wanted("1", &["a"], false)).await, send(wanted("1", &["a"], false)).await);
    assert_eq!((again.status, again.headers["idempotency-replayed"].to_str().unwrap()), (StatusCode::CREATED, "true"));
    assert_eq!(first.json()["jobs"][0]["id"], again.json()["jobs"][0]["id"]);
    assert_eq!(send(wanted("2", &["a"], false)).await.json()["code"], "request.key-reused");
}

#[tokio::test]
async fn reports_of_an_interview_come_in_one_answer() {
    let host = Host::start().await;
    let created = host.post("/api/v1/interviews", &wanted("42", &["a.mp4"], false)).await.json();
    let job = created["jobs"][0]["id"].as_str().unwrap().to_owned();
    host.complete(&job).await;
    let reports = host.get("/api/v1/interviews/42/reports").await.json();
    assert_eq!((&reports["reports"][0]["job"], &reports["next"]), (&json!(job), &Value::Null));
    assert_eq!(reports["reports"][0]["report"]["pipeline"], "talks");
    let sealed = host.post("/api/v1/interviews/42/seal", &json!({})).await.json();
    assert_eq!((&sealed["state"], &sealed["reports"]), (&json!("completed"), &json!("/api/v1/interviews/42/reports")));
    assert_eq!(host.get("/api/v1/interviews/43/reports").await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn an_interview_is_cancelled_retried_and_deleted_as_a_whole() {
    let host = Host::start().await;
    host.post("/api/v1/interviews", &wanted("42", &["1", "2"], true)).await;
    let cancelled = host.post("/api/v1/interviews/42/cancel", &json!({})).await.json();
    assert_eq!((&cancelled["state"], &cancelled["failed_jobs"]), (&json!("failed"), &json!(2)));
    let retried = host.post("/api/v1/interviews/42/retry", &json!({})).await.json();
    assert_eq!((&retried["state"], &retried["generation"]), (&json!("processing"), &json!(1)));
    let delete = Request::delete("/api/v1/interviews/42?recordings=true").body(Body::empty()).unwrap();
    let receipt = host.send(delete).await.json();
    assert_eq!((&receipt["jobs"], &receipt["recordings_kept"]), (&json!(2), &json!([])));
    assert_eq!(receipt["recordings_deleted"].as_array().unwrap().len(), 2);
    assert_eq!(host.get("/api/v1/interviews/42").await.status, StatusCode::NOT_FOUND);
    assert!(!host.get("/api/v1/audit").await.text.contains("\"42\""));
}
