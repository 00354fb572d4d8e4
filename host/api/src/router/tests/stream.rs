//! Server-sent events.

use rushes_store::{Entry, Journaled};

use super::*;

/// `(event, id)` of each event of a stream that has ended.
fn heard(text: &str) -> Vec<(String, i64)> {
    let field = |block: &str, name: &str| {
        let line = block.lines().find_map(|line| line.strip_prefix(name));
        line.map(|value| value.trim_start_matches(':').trim().to_owned())
    };
    let blocks = text.split("\n\n").filter(|block| block.contains("data:"));
    blocks.map(|block| (field(block, "event").unwrap(), field(block, "id").unwrap().parse().unwrap())).collect()
}

impl Host {
    async fn say(&self, claim: &Claim, kinds: &[&'static str]) {
        let entries = kinds.iter().map(|kind| Entry { kind, detail: json!({ "message": "a\nb" }) }).collect();
        let said = vec![Journaled { claim, progress: Some(0.5), entries }];
        assert!(self.store.write().append_events(said).await.unwrap().is_empty());
    }

    async fn follow(&self, job: &str, last: Option<i64>) -> Answer {
        let mut request = Request::get(format!("/api/v1/jobs/{job}/events"));
        if let Some(last) = last {
            request = request.header("last-event-id", last);
        }
        self.send(request.body(Body::empty()).unwrap()).await
    }
}

#[tokio::test]
async fn a_stream_tells_what_happens_and_ends_with_the_job() {
    let host = Host::start().await;
    let job = host.submit().await;
    let claim = host.claim(&job).await;
    host.say(&claim, &["log", "progress"]).await;
    let (stream, ()) = tokio::join!(host.follow(&job, None), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
        host.say(&claim, &["log"]).await;
        let done = host.store.write().complete(&claim, &report(&job)).await.unwrap();
        assert!(!done.is_lost());
    });
    assert_eq!(stream.header(header::CONTENT_TYPE), "text/event-stream");
    let kinds: Vec<String> = heard(&stream.text).into_iter().map(|(kind, _)| kind).collect();
    assert_eq!(kinds, ["log", "progress", "state", "log", "state", "result"], "{}", stream.text);
    assert!(stream.text.contains(&format!("/api/v1/jobs/{job}/report")));
}

#[tokio::test]
async fn a_reader_that_comes_back_goes_on_after_the_last_it_saw() {
    let host = Host::start().await;
    let job = host.submit().await;
    let claim = host.claim(&job).await;
    host.say(&claim, &["log", "log", "log"]).await;
    assert!(!host.store.write().complete(&claim, &report(&job)).await.unwrap().is_lost());
    let all = heard(&host.follow(&job, None).await.text);
    let second = all[1].1;
    let rest = heard(&host.follow(&job, Some(second)).await.text);
    let logs = |events: &[(String, i64)]| {
        events.iter().filter(|(kind, _)| kind == "log").map(|(_, id)| *id).collect::<Vec<_>>()
    };
    assert_eq!(logs(&rest), logs(&all)[2..]);
    assert_eq!(rest.last().unwrap().0, "result");
    let wrong = Request::get(format!("/api/v1/jobs/{job}/events")).header("last-event-id", "x").body(Body::empty());
    assert_eq!(host.send(wrong.unwrap()).await.status, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn there_are_so_many_streams_and_no_more() {
    let host = Host::start().await;
    let job = host.submit().await;
    let path = format!("/api/v1/jobs/{job}/events");
    let mut open = Vec::new();
    for _ in 0..200 {
        let request = Request::get(&path).body(Body::empty()).unwrap();
        let answer = host.router.clone().oneshot(request).await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        open.push(answer);
    }
    let refused = host.get(&path).await;
    assert_eq!((refused.status, refused.header(header::RETRY_AFTER)), (StatusCode::SERVICE_UNAVAILABLE, "5"));
    drop(open);
    let request = Request::get(&path).body(Body::empty()).unwrap();
    assert_eq!(host.router.clone().oneshot(request).await.unwrap().status(), StatusCode::OK);
}
