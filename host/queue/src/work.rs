//! The door to what runs a job.

use std::future::Future;

use rushes_model::job::Outcome;
use rushes_store::Loaded;

use crate::ports::Ports;

/// Runs jobs.
pub trait Work: Send + Sync + 'static {
    /// The pipelines that are loaded now, and what a job of each reserves. Others are not claimed.
    fn loaded(&self) -> Vec<Loaded>;

    /// Runs the attempt behind the ports to its end. It computes on threads of its own, and ends soon after
    /// [`Ports::stop`] says so; until it ends, its memory stays reserved. A panic of the future is a failure of the job.
    fn run(&self, ports: Ports) -> impl Future<Output = Outcome> + Send;
}
