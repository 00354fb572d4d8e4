//! The loop that looks whether files have arrived.
//!
//! Where many wait under one prefix, the storage is asked once what is there, and then for each that is; else for each.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use futures_util::StreamExt;
use futures_util::stream;
use rushes_model::{Class, Code, Failure, ObjectRef, Reason, sabotage};
use rushes_store::Due;
use tracing::{info, warn};

use crate::Error;
use crate::shared::Shared;
use crate::storage::{Probe, Storage};
use crate::tasks::Shutdown;

/// Objects that are looked for in one round, and of those at once.
const ROUND: u64 = 512;
const AT_ONCE: usize = 16;
/// So many under one prefix are asked for by a listing: one request shows a thousand keys, as far apart as a thousand
/// strangers may lie between them.
const MANY: usize = 50;

const NOTHING_YET: &str = "nothing is there yet";

/// Buckets whose storage didn't answer last time, so that it is said once.
#[derive(Debug, Default)]
struct Silent(Mutex<BTreeSet<String>>);

pub(crate) async fn run<S: Storage>(shared: Arc<Shared>, storage: Arc<S>, shutdown: Shutdown) {
    let silent = Silent::default();
    loop {
        match look_for_all(&shared, storage.as_ref(), &silent, &shutdown).await {
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

async fn look_for_all(
    shared: &Shared,
    storage: &impl Storage,
    silent: &Silent,
    shutdown: &Shutdown,
) -> Result<(), Error> {
    // A little less than our own pause, or every second round would come just too early.
    let interval = shared.settings.check_interval.mul_f64(0.8);
    while !shutdown.draining().is_cancelled() {
        let due = shared.store.write().probe_due(interval, ROUND).await?;
        if due.is_empty() {
            return Ok(());
        }
        let due = without_those_not_listed(shared, storage, due).await?;
        let mut looks = stream::iter(due).map(|due| look_for(shared, storage, silent, due)).buffer_unordered(AT_ONCE);
        while let Some(looked) = looks.next().await {
            looked?;
        }
    }
    Ok(())
}

/// Those to be asked for one by one: of large groups, only what a listing shows.
async fn without_those_not_listed(shared: &Shared, storage: &impl Storage, due: Vec<Due>) -> Result<Vec<Due>, Error> {
    let mut groups: BTreeMap<(String, String), Vec<Due>> = BTreeMap::new();
    for one in due {
        let prefix = one.key.rfind('/').map_or("", |end| one.key.get(..=end).unwrap_or_default());
        groups.entry((one.bucket.clone(), prefix.to_owned())).or_default().push(one);
    }
    let mut left = Vec::new();
    for ((bucket, prefix), group) in groups {
        let keys = || group.iter().map(|one| one.key.as_str());
        let listed = match (keys().min(), keys().max()) {
            (Some(first), Some(last)) if group.len() > MANY => storage.list(&bucket, &prefix, first, last).await,
            _ => None,
        };
        let Some(listed) = listed else {
            left.extend(group);
            continue;
        };
        shared.circuit.answered();
        for one in group {
            if listed.contains(&one.key) {
                left.push(one);
            } else {
                missing(shared, &one).await?;
            }
        }
    }
    Ok(left)
}

async fn look_for(shared: &Shared, storage: &impl Storage, silent: &Silent, due: Due) -> Result<(), Error> {
    let write = shared.store.write();
    let probe = storage.probe(&due.bucket, &due.key).await;
    silent.hear(shared, &due.bucket, &probe);
    match probe {
        Probe::Found(identity) => {
            let size = identity.size;
            sabotage::reached("probe.before-write");
            if write.mark_ready(due.job, &identity).await?.applied().is_some() {
                info!(target: "queue_processor", job = %due.job, bytes = size, "file is there");
                // This host may be full, or run no jobs at all.
                shared.tell_of_ready();
            }
            Ok(())
        }
        Probe::Unusable(failure) => {
            warn!(target: "queue_processor", job = %due.job, error = %failure, "file can't be used");
            let _lost_to_a_cancel = write.refuse_file(due.job, &failure).await?;
            Ok(())
        }
        Probe::Missing => missing(shared, &due).await,
        Probe::Denied { why } => {
            let seen = format!("access is denied ({why}); without the right to list, a missing object looks so");
            note(shared, &due, &seen).await
        }
        Probe::Unreachable { why } => note(shared, &due, &format!("the server didn't say ({why})")).await,
    }
}

/// Only this counts as not having come: a storage that doesn't answer, or doesn't let us look, fails no job.
async fn missing(shared: &Shared, due: &Due) -> Result<(), Error> {
    if shared.settings.file_wait_timeout.is_some_and(|patience| due.waited >= patience) {
        let _lost_to_a_cancel = shared.store.write().refuse_file(due.job, &never_came(due)).await?;
        return Ok(());
    }
    note(shared, due, NOTHING_YET).await
}

/// Written only when it is another than last time: most looks see the same again.
async fn note(shared: &Shared, due: &Due, seen: &str) -> Result<(), Error> {
    if due.note.as_deref() != Some(seen) {
        let _lost_to_a_cancel = shared.store.write().note_missing(due.job, seen).await?;
    }
    Ok(())
}

fn never_came(due: &Due) -> Failure {
    let waited = due.waited.as_secs();
    let place = ObjectRef::of_place(&due.bucket, &due.key);
    let message = format!("{place} didn't come within {waited} s: {NOTHING_YET}");
    Failure::new(Code::JobFileTimeout, Class::Permanent(Reason::Storage), message)
        .with_help("upload the object and retry the job; FILE_WAIT_TIMEOUT says how long jobs wait")
}

impl Silent {
    fn hear(&self, shared: &Shared, bucket: &str, probe: &Probe) {
        let mut silent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A web server that a job named says nothing of the storage.
        if ObjectRef::is_web(bucket) {
            return;
        }
        if let Probe::Unreachable { why } = probe {
            shared.circuit.failed(Instant::now(), shared.settings.storage_pause());
            if silent.insert(bucket.to_owned()) {
                warn!(target: "queue_processor", bucket, why, "the storage doesn't answer; jobs wait");
            }
            return;
        }
        shared.circuit.answered();
        if silent.remove(bucket) {
            info!(target: "queue_processor", bucket, "the storage answers again");
        }
    }
}
