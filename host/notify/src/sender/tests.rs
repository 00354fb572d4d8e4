use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use super::*;

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// A receiver that answers one request, and gives it back.
async fn receiver(answer: &'static str) -> (Webhook, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/hooks", listener.local_addr().unwrap());
    #[expect(clippy::disallowed_methods, reason = "a receiver of its own, awaited by the test")]
    let received = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut request = Vec::new();
        while !request.ends_with(b"}") {
            let mut piece = [0; 1_024];
            let length = stream.read(&mut piece).await.unwrap();
            request.extend_from_slice(&piece[..length]);
        }
        stream.write_all(answer.as_bytes()).await.unwrap();
        String::from_utf8(request).unwrap()
    });
    (webhook(url), received)
}

fn webhook(url: String) -> Webhook {
    Webhook { name: "app".into(), url, secrets: vec![SECRET.into()], events: Vec::new() }
}

fn sender(webhook: Webhook, allowed: &str) -> Sender {
    let allow_private = PrivateHosts::parse(allowed).unwrap();
    let clock = Clock::Fixed(Duration::from_secs(1_614_265_330));
    Sender::new(&[webhook], Sending { allow_private, clock, patience: Duration::from_secs(5) }).unwrap()
}

async fn answered(answer: &'static str) -> Tried {
    let (webhook, received) = receiver(answer).await;
    let tried = sender(webhook, "127.0.0.1").send("app", &message()).await.unwrap();
    received.await.unwrap();
    tried
}

fn message() -> Message {
    Message { id: "msg_p5jXN8AQM9LWM0D4loKWxJek".into(), body: r#"{"test": 2432232314}"#.into() }
}

fn refusal(tried: Tried) -> (Option<u16>, String, Option<Duration>) {
    match tried.answer {
        Answer::Refused { status, why, wait } => (status, why, wait),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_message_arrives_signed() {
    let (webhook, received) = receiver("HTTP/1.1 204 No Content\r\n\r\n").await;
    let tried = sender(webhook, "127.0.0.1").send("app", &message()).await.unwrap();
    assert_eq!((tried.answer, tried.text), (Answer::Taken { status: 204 }, None));
    let request = received.await.unwrap();
    for line in [
        "webhook-id: msg_p5jXN8AQM9LWM0D4loKWxJek\r\n",
        "webhook-timestamp: 1614265330\r\n",
        "webhook-signature: v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=\r\n",
    ] {
        assert!(request.contains(line), "{line} in {request}");
    }
}

#[tokio::test]
async fn an_endpoint_may_ask_to_be_left_alone_for_a_while_or_for_good() {
    let busy = answered("HTTP/1.1 429 Too Many\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(refusal(busy), (Some(429), "429 Too Many Requests".into(), Some(Duration::from_secs(120))));
    let dated = "HTTP/1.1 503 Busy\r\nretry-after: Thu, 25 Feb 2021 15:03:10 GMT\r\ncontent-length: 0\r\n\r\n";
    assert_eq!(refusal(answered(dated).await).2, Some(Duration::from_secs(60)));
    let broken = answered("HTTP/1.1 500 Broken\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(refusal(broken).2, None);
    let gone = answered("HTTP/1.1 410 Gone\r\ncontent-length: 3\r\n\r\nbye").await;
    assert_eq!((gone.answer, gone.text.as_deref()), (Answer::Gone, Some("bye")));
}

#[tokio::test]
async fn the_first_kilobyte_of_an_answer_is_kept_without_what_a_database_refuses() {
    let tried = answered("HTTP/1.1 400 Bad\r\ncontent-length: 5\r\n\r\na\0b\nc").await;
    assert_eq!(tried.text.as_deref(), Some("a\u{FFFD}b\nc"));
    let long: &'static str = format!("HTTP/1.1 200 OK\r\n\r\n{}", "x".repeat(5_000)).leak();
    assert_eq!(answered(long).await.text.unwrap().len(), KEPT);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let moved = answered("HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    let (status, why, _) = refusal(moved);
    assert_eq!(status, Some(307));
    assert!(why.ends_with("redirects aren't followed"), "{why}");
}

#[tokio::test]
async fn nobody_at_home_is_a_reason_to_try_again() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let sender = sender(webhook(format!("http://{gone}/secret-path")), "127.0.0.1");
    let (status, why, _) = refusal(sender.send("app", &message()).await.unwrap());
    assert_eq!(status, None);
    assert!(why.contains("refused") && !why.contains("secret-path"), "{why}");
    assert!(matches!(sender.send("other", &message()).await, Err(Error::Unknown(_))));
}

#[tokio::test]
async fn an_address_in_a_private_network_is_refused_by_number_and_by_name() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    for url in [format!("https://127.0.0.1:{port}/"), format!("https://localhost:{port}/")] {
        let (status, why, _) = refusal(sender(webhook(url), "").send("app", &message()).await.unwrap());
        assert_eq!(status, None);
        assert!(why.contains("a loopback address: WEBHOOK_ALLOW_PRIVATE doesn't name it"), "{why}");
    }
    let connected = tokio::time::timeout(Duration::from_millis(100), listener.accept()).await;
    assert!(connected.is_err(), "nobody connected");
    // By its name it is allowed, and then there is somebody, who speaks no TLS.
    let (webhook, received) = receiver("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n").await;
    let by_name = Webhook { url: webhook.url.replace("127.0.0.1", "localhost"), ..webhook };
    let tried = sender(by_name, "localhost").send("app", &message()).await.unwrap();
    assert_eq!(tried.answer, Answer::Taken { status: 200 });
    received.await.unwrap();
}

#[test]
fn an_endpoint_is_shown_without_what_may_be_secret() {
    let sender = sender(webhook("https://user:pass@hooks.example:8443/T0/secret?key=1".into()), "");
    let receiver = sender.receivers().remove(0);
    assert_eq!((receiver.shown.as_str(), receiver.url_digest.len()), ("https://hooks.example:8443", 64));
}

#[test]
fn an_endpoint_without_secret_or_address_is_refused() {
    let refused = |webhook| Sender::new(&[webhook], Sending::default()).err().unwrap();
    let bare = Webhook { secrets: Vec::new(), ..webhook("https://x.example/".into()) };
    assert!(matches!(refused(bare), Error::Secret { .. }));
    for url in ["https://", "ftp://x", "x"] {
        assert!(matches!(refused(webhook(url.into())), Error::Url { .. }), "{url}");
    }
}
