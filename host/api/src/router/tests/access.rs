//! Tokens, scopes, rates.

use rushes_model::Scope;
use rushes_store::NewToken;

use super::*;

fn asking(path: &str, token: &str) -> Request<Body> {
    Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}")).body(Body::empty()).unwrap()
}

impl Host {
    async fn token(&self, scopes: &[Scope]) -> String {
        let new = NewToken { name: "app".into(), scopes: scopes.to_vec(), expires_in: None };
        self.store.write().create_token(new).await.unwrap().1.reveal().to_owned()
    }
}

#[tokio::test]
async fn off_loopback_everything_but_health_needs_a_token() {
    let host = Host::start_with(Access::Tokens).await;
    let document: Value = serde_json::from_str(&crate::document().unwrap()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for method in item.as_object().unwrap().keys() {
            let address = path.replace("{id}", "x").replace("{name}", "x").replace("{code}", "media.truncated");
            let request = Request::builder().method(method.to_uppercase().as_str()).uri(address);
            let answer = host.send(request.body(Body::empty()).unwrap()).await;
            let is_open = path.starts_with("/health/") || path.starts_with("/errors/");
            assert_eq!(answer.status == StatusCode::UNAUTHORIZED, !is_open, "{method} {path}: {}", answer.text);
        }
    }
    for page in ["/", "/jobs/x", "/openapi.json", "/nowhere"] {
        let refused = host.get(page).await;
        assert_eq!((refused.status, &refused.json()["code"]), (StatusCode::UNAUTHORIZED, &json!("token.invalid")));
        assert_eq!(refused.header(header::WWW_AUTHENTICATE), "Bearer realm=\"rushes\"");
    }
}

#[tokio::test]
async fn a_token_opens_what_its_scopes_say() {
    let host = Host::start_with(Access::Tokens).await;
    let reader = host.token(&[Scope::JobsRead]).await;
    let read = host.send(asking("/api/v1/jobs", &reader)).await;
    assert_eq!(read.status, StatusCode::OK, "{}", read.text);
    let mut post = posting("/api/v1/jobs", &json!({ "bucket": "b", "key": "a.mp4", "pipeline": "talks" }));
    post.headers_mut().insert(header::AUTHORIZATION, format!("Bearer {reader}").parse().unwrap());
    let refused = host.send(post).await;
    assert_eq!((refused.status, &refused.json()["code"]), (StatusCode::FORBIDDEN, &json!("token.scope-missing")));
    assert!(refused.json()["detail"].as_str().unwrap().contains("`jobs:write`"), "{}", refused.text);
    let admin = host.token(&[Scope::Admin]).await;
    let report = format!("/api/v1/jobs/{}/report", JobId::new());
    assert_eq!(host.send(asking(&report, &admin)).await.status, StatusCode::NOT_FOUND);
    assert_eq!(host.send(asking(&report, &reader)).await.status, StatusCode::FORBIDDEN);
}

#[tokio::test]
async fn a_token_may_come_as_a_password() {
    use base64::Engine;

    let host = Host::start_with(Access::Tokens).await;
    let token = host.token(&[Scope::JobsRead]).await;
    let pair = base64::engine::general_purpose::STANDARD.encode(format!("sns:{token}"));
    let request = Request::get("/api/v1/jobs").header(header::AUTHORIZATION, format!("Basic {pair}"));
    assert_eq!(host.send(request.body(Body::empty()).unwrap()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn on_loopback_a_token_may_be_left_out_but_not_be_wrong() {
    let host = Host::start().await;
    assert_eq!(host.get("/api/v1/jobs").await.status, StatusCode::OK);
    let wrong = format!("rsh_{}_{}", "0".repeat(16), "0".repeat(64));
    for token in ["rsh_nonsense", &wrong] {
        assert_eq!(host.send(asking("/api/v1/jobs", token)).await.status, StatusCode::UNAUTHORIZED, "{token}");
    }
    let basic = Request::get("/api/v1/jobs").header(header::AUTHORIZATION, "Digest x").body(Body::empty()).unwrap();
    assert_eq!(host.send(basic).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_host_that_others_reach_may_have_any_name() {
    let asks = || Request::get("/health/live").header(header::HOST, "rushes.example").body(Body::empty()).unwrap();
    assert_eq!(Host::start().await.send(asks()).await.status, StatusCode::FORBIDDEN);
    assert_eq!(Host::start_with(Access::Tokens).await.send(asks()).await.status, StatusCode::OK);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let host = Host::start_with(Access::Tokens).await;
    let (busy, calm) = (host.token(&[Scope::JobsRead]).await, host.token(&[Scope::JobsRead]).await);
    let first = host.send(asking("/openapi.json", &busy)).await;
    assert!(first.headers["ratelimit"].to_str().unwrap().contains("r=99"), "{:?}", first.headers);
    let mut refused = None;
    for _ in 0..400 {
        let answer = host.send(asking("/nowhere", &busy)).await;
        if answer.status == StatusCode::TOO_MANY_REQUESTS {
            refused = Some(answer);
            break;
        }
    }
    let refused = refused.expect("400 requests at once are too many");
    assert_eq!((refused.header(header::RETRY_AFTER), &refused.json()["code"]), ("1", &json!("request.too-many")));
    assert_eq!(host.send(asking("/api/v1/jobs", &calm)).await.status, StatusCode::OK);
}

#[tokio::test]
async fn every_problem_names_its_request() {
    let host = Host::start().await;
    let request = Request::get("/nowhere").header("x-request-id", "mine-1").body(Body::empty()).unwrap();
    let problem = host.send(request).await;
    assert_eq!(problem.headers["x-request-id"], "mine-1");
    let told = problem.json();
    assert_eq!((&told["trace_id"], &told["instance"]), (&json!("mine-1"), &json!("/nowhere")));
    let wrong = host.send(Request::delete("/api/v1/queue/status").body(Body::empty()).unwrap()).await;
    assert_eq!((wrong.status, wrong.header(header::ALLOW)), (StatusCode::METHOD_NOT_ALLOWED, "GET,HEAD"));
    assert_eq!(wrong.json()["trace_id"], wrong.headers["x-request-id"].to_str().unwrap());
    let text = Request::post("/api/v1/jobs").header(header::CONTENT_TYPE, "text/plain").body(Body::from("{}")).unwrap();
    let unread = host.send(text).await;
    assert_eq!((unread.status, &unread.json()["status"]), (StatusCode::UNSUPPORTED_MEDIA_TYPE, &json!(415)));
}

#[test]
fn every_operation_says_what_it_needs() {
    let document: Value = serde_json::from_str(&crate::document().unwrap()).unwrap();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            let security = operation["security"].as_array().unwrap_or_else(|| panic!("{method} {path} says nothing"));
            let is_open = path.starts_with("/health/") || path.starts_with("/errors/");
            let scope = security[0]["bearer"][0].as_str().map(|scope| scope.parse::<Scope>().unwrap());
            assert_eq!(scope.is_none(), is_open, "{method} {path}");
            for (status, answer) in operation["responses"].as_object().unwrap() {
                let is_problem = status.as_str() >= "400" && !path.starts_with("/health/");
                let has_kind = answer["content"]["application/problem+json"].is_object();
                assert_eq!(has_kind, is_problem || status == "500", "{method} {path} {status}");
            }
        }
    }
}
