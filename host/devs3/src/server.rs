//! A server that runs.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::time::Duration;

use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use s3s::auth::SimpleAuth;
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::service::S3ServiceBuilder;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tracing::debug;

use crate::clock::Clock;
use crate::error::Error;
use crate::faults::Faults;
use crate::folder::Folder;
use crate::front::Front;
use crate::log::{Log, Request};
use crate::objects::Objects;

/// What a server serves, where, to whom.
#[derive(Clone, Debug)]
pub struct Config {
    /// The folder; made if it isn't there.
    pub root: PathBuf,
    /// The address to listen on; port 0 takes a free one.
    pub address: SocketAddr,
    /// The keys that requests must be signed with; none = anyone may do anything, signed or not.
    pub credentials: Option<Credentials>,
    /// What goes wrong from the start.
    pub faults: Faults,
    /// Its clock is ahead of this machine's by so much.
    pub clock_ahead: Duration,
}

/// A pair of keys.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The access key's id.
    pub key: String,
    /// The secret.
    pub secret: String,
}

impl Config {
    /// A folder on a free port of this machine, open to all, without faults.
    pub fn new(root: impl Into<PathBuf>) -> Self {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        Self { root: root.into(), address, credentials: None, faults: Faults::default(), clock_ahead: Duration::ZERO }
    }
}

/// Starts servers.
#[derive(Debug)]
pub struct Server;

/// A server that runs until it is stopped or dropped.
#[derive(Debug)]
pub struct Running {
    address: SocketAddr,
    faults: Faults,
    log: Log,
    tasks: JoinSet<()>,
}

impl Server {
    /// Listens when it returns.
    ///
    /// # Errors
    /// When the folder can't be used or the address can't be listened on.
    pub async fn start(config: Config) -> Result<Running, Error> {
        let unusable = |source| Error::Folder { path: config.root.clone(), source };
        let folder = Folder::open(&config.root).map_err(unusable)?;
        let refused = |source| Error::Listen { address: config.address, source };
        let listener = TcpListener::bind(config.address).await.map_err(refused)?;
        let address = listener.local_addr().map_err(refused)?;
        let mut builder = S3ServiceBuilder::new(Objects::new(folder));
        if let Some(Credentials { key, secret }) = &config.credentials {
            builder.set_auth(SimpleAuth::from_single(key.as_str(), secret.as_str()));
        }
        let clock = Clock::new(config.clock_ahead);
        if clock.is_off() {
            // Its own check would look at this machine's clock.
            let mut rules = S3Config::default();
            rules.presigned_url_max_skew_time_secs = u32::MAX;
            builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(rules))));
        }
        let log = Log::default();
        let front = Front {
            s3: builder.build(),
            faults: config.faults.clone(),
            log: log.clone(),
            is_open: config.credentials.is_none(),
            clock,
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, front));
        Ok(Running { address, faults: config.faults, log, tasks })
    }
}

impl Running {
    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The same as clients want it: `http://127.0.0.1:9000`.
    pub fn endpoint(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What goes wrong.
    pub fn faults(&self) -> &Faults {
        &self.faults
    }

    /// All requests so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        self.log.requests()
    }

    /// Requests that are not yet answered to the end.
    pub fn under_way(&self) -> usize {
        self.log.under_way()
    }

    /// Forgets those that were logged.
    pub fn clear_requests(&self) {
        self.log.clear();
    }

    /// Closes the socket and all connections, at once.
    pub async fn stop(mut self) {
        self.tasks.shutdown().await;
    }
}

/// Owns the connections: when this future is dropped, they end.
async fn accept(listener: TcpListener, front: Front) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        match listener.accept().await {
            Ok((stream, _)) => {
                connections.spawn(serve(stream, front.clone()));
            }
            // Out of descriptors, say: those that end make room.
            Err(error) => {
                debug!(%error, "connection not accepted");
                tokio::task::yield_now().await;
            }
        }
    }
}

async fn serve(stream: TcpStream, front: Front) {
    let _ = stream.set_nodelay(true);
    let Ok((stream, spare)) = split(stream) else { return };
    let reset = Arc::new(AtomicBool::new(false));
    let service = service_fn(|request| front.clone().answer(request, Arc::clone(&reset)));
    let served = http1::Builder::new().timer(TokioTimer::new()).serve_connection(TokioIo::new(stream), service).await;
    if let Err(error) = served {
        debug!(%error, "connection broke off");
    }
    if reset.load(Relaxed) {
        // The last descriptor of the socket: closing it without lingering sends RST instead of FIN.
        let _ = spare.set_zero_linger();
    }
}

/// The stream, and a second descriptor of its socket.
fn split(stream: TcpStream) -> std::io::Result<(TcpStream, TcpStream)> {
    let stream = stream.into_std()?;
    let spare = stream.try_clone()?;
    Ok((TcpStream::from_std(stream)?, TcpStream::from_std(spare)?))
}
