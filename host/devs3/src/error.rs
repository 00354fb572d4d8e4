//! Why the server can't start.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

/// The server can't start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder can't be made or written.
    #[error("folder {} can't be used", .path.display())]
    Folder {
        /// Which.
        path: PathBuf,
        /// The system's error.
        #[source]
        source: io::Error,
    },
    /// The address can't be listened on.
    #[error("can't listen on {address}")]
    Listen {
        /// Which.
        address: SocketAddr,
        /// The system's error.
        #[source]
        source: io::Error,
    },
}
