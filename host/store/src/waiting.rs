//! Why a ready job isn't taken: what the hosts say.

use std::time::Duration;

use rushes_model::ByteSize;
use rushes_model::job::State;

use crate::Result;
use crate::database::Read;
use crate::hosts::Host;
use crate::job::Job;

impl Read {
    /// Why a job isn't further: as [`Job::why`], and for a ready one what keeps the hosts that were heard of within a
    /// time from taking it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn why(&self, job: &Job, within: Duration) -> Result<String> {
        if job.state != State::Ready {
            return Ok(job.why());
        }
        if self.paused_pipelines().await?.contains(&job.pipeline) {
            return Ok(format!("its pipeline `{}` is paused", job.pipeline));
        }
        let hosts = self.live_hosts(within).await?;
        Ok(obstacle(job, &hosts).unwrap_or_else(|| job.why()))
    }
}

/// What keeps all of them from it; none where one of them is merely full.
fn obstacle(job: &Job, hosts: &[Host]) -> Option<String> {
    if hosts.is_empty() {
        return Some("waits for a host: none is running".into());
    }
    let serving: Vec<&Host> = hosts.iter().filter(|host| serves(host, job)).collect();
    if serving.is_empty() {
        return Some(format!("no running host serves the queue `{}`", job.queue));
    }
    let able: Vec<&Host> = serving.into_iter().filter(|host| host.figures.pipelines.contains(&job.pipeline)).collect();
    if able.is_empty() {
        return Some(format!("no running host has loaded the pipeline `{}`", job.pipeline));
    }
    let fitting: Vec<&Host> = able.iter().copied().filter(|host| has_room_when_empty(host, job)).collect();
    if fitting.is_empty() {
        let most = able.iter().map(|host| host.figures.memory_whole).max().unwrap_or_default();
        return Some(format!("needs more memory than any running host may use (the largest: {most})"));
    }
    let throttled = fitting.iter().all(|host| host.figures.throttle != "none");
    throttled.then(|| {
        let each: Vec<String> =
            fitting.iter().map(|host| format!("{} is {}", host.host.name, host.figures.throttle)).collect();
        format!("no host takes jobs now: {}", each.join(", "))
    })
}

/// Unknown where a host of an older version says nothing of it.
fn serves(host: &Host, job: &Job) -> bool {
    host.figures.queues.as_ref().is_none_or(|queues| queues.contains(&job.queue))
}

/// Unknown where a host of an older version says nothing of it.
fn has_room_when_empty(host: &Host, job: &Job) -> bool {
    let figures = &host.figures;
    figures.memory_whole == ByteSize::default()
        || (job.memory <= figures.memory_whole && !figures.too_large.contains(&job.pipeline))
}
