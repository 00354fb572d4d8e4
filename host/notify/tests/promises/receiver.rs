//! A receiver on a thread of its own, which answers as it was told.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// What a receiver does with a request.
#[derive(Clone, Debug)]
pub(crate) enum Does {
    /// Answers with a status line and headers, each with its line end, and no body.
    Answers(&'static str),
    /// Says nothing for so long, then closes.
    Hangs(Duration),
    /// Closes at once.
    Closes,
    /// Answers 200 with a body that never comes.
    Dawdles,
}

pub(crate) const OK: Does = Does::Answers("HTTP/1.1 200 OK\r\n");

/// A request as it came.
#[derive(Clone, Debug)]
pub(crate) struct Got {
    pub(crate) headers: BTreeMap<String, String>,
    pub(crate) body: String,
    pub(crate) at: Instant,
}

/// A receiver, and what it got.
pub(crate) struct Receiver {
    pub(crate) address: SocketAddr,
    got: Arc<Mutex<Vec<Got>>>,
}

impl Receiver {
    /// Does one thing with each request; the last for all that follow.
    pub(crate) fn start(script: impl Into<Vec<Does>>) -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap(), script)
    }

    pub(crate) fn on(listener: TcpListener, script: impl Into<Vec<Does>>) -> Self {
        let (address, script) = (listener.local_addr().unwrap(), script.into());
        let got: Arc<Mutex<Vec<Got>>> = Arc::default();
        let kept = Arc::clone(&got);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (script, kept) = (script.clone(), Arc::clone(&kept));
                // A thread each: one that hangs must not keep the next request out.
                std::thread::spawn(move || serve(stream.unwrap(), &script, &kept));
            }
        });
        Self { address, got }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/hooks", self.address)
    }

    pub(crate) fn got(&self) -> Vec<Got> {
        self.got.lock().unwrap().clone()
    }
}

fn serve(mut stream: TcpStream, script: &[Does], kept: &Mutex<Vec<Got>>) {
    let Some(request) = read(&mut stream) else { return };
    let number = {
        let mut kept = kept.lock().unwrap();
        kept.push(request);
        kept.len() - 1
    };
    match &script[number.min(script.len() - 1)] {
        Does::Answers(head) => {
            let _ = write!(stream, "{head}content-length: 0\r\nconnection: close\r\n\r\n");
        }
        Does::Hangs(time) => std::thread::sleep(*time),
        Does::Closes => {}
        Does::Dawdles => {
            let _ = write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nso far");
            std::thread::sleep(Duration::from_secs(20));
        }
    }
}

fn read(stream: &mut TcpStream) -> Option<Got> {
    let mut bytes = Vec::new();
    let at = loop {
        let mut piece = [0; 4_096];
        let length = stream.read(&mut piece).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&piece[..length]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8(bytes[..at].to_vec()).unwrap();
    let headers: BTreeMap<String, String> = head
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once(": "))
        .map(|(name, value)| (name.to_lowercase(), value.to_owned()))
        .collect();
    let length: usize = headers.get("content-length")?.parse().unwrap();
    let mut body = bytes.split_off(at);
    while body.len() < length {
        let mut piece = [0; 4_096];
        let more = stream.read(&mut piece).ok().filter(|more| *more > 0)?;
        body.extend_from_slice(&piece[..more]);
    }
    Some(Got { headers, body: String::from_utf8(body).unwrap(), at: Instant::now() })
}
