//! A network of a test's own: each host in a namespace, all on one bridge, each on a line that can be cut.
//!
//! ```text
//!  this test, PostgreSQL, S3 ── bridge ─┬─ line ── host 1
//!                                       ├─ line ── host 2
//! ```
//!
//! Servers that listen on this machine alone are reached through a [`Forward`] on the bridge's address.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::harness::run;

/// A bridge with namespaces on it; they go with it.
pub(crate) struct Network {
    bridge: String,
    number: u32,
    lines: Vec<String>,
}

impl Network {
    /// None where namespaces can't be made (it takes root), which is said aloud and fails in CI.
    pub(crate) fn with(hosts: usize) -> Option<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        // Names and addresses that runs beside this one don't have.
        let number = (std::process::id() * 4 + NEXT.fetch_add(1, Ordering::Relaxed)) % 4_096;
        let bridge = format!("rsh{number}");
        let mut network = Self { number, lines: Vec::new(), bridge };
        let made = Command::new("ip").args(["link", "add", &network.bridge, "type", "bridge"]).output();
        if !made.as_ref().is_ok_and(|made| made.status.success()) {
            assert!(std::env::var_os("CI").is_none(), "no network can be made ({made:?}), and CI is set");
            eprintln!("SKIPPED: no network can be made, it takes root and iproute2: {made:?}");
            return None;
        }
        ip(&["addr", "add", &format!("{}/28", network.address(1)), "dev", &network.bridge]);
        ip(&["link", "set", &network.bridge, "up"]);
        (0..hosts).for_each(|index| network.connect(index));
        Some(network)
    }

    fn connect(&mut self, index: usize) {
        let line = format!("{}-{index}", self.bridge);
        ip(&["netns", "add", &line]);
        self.lines.push(line.clone());
        ip(&["link", "add", &line, "type", "veth", "peer", "name", "up0", "netns", &line]);
        ip(&["link", "set", &line, "master", &self.bridge, "up"]);
        let address = format!("{}/28", self.address(2 + index));
        ip(&["-n", &line, "addr", "add", &address, "dev", "up0"]);
        ip(&["-n", &line, "link", "set", "up0", "up"]);
        ip(&["-n", &line, "link", "set", "lo", "up"]);
    }

    /// 1 is this side.
    fn address(&self, index: usize) -> String {
        format!("10.213.{}.{}", self.number / 16 % 256, self.number % 16 * 16 + index as u32)
    }

    /// Words that start a program in a host's namespace, and become it.
    pub(crate) fn inside(&self, index: usize) -> [&str; 4] {
        ["ip", "netns", "exec", &self.lines[index]]
    }

    pub(crate) fn cut(&self, index: usize) {
        ip(&["link", "set", &self.lines[index], "down"]);
    }

    pub(crate) fn mend(&self, index: usize) {
        ip(&["link", "set", &self.lines[index], "up"]);
    }

    /// A server of this machine on the bridge.
    pub(crate) fn forward(&self, to: &str) -> Forward {
        Forward::start(&self.address(1), to.parse().unwrap_or_else(|error| panic!("{to}: {error}")))
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        for line in &self.lines {
            let _gone = Command::new("ip").args(["netns", "del", line]).status();
            let _gone_with_it = Command::new("ip").args(["link", "del", line]).output();
        }
        let _gone = Command::new("ip").args(["link", "del", &self.bridge]).status();
    }
}

fn ip(words: &[&str]) {
    run(Command::new("ip").args(words));
}

/// Hands connections on; what one side doesn't close stays open on the other, as it does over a line that was cut.
pub(crate) struct Forward(pub(crate) SocketAddr);

impl Forward {
    fn start(listen: &str, to: SocketAddr) -> Self {
        let listener = TcpListener::bind((listen, 0)).unwrap_or_else(|error| panic!("{listen}: {error}"));
        let address = listener.local_addr().unwrap();
        std::thread::spawn(move || {
            for near in listener.incoming().map_while(Result::ok) {
                let Ok(far) = TcpStream::connect(to) else { continue };
                for (from, into) in [(&near, &far), (&far, &near)] {
                    let (from, into) = (from.try_clone().unwrap(), into.try_clone().unwrap());
                    std::thread::spawn(move || hand_on(from, into));
                }
            }
        });
        Self(address)
    }
}

fn hand_on(mut from: TcpStream, mut into: TcpStream) {
    let mut piece = vec![0; 64 << 10];
    while let Ok(length) = from.read(&mut piece) {
        if length == 0 || into.write_all(&piece[..length]).is_err() {
            break;
        }
    }
    let _closed_before = into.shutdown(Shutdown::Write);
}
