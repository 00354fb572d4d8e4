//! Lists, counts and hosts.

use std::time::Duration;

use rushes_model::job::{State, Status};
use rushes_model::{ByteSize, HostId, JobId};
use rushes_store::{Counts, Filter, HostFigures, NewHost, NewJob, Retention};

use crate::database::{Database, RETRY, permanent, report};

pub(crate) async fn jobs_are_listed_newest_first_page_by_page(db: Database) {
    let mut ids: Vec<JobId> = Vec::new();
    for _ in 0..5 {
        ids.push(db.waiting("key").await);
    }
    // All in one moment: the id decides.
    db.execute("UPDATE jobs SET created_at = 1000").await;
    ids.sort_unstable_by(|a, b| b.cmp(a));
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = db.read().list(&Filter::default(), after, 2).await.unwrap();
        assert!(page.jobs.len() <= 2);
        seen.extend(page.jobs.iter().map(|job| job.id));
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, ids);
}

pub(crate) async fn a_list_can_be_filtered(db: Database) {
    db.waiting("key").await;
    let mine = db.ready_in("i", None).await;
    let ids = async |filter: Filter| -> Vec<JobId> {
        db.read().list(&filter, None, 10).await.unwrap().jobs.iter().map(|job| job.id).collect()
    };
    let by_interview = Filter { interview_id: Some("i".into()), ..Filter::default() };
    assert_eq!(ids(by_interview.clone()).await, [mine]);
    assert_eq!(ids(Filter { status: Some(Status::Completed), ..by_interview }).await, []);
    assert_eq!(ids(Filter { interview_id: Some("unheard-of".into()), ..Filter::default() }).await, []);
    assert_eq!(ids(Filter { pipeline: Some("p".into()), ..Filter::default() }).await.len(), 2);
    let job = db.read().list(&Filter::default(), None, 1).await.unwrap().jobs.remove(0);
    assert_eq!((job.interview_id.as_deref(), job.interview_type.as_deref()), (Some("i"), Some("video")));
}

pub(crate) async fn counts_tell_states_apart(db: Database) {
    let claims = [db.running().await, db.running().await, db.running().await];
    db.write().complete(&claims[0], &report()).await.unwrap().applied().unwrap();
    db.write().fail(&claims[1], &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    let cancelled = db.waiting("key").await;
    db.write().cancel(cancelled).await.unwrap();
    db.waiting("key").await;
    db.shift("started_at", Duration::from_secs(7201)).await;
    let later = db.running().await;
    let slow = crate::database::transient(rushes_model::Code::StorageUnavailable);
    db.write().fail(&later, &slow, None, &RETRY, 1.0).await.unwrap().applied().unwrap();
    db.ready().await;
    let counts = db.read().queue_status(Duration::from_secs(7200)).await.unwrap();
    assert!(counts.oldest_processing.unwrap() >= Duration::from_secs(7201));
    assert!(counts.oldest_ready.unwrap() < Duration::from_secs(60));
    let expected = Counts {
        waiting_for_file: 1,
        ready: 1,
        retry_wait: 1,
        processing: 1,
        failed: 1,
        cancelled: 1,
        completed: 1,
        stuck: 1,
        oldest_processing: counts.oldest_processing,
        oldest_ready: counts.oldest_ready,
    };
    assert_eq!(counts, expected);
    assert_eq!((counts.total(), counts.pending(), counts.failed_or_cancelled()), (7, 3, 2));
}

pub(crate) async fn jobs_that_ended_are_counted_exactly_whoever_counts_them_when(db: Database) {
    let mut ended = Vec::new();
    for index in 0..9 {
        let claim = db.running().await;
        match index % 3 {
            0 => drop(db.write().complete(&claim, &report()).await.unwrap().applied().unwrap()),
            1 => drop(db.write().fail(&claim, &permanent(), None, &RETRY, 1.0).await.unwrap().applied().unwrap()),
            _ => {
                db.write().cancel(claim.id()).await.unwrap();
                let slow = crate::database::transient(rushes_model::Code::StorageUnavailable);
                db.write().fail(&claim, &slow, None, &RETRY, 1.0).await.unwrap().applied().unwrap();
            }
        }
        ended.push(claim.id());
    }
    let counted = async || {
        let counts = db.read().queue_status(Duration::from_secs(7200)).await.unwrap();
        (counts.completed, counts.failed, counts.cancelled, counts.waiting_for_file)
    };
    assert_eq!(counted().await, (3, 3, 3, 0), "before anybody counted");
    // Counting leaves out the last minutes: six are counted, three ended since.
    db.shift("finished_at", Duration::from_secs(1200)).await;
    for id in &ended[6..] {
        db.execute(&format!("UPDATE jobs SET finished_at = finished_at + 1200000 WHERE {}", db.is(*id))).await;
    }
    db.write().prune(&Retention::default()).await.unwrap();
    assert_eq!(db.count("tallies WHERE completed = 2 AND failed = 2 AND cancelled = 2").await, 1);
    assert_eq!(counted().await, (3, 3, 3, 0), "some counted, some not");
    // Of those that were counted, and of those that weren't: retried, deleted, retried together.
    for id in [ended[0], ended[6]] {
        db.write().retry(id).await.unwrap();
    }
    assert_eq!(counted().await, (1, 3, 3, 2));
    for id in [ended[1], ended[7]] {
        db.write().delete_job(id).await.unwrap();
    }
    assert_eq!(counted().await, (1, 1, 3, 2));
    let cancelled = Filter { state: Some(State::Cancelled), ..Filter::default() };
    db.write().retry_all(&cancelled).await.unwrap();
    assert_eq!(counted().await, (1, 1, 0, 5));
    // Forgotten: one that was counted, and what is younger stays.
    let keep = Retention { jobs: Duration::from_secs(900), ..Retention::default() };
    assert_eq!(db.write().prune(&keep).await.unwrap().jobs, 2);
    assert_eq!(counted().await, (0, 0, 0, 5));
    assert_eq!(db.count("tallies WHERE completed = 0 AND failed = 0 AND cancelled = 0").await, 1);
}

pub(crate) async fn hosts_are_live_while_they_are_heard_of(db: Database) {
    let new = host();
    db.write().register_host(new.clone()).await.unwrap();
    let figures = figures("paused");
    db.write().heartbeat_host(new.id, &figures).await.unwrap().applied().unwrap();
    let live = db.read().live_hosts(Duration::from_secs(60)).await.unwrap();
    assert_eq!(live.iter().map(|host| (&host.host, &host.figures)).collect::<Vec<_>>(), [(&new, &figures)]);
    db.execute("UPDATE hosts SET heartbeat_at = heartbeat_at - 61000").await;
    assert!(db.read().live_hosts(Duration::from_secs(60)).await.unwrap().is_empty());
    db.write().remove_host(new.id).await.unwrap();
    assert_eq!(db.count("hosts").await, 0);
}

pub(crate) async fn a_ready_job_says_what_keeps_hosts_from_it(db: Database) {
    let id = db.ready().await;
    let why = async || db.read().why(&db.job(id).await, Duration::from_secs(60)).await.unwrap();
    assert!(why().await.contains("none is running"));
    let host = host();
    db.write().register_host(host.clone()).await.unwrap();
    assert!(why().await.contains("no running host has loaded the pipeline `p`"));
    db.write().heartbeat_host(host.id, &figures("paused")).await.unwrap().applied().unwrap();
    assert!(why().await.contains("machine is paused"));
    db.write().heartbeat_host(host.id, &figures("none")).await.unwrap().applied().unwrap();
    assert_eq!(why().await, db.job(id).await.why());
}

pub(crate) async fn a_job_in_a_queue_that_nobody_serves_says_so(db: Database) {
    let id = db.ready_as(NewJob { queue: "far".into(), ..NewJob::new("b", "k", "p") }).await;
    let why = async || db.read().why(&db.job(id).await, Duration::from_secs(60)).await.unwrap();
    let host = host();
    db.write().register_host(host.clone()).await.unwrap();
    let serving = |queues: &[&str]| {
        let queues = Some(queues.iter().map(|&queue| queue.to_owned()).collect());
        HostFigures { queues, ..figures("none") }
    };
    db.write().heartbeat_host(host.id, &serving(&["default"])).await.unwrap().applied().unwrap();
    assert_eq!(why().await, "no running host serves the queue `far`");
    // A host of an older version says nothing of its queues.
    for figures in [serving(&["default", "far"]), figures("none")] {
        db.write().heartbeat_host(host.id, &figures).await.unwrap().applied().unwrap();
        assert_eq!(db.read().hosts().await.unwrap()[0].figures, figures);
        assert_eq!(why().await, db.job(id).await.why());
    }
}

fn host() -> NewHost {
    NewHost {
        id: HostId::new(),
        name: "machine".into(),
        version: "0.1.0".into(),
        method: "streaming_s3".into(),
        slots: 3,
    }
}

fn figures(throttle: &str) -> HostFigures {
    HostFigures {
        running: 2,
        recommended: 5,
        memory_used: ByteSize::mib(1),
        memory_limit: ByteSize::mib(3),
        memory_reserved: ByteSize::mib(2),
        throttle: throttle.into(),
        pipelines: vec!["p".into()],
        ..HostFigures::default()
    }
}

pub(crate) async fn a_job_that_fits_no_host_says_so(db: Database) {
    let large = db.ready_as(NewJob { memory: ByteSize::mib(900), ..NewJob::new("b", "k", "p") }).await;
    let why = async |id| db.read().why(&db.job(id).await, Duration::from_secs(60)).await.unwrap();
    let host = host();
    db.write().register_host(host.clone()).await.unwrap();
    let whole = HostFigures { memory_whole: ByteSize::mib(850), ..figures("none") };
    db.write().heartbeat_host(host.id, &whole).await.unwrap().applied().unwrap();
    assert!(why(large).await.contains("more memory than any running host"), "{}", why(large).await);
    let small = db.ready().await;
    assert_eq!(why(small).await, db.job(small).await.why());
    let none = HostFigures { too_large: vec!["p".into()], ..whole };
    db.write().heartbeat_host(host.id, &none).await.unwrap().applied().unwrap();
    assert!(why(small).await.contains("more memory than any running host"), "{}", why(small).await);
}
