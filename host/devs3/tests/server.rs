//! What the server promises, asked over a plain socket: no client's library stands between.

#![expect(clippy::unwrap_used, reason = "these are tests; clippy exempts only the test functions themselves")]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use rushes_devs3::{Action, Config, Credentials, Op, Running, Server, When};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

struct World {
    server: Running,
    folder: TempDir,
}

struct Answer {
    status: u16,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

impl Answer {
    fn etag(&self) -> String {
        self.headers["etag"].clone()
    }

    fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }
}

impl World {
    async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("bucket")).unwrap();
        let server = Server::start(Config::new(folder.path())).await.unwrap();
        Self { server, folder }
    }

    async fn ask(&self, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
        ask(&self.server, line, headers, body).await
    }

    async fn get(&self, key: &str, headers: &[(&str, &str)]) -> Answer {
        self.ask(&format!("GET /bucket/{key}"), headers, b"").await
    }

    async fn put(&self, key: &str, body: &[u8]) -> Answer {
        self.ask(&format!("PUT /bucket/{key}"), &[], body).await
    }
}

async fn ask(server: &Running, line: &str, headers: &[(&str, &str)], body: &[u8]) -> Answer {
    let mut socket = TcpStream::connect(server.address()).await.unwrap();
    let mut head = format!("{line} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", server.address());
    head += &format!("content-length: {}\r\n", body.len());
    for (name, value) in headers {
        head += &format!("{name}: {value}\r\n");
    }
    socket.write_all(format!("{head}\r\n").as_bytes()).await.unwrap();
    socket.write_all(body).await.unwrap();
    let mut bytes = Vec::new();
    socket.read_to_end(&mut bytes).await.unwrap();
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    let text = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = text.lines();
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let headers = lines.filter_map(|line| line.split_once(": ")).map(|(n, v)| (n.to_lowercase(), v.to_owned()));
    Answer { status, headers: headers.collect(), body: bytes[end + 4..].to_vec() }
}

/// Text between two tags of an XML answer, each time.
fn all<'a>(xml: &'a str, tag: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{tag}>"), format!("</{tag}>"));
    xml.split(&open).skip(1).map(|rest| rest.split(&close).next().unwrap()).collect()
}

#[tokio::test]
async fn an_object_comes_back_with_its_md5_as_tag() {
    let world = World::new().await;
    assert_eq!(world.put("a/b c.txt".replace(' ', "%20").as_str(), b"hello world").await.status, 200);
    let found = world.get("a/b%20c.txt", &[]).await;
    assert_eq!((found.status, found.body.as_slice()), (200, b"hello world".as_slice()));
    assert_eq!(found.etag(), "\"5eb63bbbe01eeed093cb22bb8f5acdc3\"");
    assert_eq!(std::fs::read(world.folder.path().join("bucket/a/b c.txt")).unwrap(), b"hello world");
}

#[tokio::test]
async fn ranges_are_exact_and_those_beyond_the_end_are_refused() {
    let world = World::new().await;
    world.put("k", b"0123456789").await;
    for (range, body, content) in [
        ("bytes=2-4", "234", "bytes 2-4/10"),
        ("bytes=7-", "789", "bytes 7-9/10"),
        ("bytes=8-99", "89", "bytes 8-9/10"),
        ("bytes=-3", "789", "bytes 7-9/10"),
    ] {
        let found = world.get("k", &[("range", range)]).await;
        assert_eq!((found.status, found.text().as_str()), (206, body), "{range}");
        assert_eq!(found.headers["content-range"], content);
        assert_eq!(found.headers["content-length"], body.len().to_string());
    }
    assert_eq!(world.get("k", &[("range", "bytes=10-12")]).await.status, 416);
    world.put("empty", b"").await;
    assert_eq!(world.get("empty", &[("range", "bytes=0-9")]).await.status, 416);
    assert_eq!(world.get("empty", &[]).await.status, 200);
}

#[tokio::test]
async fn preconditions_hold_for_ranges_as_for_the_whole() {
    let world = World::new().await;
    let etag = world.put("k", b"0123456789").await.etag();
    for range in [None, Some(("range", "bytes=0-1"))] {
        let with = |name, value| range.into_iter().chain([(name, value)]).collect::<Vec<_>>();
        assert!(world.get("k", &with("if-match", &etag)).await.status < 300);
        assert_eq!(world.get("k", &with("if-match", "\"other\"")).await.status, 412);
        assert_eq!(world.get("k", &with("if-none-match", &etag)).await.status, 304);
        let past = "Mon, 01 Jan 2001 00:00:00 GMT";
        assert_eq!(world.get("k", &with("if-unmodified-since", past)).await.status, 412);
        assert!(world.get("k", &with("if-modified-since", past)).await.status < 300);
    }
    let head = world.ask("HEAD /bucket/k", &[("if-match", "\"other\"")], b"").await;
    assert_eq!(head.status, 412);
    let again = world.ask("PUT /bucket/k", &[("if-none-match", "*")], b"new").await;
    assert_eq!(again.status, 412);
}

#[tokio::test]
async fn a_file_that_is_dropped_in_is_an_object_and_has_a_tag_until_it_changes() {
    let world = World::new().await;
    let path = world.folder.path().join("bucket/dropped.mp4");
    std::fs::write(&path, b"one").unwrap();
    let first = world.get("dropped.mp4", &[]).await;
    assert_eq!((first.status, first.text().as_str()), (200, "one"));
    assert_eq!(world.get("dropped.mp4", &[]).await.etag(), first.etag());
    std::fs::write(path, b"three").unwrap();
    assert_ne!(world.get("dropped.mp4", &[]).await.etag(), first.etag());
}

#[tokio::test]
async fn tags_outlive_the_server() {
    let world = World::new().await;
    let etag = world.put("k", b"0123456789").await.etag();
    world.server.stop().await;
    let server = Server::start(Config::new(world.folder.path())).await.unwrap();
    assert_eq!(ask(&server, "HEAD /bucket/k", &[], b"").await.etag(), etag);
}

#[tokio::test]
async fn a_listing_has_groups_and_pages() {
    let world = World::new().await;
    for key in ["a", "b/1", "b/2", "b/x/3", "c", "d/4"] {
        world.put(key, b"x").await;
    }
    let xml = world.ask("GET /bucket?list-type=2", &[], b"").await.text();
    assert_eq!(all(&xml, "Key"), ["a", "b/1", "b/2", "b/x/3", "c", "d/4"]);
    let xml = world.ask("GET /bucket?list-type=2&delimiter=/", &[], b"").await.text();
    assert_eq!((all(&xml, "Key"), all(&xml, "KeyCount")), (vec!["a", "c"], vec!["4"]));
    let xml = world.ask("GET /bucket?list-type=2&prefix=b/&delimiter=/", &[], b"").await.text();
    assert_eq!(all(&xml, "Key"), ["b/1", "b/2"]);
    let mut shown = Vec::new();
    let mut next = String::new();
    loop {
        let line = format!("GET /bucket?list-type=2&delimiter=/&max-keys=1{next}");
        let xml = world.ask(&line, &[], b"").await.text();
        shown.extend(all(&xml, "Key").into_iter().map(str::to_owned));
        let groups: Vec<_> = all(&xml, "CommonPrefixes").into_iter().flat_map(|group| all(group, "Prefix")).collect();
        shown.extend(groups.into_iter().map(str::to_owned));
        match all(&xml, "NextContinuationToken").first() {
            Some(token) => next = format!("&continuation-token={}", token.replace('/', "%2F")),
            None => break,
        }
    }
    assert_eq!(shown, ["a", "b/", "c", "d/"]);
}

#[tokio::test]
async fn an_upload_in_parts_becomes_one_object() {
    let world = World::new().await;
    let begun = world.ask("POST /bucket/whole?uploads", &[], b"").await.text();
    let id = all(&begun, "UploadId")[0];
    let mut list = String::new();
    for (number, part) in [(1, "hello "), (2, "world")] {
        let line = format!("PUT /bucket/whole?partNumber={number}&uploadId={id}");
        let etag = world.ask(&line, &[], part.as_bytes()).await.etag();
        list += &format!("<Part><PartNumber>{number}</PartNumber><ETag>{etag}</ETag></Part>");
    }
    let xml = format!("<CompleteMultipartUpload>{list}</CompleteMultipartUpload>");
    let done = world.ask(&format!("POST /bucket/whole?uploadId={id}"), &[], xml.as_bytes()).await;
    assert_eq!(done.status, 200, "{}", done.text());
    let found = world.get("whole", &[]).await;
    assert_eq!(found.text(), "hello world");
    // `printf %s%s $(printf 'hello ' | md5sum) $(printf world | md5sum) | xxd -r -p | md5sum`
    assert_eq!(found.etag(), "\"e09e4fd6265b36115fe3db32df945d84-2\"");
    let gone = world.ask(&format!("DELETE /bucket/whole?uploadId={id}"), &[], b"").await;
    assert_eq!(gone.status, 404);
}

#[tokio::test]
async fn names_that_no_folder_can_keep_are_refused() {
    let world = World::new().await;
    for key in ["a//b", "a/", "x/%2E%2E/%2E%2E/etc", "./a"] {
        assert_eq!(world.put(key, b"x").await.status, 400, "{key}");
    }
    world.put("a", b"x").await;
    assert_eq!(world.put("a/b", b"x").await.status, 400);
    assert_eq!(world.ask("GET /.devs3/tags", &[], b"").await.status, 400);
}

#[tokio::test]
async fn what_is_deleted_is_gone_with_its_empty_folders() {
    let world = World::new().await;
    world.put("a/b/c", b"x").await;
    assert_eq!(world.ask("DELETE /bucket/a/b/c", &[], b"").await.status, 204);
    assert_eq!(world.get("a/b/c", &[]).await.status, 404);
    assert!(!world.folder.path().join("bucket/a").exists() && world.folder.path().join("bucket").exists());
}

#[tokio::test]
async fn without_the_keys_nothing_is_answered() {
    let folder = tempfile::tempdir().unwrap();
    let keys = Credentials { key: "k".into(), secret: "s".into() };
    let config = Config { credentials: Some(keys), ..Config::new(folder.path()) };
    let server = Server::start(config).await.unwrap();
    assert_eq!(ask(&server, "GET /", &[], b"").await.status, 403);
}

#[tokio::test]
async fn requests_are_written_down_with_what_was_answered() {
    let world = World::new().await;
    world.put("k", b"0123456789").await;
    world.get("k", &[("range", "bytes=2-4")]).await;
    world.get("none", &[]).await;
    let requests = world.server.requests();
    let [put, get, missing] = requests.as_slice() else { unreachable!("three requests, not {requests:?}") };
    assert_eq!((put.op, put.status), (Op::Put, Some(200)));
    assert_eq!((get.op, get.key.as_str(), get.range.clone()), (Op::Get, "k", Some(2..5)));
    assert_eq!((get.status, get.sent), (Some(206), 3));
    assert_eq!(missing.status, Some(404));
}

#[tokio::test]
async fn faults_act_on_what_they_are_for() {
    let world = World::new().await;
    world.put("k", &[7; 100_000]).await;
    let faults = world.server.faults();
    faults.set_latency(Duration::from_millis(150));
    let begun = Instant::now();
    world.get("k", &[]).await;
    assert!(begun.elapsed() >= Duration::from_millis(150));
    faults.set_latency(Duration::ZERO);
    faults.set_bytes_per_second(Some(500_000));
    let begun = Instant::now();
    world.get("k", &[]).await;
    assert!(begun.elapsed() >= Duration::from_millis(190), "{:?}", begun.elapsed());
    faults.set_bytes_per_second(None);
    faults.add(When::get().nth(1), Action::Status { status: 503, code: "SlowDown" });
    let refused = world.get("k", &[]).await;
    assert_eq!((refused.status, all(&refused.text(), "Code")), (503, vec!["SlowDown"]));
    faults.add(When::get(), Action::Truncate { after: 1000 });
    assert_eq!(world.get("k", &[]).await.body.len(), 1000);
    faults.clear();
    assert_eq!(world.get("k", &[]).await.body.len(), 100_000);
}
