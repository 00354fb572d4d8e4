//! The way to a server: its name, a connection, a certificate, and its clock.

use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use rushes_model::clock::Clock;
use ureq::tls::{RootCerts, TlsConfig};

use super::check::{Check, Findings};
use crate::fault::Fault;
use crate::moment;

const PATIENCE: Duration = Duration::from_secs(5);
/// A resolver may try several servers, five seconds each.
const RESOLVER_PATIENCE: Duration = Duration::from_secs(15);
/// S3 refuses signatures that are a quarter of an hour off (`RequestTimeTooSkewed`).
const SKEW_REFUSED: Duration = Duration::from_secs(15 * 60);
const SKEW_NOTICED: Duration = Duration::from_secs(30);

/// `https://host:port`, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Server {
    url: String,
    host: String,
    port: u16,
    is_tls: bool,
}

impl Server {
    pub(super) fn parse(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let is_tls = match scheme {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let authority = rest.split(['/', '?', '#']).next().filter(|authority| !authority.is_empty())?;
        let authority = authority.rsplit_once('@').map_or(authority, |(_, authority)| authority);
        let standard = if is_tls { 443 } else { 80 };
        // `[::1]:9000`: the colons inside the brackets are no port's.
        let (host, port) = match authority.rsplit_once(':') {
            Some((host, port)) if !port.contains(']') => (host, port.parse().ok()?),
            _ => (authority, standard),
        };
        let host = host.trim_start_matches('[').trim_end_matches(']').to_owned();
        Some(Self { url: url.to_owned(), host, port, is_tls })
    }
}

/// Checks all four; whether the server can be asked.
pub(super) fn check(server: &Server, findings: &mut Findings) -> Result<bool, Fault> {
    let begun = Instant::now();
    let addresses = match resolve(server) {
        Ok(addresses) => {
            let shown: Vec<String> = addresses.iter().take(3).map(|address| address.ip().to_string()).collect();
            findings.add(Check::ok("DNS", format!("{} is {}", server.host, shown.join(", "))).since(begun))?;
            addresses
        }
        Err(why) => {
            let help = "check the endpoint's name (AWS_ENDPOINT_URL_S3, AWS_REGION) and this machine's resolver";
            findings.add(Check::fail("DNS", format!("{} can't be resolved: {why}", server.host), help).since(begun))?;
            for name in ["TCP", "TLS", "clock"] {
                findings.add(Check::skipped(name, "the name has no address"))?;
            }
            return Ok(false);
        }
    };
    let begun = Instant::now();
    match connect(&addresses) {
        Ok(address) => findings.add(Check::ok("TCP", format!("{address} takes connections")).since(begun))?,
        Err(why) => {
            let help = "a firewall, a security group or a proxy stands between, or the server isn't running";
            let found = format!("port {} of {} can't be reached: {why}", server.port, server.host);
            findings.add(Check::fail("TCP", found, help).since(begun))?;
            for name in ["TLS", "clock"] {
                findings.add(Check::skipped(name, "there is no connection"))?;
            }
            return Ok(false);
        }
    };
    ask(server, findings)
}

fn resolve(server: &Server) -> Result<Vec<SocketAddr>, String> {
    let (answer, answered) = mpsc::channel();
    let target = (server.host.clone(), server.port);
    // The system's resolver can't be given a time; a thread that waits for it can be left.
    std::thread::spawn(move || drop(answer.send(target.to_socket_addrs().map(Iterator::collect::<Vec<_>>))));
    match answered.recv_timeout(RESOLVER_PATIENCE) {
        Ok(Ok(addresses)) if addresses.is_empty() => Err("it has no address".into()),
        Ok(Ok(addresses)) => Ok(addresses),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err(format!("no answer within {} s", RESOLVER_PATIENCE.as_secs())),
    }
}

/// The first address that takes a connection, of the first few.
fn connect(addresses: &[SocketAddr]) -> Result<SocketAddr, String> {
    let mut why = String::new();
    for address in addresses.iter().take(3) {
        match TcpStream::connect_timeout(address, PATIENCE) {
            Ok(_) => return Ok(*address),
            Err(error) => why = error.to_string(),
        }
    }
    Err(why)
}

/// One request without a signature: any answer will do.
fn ask(server: &Server, findings: &mut Findings) -> Result<bool, Fault> {
    let tls = TlsConfig::builder().root_certs(RootCerts::PlatformVerifier).build();
    let config = ureq::Agent::config_builder().http_status_as_error(false).max_redirects(0);
    let agent = config.timeout_global(Some(PATIENCE * 2)).tls_config(tls).build().new_agent();
    let begun = Instant::now();
    let asked_at = now_ms();
    let answer = agent.get(&server.url).call();
    let between = (asked_at + now_ms()) / 2;
    let answer = match answer {
        Ok(answer) => answer,
        Err(error @ (ureq::Error::Tls(_) | ureq::Error::Rustls(_))) => {
            let help =
                "the certificate must be valid for this name and signed by an authority that this machine trusts";
            findings.add(Check::fail("TLS", error.to_string(), help).since(begun))?;
            findings.add(Check::skipped("clock", "nothing could be asked"))?;
            return Ok(false);
        }
        Err(error) => {
            let help = "something else than an HTTP server may listen there, or TLS is spoken to a port without it";
            findings
                .add(Check::fail(if server.is_tls { "TLS" } else { "HTTP" }, error.to_string(), help).since(begun))?;
            findings.add(Check::skipped("clock", "nothing could be asked"))?;
            return Ok(false);
        }
    };
    findings.add(if server.is_tls {
        Check::ok("TLS", format!("the certificate is good for {}", server.host)).since(begun)
    } else {
        let help = "fine inside one machine or network; elsewhere recordings and keys' signatures travel openly";
        Check::warn("TLS", "the address begins with http://: nothing is encrypted", help)
    })?;
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok()).and_then(moment::read_http);
    findings.add(clock(date, between))?;
    Ok(true)
}

fn now_ms() -> i64 {
    i64::try_from(Clock::System.now_ms()).unwrap_or(i64::MAX)
}

/// The server's date is exact to a second.
fn clock(server_ms: Option<i64>, here_ms: i64) -> Check {
    let Some(server_ms) = server_ms else { return Check::skipped("clock", "the server tells no date") };
    let skew = Duration::from_millis(here_ms.abs_diff(server_ms));
    let way = if here_ms > server_ms { "ahead of" } else { "behind" };
    let found = format!("this machine is {:.0} s {way} the server", skew.as_secs_f64());
    let help = "let this machine's clock be set by NTP: S3 refuses requests that are signed 15 minutes off";
    match skew {
        skew if skew >= SKEW_REFUSED => Check::fail("clock", found, help),
        skew if skew >= SKEW_NOTICED => Check::warn("clock", found, help),
        _ => Check::ok("clock", "within half a minute of the server's"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn an_address_is_taken_apart() {
        let parts = |url| Server::parse(url).map(|server| (server.host, server.port, server.is_tls));
        assert_eq!(
            parts("https://s3.eu-central-1.amazonaws.com"),
            Some(("s3.eu-central-1.amazonaws.com".into(), 443, true))
        );
        assert_eq!(parts("http://localhost:9000/minio"), Some(("localhost".into(), 9000, false)));
        assert_eq!(parts("http://[::1]:9000"), Some(("::1".into(), 9000, false)));
        assert_eq!(parts("http://[::1]/"), Some(("::1".into(), 80, false)));
        assert_eq!(parts("ftp://localhost"), None);
        assert_eq!(parts("http://"), None);
    }

    #[test]
    fn a_clock_that_is_off_is_noticed_before_s3_refuses_it() {
        let state = |skew_s: i64| clock(Some(1_000_000), 1_000_000 + skew_s * 1000).state;
        assert_eq!([0, -29, 31, -901].map(state), [State::Ok, State::Ok, State::Warn, State::Fail]);
        assert_eq!(clock(None, 0).state, State::Skipped);
    }
}
