//! The loop that looks whether files have arrived.

use std::sync::Arc;

use futures_util::StreamExt;
use futures_util::stream;
use rushes_model::{Class, Code, Failure, Reason, sabotage};
use rushes_store::Due;
use tracing::{info, warn};

use crate::Error;
use crate::shared::Shared;
use crate::storage::{Probe, Storage};
use crate::tasks::Shutdown;

/// Objects that are looked for in one round, and of those at once.
const ROUND: u64 = 64;
const AT_ONCE: usize = 16;

pub(crate) async fn run<S: Storage>(shared: Arc<Shared>, storage: Arc<S>, shutdown: Shutdown) {
    loop {
        match look_for_all(&shared, storage.as_ref(), &shutdown).await {
            Ok(()) => {}
            Err(error) => warn!(target: "queue_processor", error = %Failure::of(&error), "files can't be looked for"),
        }
        let pause = shared.jitter.around(shared.settings.check_interval, 0.1);
        tokio::select! {
            () = shutdown.draining().cancelled() => return,
            () = shared.files.notified() => {}
            () = tokio::time::sleep(pause) => {}
        }
    }
}

async fn look_for_all(shared: &Shared, storage: &impl Storage, shutdown: &Shutdown) -> Result<(), Error> {
    // A little less than our own pause, or every second round would come just too early.
    let interval = shared.settings.check_interval.mul_f64(0.8);
    while !shutdown.draining().is_cancelled() {
        let due = shared.store.write().probe_due(interval, ROUND).await?;
        if due.is_empty() {
            return Ok(());
        }
        let mut looks = stream::iter(due).map(|due| look_for(shared, storage, due)).buffer_unordered(AT_ONCE);
        while let Some(looked) = looks.next().await {
            looked?;
        }
    }
    Ok(())
}

async fn look_for(shared: &Shared, storage: &impl Storage, due: Due) -> Result<(), Error> {
    let write = shared.store.write();
    let seen = match storage.probe(&due.bucket, &due.key).await {
        Probe::Found(identity) => {
            let size = identity.size;
            sabotage::reached("probe.before-write");
            if write.mark_ready(due.job, &identity).await?.applied().is_some() {
                info!(target: "queue_processor", job = %due.job, bytes = size, "file is there");
                shared.claims.notify_one();
                shared.hints.notify_one();
            }
            return Ok(());
        }
        Probe::Unusable(failure) => {
            warn!(target: "queue_processor", job = %due.job, error = %failure, "file can't be used");
            let _lost_to_a_cancel = write.refuse_file(due.job, &failure).await?;
            return Ok(());
        }
        Probe::Missing => "nothing is there yet".to_owned(),
        Probe::Denied { why } => {
            format!("access is denied ({why}); without the right to list, a missing object looks so")
        }
        Probe::Unreachable { why } => format!("the server didn't say ({why})"),
    };
    if shared.settings.file_wait_timeout.is_some_and(|patience| due.waited >= patience) {
        let _lost_to_a_cancel = write.refuse_file(due.job, &never_came(&due, &seen)).await?;
        return Ok(());
    }
    let _lost_to_a_cancel = write.note_missing(due.job, &seen).await?;
    Ok(())
}

fn never_came(due: &Due, seen: &str) -> Failure {
    let message = format!("s3://{}/{} didn't come within {} s: {seen}", due.bucket, due.key, due.waited.as_secs());
    Failure::new(Code::JobFileTimeout, Class::Permanent(Reason::Storage), message)
        .with_help("upload the object and retry the job; FILE_WAIT_TIMEOUT says how long jobs wait")
}
