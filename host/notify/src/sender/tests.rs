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
    (Webhook { name: "app".into(), url, secret: SECRET.into(), events: Vec::new() }, received)
}

async fn answered(answer: &'static str) -> Answer {
    let (webhook, received) = receiver(answer).await;
    let sender = Sender::new(&[webhook], Clock::Fixed(Duration::from_secs(1_614_265_330))).unwrap();
    let answer = sender.send("app", &message()).await.unwrap();
    received.await.unwrap();
    answer
}

fn message() -> Message {
    Message { id: "msg_p5jXN8AQM9LWM0D4loKWxJek".into(), body: r#"{"test": 2432232314}"#.into() }
}

#[tokio::test]
async fn a_message_arrives_signed() {
    let (webhook, received) = receiver("HTTP/1.1 204 No Content\r\n\r\n").await;
    let sender = Sender::new(&[webhook], Clock::Fixed(Duration::from_secs(1_614_265_330))).unwrap();
    assert_eq!(sender.send("app", &message()).await.unwrap(), Answer::Taken { status: 204 });
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
    let wait = |answer| match answer {
        Answer::Refused { status, wait, .. } => (status, wait),
        other => panic!("{other:?}"),
    };
    let busy = answered("HTTP/1.1 429 Too Many\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(wait(busy), (Some(429), Some(Duration::from_secs(120))));
    let broken = answered("HTTP/1.1 500 Broken\r\nretry-after: 120\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(wait(broken), (Some(500), None));
    let forever = answered("HTTP/1.1 503 Busy\r\nretry-after: 99999999\r\ncontent-length: 0\r\n\r\n").await;
    assert_eq!(wait(forever), (Some(503), Some(LONGEST_WISH)));
    assert_eq!(answered("HTTP/1.1 410 Gone\r\ncontent-length: 0\r\n\r\n").await, Answer::Gone);
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let moved = answered("HTTP/1.1 307 Moved\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
    assert!(matches!(moved, Answer::Refused { status: Some(307), .. }), "{moved:?}");
}

#[tokio::test]
async fn nobody_at_home_is_a_reason_to_try_again() {
    let gone = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let url = format!("http://{gone}/secret-path");
    let webhook = Webhook { name: "app".into(), url, secret: SECRET.into(), events: Vec::new() };
    let sender = Sender::new(&[webhook], Clock::System).unwrap();
    match sender.send("app", &message()).await.unwrap() {
        Answer::Refused { status: None, why, .. } => assert!(!why.contains("secret-path"), "{why}"),
        other => panic!("{other:?}"),
    }
    assert!(matches!(sender.send("other", &message()).await, Err(Error::Unknown(_))));
}
