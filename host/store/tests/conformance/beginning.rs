//! Beginning interviews, and listing them.

use rushes_model::JobId;
use rushes_store::{Error, Idempotency, InterviewState, NewInterview, NewInterviewWithJobs, NewJob};

use crate::database::Database;

fn wanted(id: &str, jobs: usize, sealed: bool) -> NewInterviewWithJobs {
    NewInterviewWithJobs {
        interview: NewInterview { id: id.into(), interview_type: Some("video".into()), expected_jobs: None },
        jobs: (0..jobs).map(|index| NewJob::new("b", format!("{id}/{index}"), "p")).collect(),
        sealed,
        idempotency: None,
    }
}

fn keyed(id: &str, key: &str, body: &str) -> NewInterviewWithJobs {
    let idempotency = Idempotency { scope: "me".into(), key: key.into(), fingerprint: body.into() };
    NewInterviewWithJobs { idempotency: Some(idempotency), ..wanted(id, 1, false) }
}

pub(crate) async fn an_interview_begins_with_its_jobs_and_sealed(db: Database) {
    let begun = db.write().begin_interview(&wanted("42", 2, true)).await.unwrap();
    assert_eq!((begun.interview.state, begun.interview.total_jobs), (InterviewState::Processing, 2));
    assert_eq!(begun.jobs.iter().map(|job| job.key.as_str()).collect::<Vec<_>>(), ["42/0", "42/1"]);
    assert_eq!(begun.jobs[0].interview_id.as_deref(), Some("42"));
    let open = db.write().begin_interview(&wanted("43", 0, false)).await.unwrap();
    assert_eq!((open.interview.state, open.interview.total_jobs), (InterviewState::Open, 0));
}

pub(crate) async fn a_second_interview_of_that_name_is_refused(db: Database) {
    db.write().begin_interview(&wanted("42", 1, false)).await.unwrap();
    let refused = db.write().begin_interview(&wanted("42", 1, false)).await.unwrap_err();
    assert!(matches!(refused, Error::InterviewExists(_)), "{refused}");
    assert_eq!(db.count("jobs").await, 1);
}

pub(crate) async fn the_same_request_begins_one_interview(db: Database) {
    let first = db.write().begin_interview(&keyed("42", "k", "body")).await.unwrap();
    let again = db.write().begin_interview(&keyed("42", "k", "body")).await.unwrap();
    assert!(!first.is_replayed && again.is_replayed);
    assert_eq!(first.interview, again.interview);
    let refused = db.write().begin_interview(&keyed("43", "k", "another body")).await.unwrap_err();
    assert!(matches!(refused, Error::KeyReused { .. }), "{refused}");
    assert_eq!((db.count("jobs").await, db.count("interviews").await), (1, 1));
    db.execute("UPDATE interviews SET created_at = created_at - 86400001").await;
    assert!(!db.write().begin_interview(&keyed("43", "k", "another body")).await.unwrap().is_replayed);
}

pub(crate) async fn a_new_version_of_an_object_that_is_read_is_not_known(db: Database) {
    let claim = db.running().await;
    let job = db.job(claim.id()).await;
    let has =
        async |etag: Option<&str>| db.read().has_job_for(&job.bucket, &job.key, &job.pipeline, etag).await.unwrap();
    assert!(has(Some("e")).await);
    assert!(!has(Some("newer")).await);
    assert!(has(None).await, "nothing says that it is another");
    // Until somebody waits for it.
    db.waiting(&job.key).await;
    assert!(has(Some("newer")).await);
}

pub(crate) async fn interviews_are_listed_newest_first_page_by_page(db: Database) {
    for id in ["1", "2", "3"] {
        db.write().begin_interview(&wanted(id, 0, false)).await.unwrap();
    }
    let first = db.read().interviews(None, 2).await.unwrap();
    let second = db.read().interviews(first.next, 2).await.unwrap();
    let names = first.interviews.iter().chain(&second.interviews).map(|one| one.external_id.as_str());
    assert_eq!(names.collect::<Vec<_>>(), ["3", "2", "1"]);
    assert!(second.next.is_none());
}

pub(crate) async fn reports_of_an_interview_come_together(db: Database) {
    let ids = [db.ready_in("42", None).await, db.ready_in("42", None).await];
    db.execute(
        "INSERT INTO reports (job_id, document, created_at) SELECT id, '{}', 0 FROM jobs WHERE interview_id IS NOT NULL"
    )
    .await;
    let all = db.read().reports_of("42", None, 10).await.unwrap();
    let mut jobs: Vec<JobId> = all.iter().map(|report| report.job).collect();
    assert_eq!(db.read().reports_of("42", Some(jobs[0]), 10).await.unwrap().len(), 1);
    jobs.sort();
    assert_eq!(jobs, ids);
    assert!(matches!(db.read().reports_of("43", None, 10).await, Err(Error::UnknownInterview(_))));
}

pub(crate) async fn an_object_that_has_its_job_is_known(db: Database) {
    let id = db.ready().await;
    let job = db.job(id).await;
    let has = async |pipeline: &str, etag: Option<&str>| {
        db.read().has_job_for(&job.bucket, &job.key, pipeline, etag).await.unwrap()
    };
    assert!(has(&job.pipeline, None).await);
    assert!(!has("another", None).await);
    db.write().cancel(id).await.unwrap();
    let etag = job.identity.and_then(|identity| identity.etag).unwrap().to_string();
    assert!(has(&job.pipeline, Some(etag.trim_matches('"'))).await);
    assert!(!has(&job.pipeline, Some("newer")).await);
}
