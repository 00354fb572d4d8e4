//! TLS in front of a server, with a certificate of an authority of its own.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rcgen::{BasicConstraints, CertificateParams, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use tempfile::TempDir;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

/// Decrypts and passes on, until it is dropped.
pub(crate) struct Secure {
    port: u16,
    folder: TempDir,
    connections: Arc<AtomicUsize>,
    _tasks: JoinSet<()>,
}

impl Secure {
    /// In front of `behind`, with a certificate for `name`.
    pub(crate) async fn start(behind: SocketAddr, name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (config, authority) = certified(name);
        std::fs::write(folder.path().join("authority.pem"), authority).unwrap();
        let connections = Arc::new(AtomicUsize::new(0));
        let mut tasks = JoinSet::new();
        tasks.spawn(accept(listener, TlsAcceptor::from(Arc::new(config)), behind, Arc::clone(&connections)));
        Self { port, folder, connections, _tasks: tasks }
    }

    pub(crate) fn endpoint(&self, name: &str) -> String {
        format!("https://{name}:{}", self.port)
    }

    /// The authority's certificate, as a file.
    pub(crate) fn authority(&self) -> PathBuf {
        self.folder.path().join("authority.pem")
    }

    /// Connections that were begun so far, whatever became of them.
    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Relaxed)
    }
}

fn certified(name: &str) -> (ServerConfig, String) {
    let mut own = CertificateParams::new(Vec::new()).unwrap();
    own.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let own_key = KeyPair::generate().unwrap();
    let authority = own.self_signed(&own_key).unwrap();
    let key = KeyPair::generate().unwrap();
    let issuer = Issuer::new(own, own_key);
    let certificate = CertificateParams::new(vec![name.to_owned()]).unwrap().signed_by(&key, &issuer).unwrap();
    let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)
        .unwrap();
    (config, authority.pem())
}

async fn accept(listener: TcpListener, tls: TlsAcceptor, behind: SocketAddr, connections: Arc<AtomicUsize>) {
    let mut tasks = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.fetch_add(1, Relaxed);
        let tls = tls.clone();
        tasks.spawn(async move {
            if let Ok(mut open) = tls.accept(stream).await
                && let Ok(mut plain) = TcpStream::connect(behind).await
            {
                let _ = copy_bidirectional(&mut open, &mut plain).await;
            }
        });
    }
}
