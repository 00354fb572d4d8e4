//! Events of storage, and uploads.

use super::*;

fn event(form: &str) -> String {
    std::fs::read_to_string(format!("{}/src/routes/s3/events/{form}.json", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

impl Host {
    async fn told(&self, form: &str) -> Answer {
        let request = Request::post("/api/v1/events/s3").header(header::CONTENT_TYPE, "text/plain; charset=UTF-8");
        self.send(request.body(Body::from(event(form))).unwrap()).await
    }
}

#[tokio::test]
async fn an_object_that_arrived_makes_one_job_whoever_tells_of_it() {
    let host = Host::start().await;
    let first = host.told("aws").await;
    assert_eq!(first.status, StatusCode::OK, "{}", first.text);
    let id = first.json()["created"][0].as_str().unwrap().to_owned();
    let job = host.get(&format!("/api/v1/jobs/{id}")).await.json();
    assert_eq!((&job["key"], &job["interview_id"]), (&json!("video/42/first take ü.mp4"), &json!("42")));
    assert_eq!((&job["pipeline"], &job["interview_type"]), (&json!("talks"), &json!("video")));
    for form in ["aws", "eventbridge", "sns", "minio"] {
        let again = host.told(form).await.json();
        assert_eq!((&again["created"], &again["objects"]), (&json!([]), &json!(1)), "{form}");
    }
}

#[tokio::test]
async fn a_job_that_waits_for_the_object_needs_no_other() {
    let host = Host::start().await;
    let body = json!({ "bucket": "interviews", "key": "video/42/first take ü.mp4", "pipeline": "talks" });
    host.post("/api/v1/jobs", &body).await;
    let told = host.told("minio").await.json();
    assert_eq!((&told["woken"], &told["created"]), (&json!(1), &json!([])));
}

#[tokio::test]
async fn what_is_no_arrival_is_accepted() {
    let host = Host::start().await;
    for form in ["aws-test", "aws-removed"] {
        let told = host.told(form).await;
        assert_eq!((told.status, &told.json()["ignored"]), (StatusCode::OK, &json!(1)), "{form}");
    }
    let confirm = host.told("sns-confirm").await;
    assert!(confirm.json()["help"].as_str().unwrap().contains("SubscribeURL"), "{}", confirm.text);
    assert_eq!(host.post("/api/v1/events/s3", &json!({ "any": 1 })).await.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn uploads_are_signed_for_buckets_of_the_routes_alone() {
    let host = Host::start().await;
    let small = json!({ "bucket": "interviews", "key": "video/42/a.mp4" });
    assert_eq!(host.post("/api/v1/interviews/42/uploads", &small).await.json()["code"], "interview.not-found");
    host.post("/api/v1/interviews", &json!({ "id": "42" })).await;
    let signed = host.post("/api/v1/interviews/42/uploads", &small).await;
    assert_eq!((signed.status, &signed.json()["put"]["url"]), (StatusCode::CREATED, &json!("http://s3/0")));
    let large = host
        .post("/api/v1/interviews/42/uploads", &json!({ "bucket": "interviews", "key": "a", "size": 100 << 20 }))
        .await
        .json();
    assert_eq!((&large["upload_id"], &large["part_size"]), (&json!("u1"), &json!(16 << 20)));
    assert_eq!(large["parts"].as_array().unwrap().len(), 7);
    assert_eq!(large["parts"][6]["part_number"], 7);
    let foreign = host.post("/api/v1/interviews/42/uploads", &json!({ "bucket": "payroll", "key": "a" })).await;
    assert_eq!(
        (foreign.status, &foreign.json()["code"]),
        (StatusCode::UNPROCESSABLE_ENTITY, &json!("storage.access-denied"))
    );
}

#[tokio::test]
async fn the_largest_object_has_parts_that_are_taken() {
    let host = Host::start().await;
    host.post("/api/v1/interviews", &json!({ "id": "42" })).await;
    let body = json!({ "bucket": "interviews", "key": "a", "size": 5_u64 << 40 });
    let largest = host.post("/api/v1/interviews/42/uploads", &body).await.json();
    let (part, count) = (largest["part_size"].as_u64().unwrap(), largest["parts"].as_array().unwrap().len() as u64);
    assert!(count <= 1_100 && part * count >= 5 << 40 && part <= 5 << 30, "{part} {count}");
    let beyond = json!({ "bucket": "interviews", "key": "a", "size": (5_u64 << 40) + 1 });
    assert_eq!(host.post("/api/v1/interviews/42/uploads", &beyond).await.json()["errors"][0]["pointer"], "/size");
}

#[tokio::test]
async fn after_an_upload_the_waiting_job_looks_at_once() {
    let host = Host::start().await;
    let jobs = json!([{ "bucket": "interviews", "key": "video/42/a.mp4" }]);
    host.post("/api/v1/interviews", &json!({ "id": "42", "jobs": jobs })).await;
    let mut done = json!({ "bucket": "interviews", "key": "video/42/a.mp4" });
    let complete = "/api/v1/interviews/42/uploads/complete";
    assert_eq!(host.post(complete, &done).await.json()["woken"], 1);
    done["upload_id"] = json!("u1");
    done["parts"] = json!([{ "part_number": 1, "etag": "\"e\"" }]);
    assert_eq!(host.post(complete, &done).await.json()["woken"], 1);
    assert_eq!(host.post("/api/v1/interviews/42/uploads/abort", &done).await.status, StatusCode::NO_CONTENT);
    done["upload_id"] = json!("u2");
    let unknown = host.post(complete, &done).await;
    assert_eq!((unknown.status, &unknown.json()["code"]), (StatusCode::NOT_FOUND, &json!("storage.not-found")));
}
