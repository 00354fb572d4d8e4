//! A receiver of webhooks that misbehaves: half of all events meet a fault at their first try, none at a later one, so that
//! the schedule of minutes and hours isn't waited for.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use serde_json::Value;

/// An event as it came in.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub(crate) kind: String,
    pub(crate) interview: String,
    pub(crate) body: Value,
    /// How often it was tried, and how often we said that we have it.
    pub(crate) tries: u32,
    pub(crate) taken: u32,
    pub(crate) is_signed: bool,
}

/// Listens until the process ends.
#[derive(Clone)]
pub(crate) struct Receiver {
    port: u16,
    told: Arc<Mutex<BTreeMap<String, Told>>>,
    is_down: Arc<AtomicBool>,
}

impl Receiver {
    pub(crate) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("its address").port();
        let receiver = Self { port, told: Arc::default(), is_down: Arc::default() };
        let here = receiver.clone();
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let here = here.clone();
                std::thread::spawn(move || here.answer(stream));
            }
        });
        receiver
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook", self.port)
    }

    /// Connections are closed without a word.
    pub(crate) fn set_down(&self, is_down: bool) {
        self.is_down.store(is_down, Ordering::Relaxed);
    }

    /// By `webhook-id`.
    pub(crate) fn told(&self) -> BTreeMap<String, Told> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn answer(&self, mut stream: TcpStream) {
        if self.is_down.load(Ordering::Relaxed) {
            return;
        }
        let _set = stream.set_read_timeout(Some(Duration::from_secs(30)));
        let Some((headers, body)) = read(&stream) else { return };
        let id = headers.get("webhook-id").cloned().unwrap_or_default();
        let tries = {
            let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
            let one = told.entry(id.clone()).or_default();
            one.tries += 1;
            one.kind = body["type"].as_str().unwrap_or_default().to_owned();
            one.interview = body["data"]["interview_id"].as_str().unwrap_or_default().to_owned();
            one.is_signed = headers.get("webhook-signature").is_some_and(|text| text.starts_with("v1,"));
            one.body = body;
            one.tries
        };
        let mood = id.bytes().fold(0_u32, |sum, byte| sum.wrapping_mul(31).wrapping_add(u32::from(byte))) % 14;
        let say = |stream: &mut TcpStream, head: &str| {
            let _gone = stream
                .write_all(format!("HTTP/1.1 {head}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n").as_bytes());
        };
        if tries == 1 {
            match mood {
                0 => return say(&mut stream, "500 Internal Server Error"),
                1 => return say(&mut stream, "503 Service Unavailable\r\nretry-after: 1"),
                2 => return say(&mut stream, "429 Too Many Requests\r\nretry-after: 2"),
                3 => return say(&mut stream, "307 Temporary Redirect\r\nlocation: http://127.0.0.1:9/elsewhere"),
                // Neither of the next two says anything; the second has taken it all the same, and dies.
                4 => return,
                5 => return self.take(&id),
                6 => std::thread::sleep(Duration::from_secs(3)),
                _ => {}
            }
        }
        self.take(&id);
        say(&mut stream, "204 No Content");
    }

    fn take(&self, id: &str) {
        if let Some(one) = self.told.lock().unwrap_or_else(PoisonError::into_inner).get_mut(id) {
            one.taken += 1;
        }
    }
}

/// Headers with small names, and the body.
fn read(stream: &TcpStream) -> Option<(BTreeMap<String, String>, Value)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let mut body = vec![0; headers.get("content-length")?.parse().ok()?];
    reader.read_exact(&mut body).ok()?;
    Some((headers, serde_json::from_slice(&body).ok()?))
}
