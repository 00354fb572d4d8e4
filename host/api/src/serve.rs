//! Listening.

use std::future::{Future, IntoFuture};
use std::io;
use std::net::SocketAddr;

use axum::Router;
use tokio::net::TcpListener;

/// Answers requests until `draining` ends; then takes no new connections, and returns when those that are open are done,
/// or when `stopping` ends: a client that never finishes its request can't hold up the host.
///
/// # Errors
/// When the listener fails.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    draining: impl Future<Output = ()> + Send + 'static,
    stopping: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    tokio::select! {
        served = axum::serve(listener, service).with_graceful_shutdown(draining).into_future() => served,
        () = stopping => Ok(()),
    }
}
