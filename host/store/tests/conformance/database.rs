//! A database of a test's own, with words for arranging jobs in it.

use std::time::Duration;

use rushes_model::media::MediaFacts;
use rushes_model::report::{Method, Report, ReportObject, VERSION};
use rushes_model::{ByteSize, Class, Code, Failure, HostId, Identity, JobId, Reason};
use rushes_store::{Claim, ClaimRequest, Job, Loaded, NewInterview, NewJob, Read, Rescue, RetryPolicy, Store, Write};
use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};

/// A fresh database.
pub(crate) struct Database {
    pub(crate) store: Store,
    pub(crate) url: String,
    /// For moving moments: tests shift rows, not clocks.
    raw: DatabaseConnection,
    _folder: Option<tempfile::TempDir>,
}

/// Where a PostgreSQL server runs for tests: `tests/with-postgres` says so.
const SERVER: &str = "RUSHES_TEST_POSTGRES";

pub(crate) const LEASE: Duration = Duration::from_secs(60);
pub(crate) const RETRY: RetryPolicy =
    RetryPolicy { max_attempts: 3, first_delay: Duration::from_secs(300), longest_delay: Duration::from_secs(3600) };
pub(crate) const RESCUE: Rescue =
    Rescue { stuck_after: Duration::from_secs(7200), crash_delay: Duration::from_secs(10) };

impl Database {
    pub(crate) async fn sqlite() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("rushes.db").display());
        Some(Self::open(url, Some(folder)).await)
    }

    /// None where there is no server, which is said aloud and fails in CI.
    pub(crate) async fn postgres() -> Option<Self> {
        Some(Self::open(empty_postgres().await?, None).await)
    }

    async fn open(url: String, folder: Option<tempfile::TempDir>) -> Self {
        let store = Store::open(&url).await.unwrap();
        let mut options = sea_orm::ConnectOptions::new(url.clone());
        options.max_connections(1).sqlx_logging(false);
        let raw = sea_orm::Database::connect(options).await.unwrap();
        Self { store, url, raw, _folder: folder }
    }

    /// The address of another database of this kind, in which nothing is yet; its folder goes with the second.
    pub(crate) async fn another(&self) -> (String, Option<tempfile::TempDir>) {
        if self.url.starts_with("postgres") {
            return (empty_postgres().await.expect("the server is there"), None);
        }
        let folder = tempfile::tempdir().unwrap();
        (format!("sqlite:{}", folder.path().join("fresh.db").display()), Some(folder))
    }

    pub(crate) fn write(&self) -> &Write {
        self.store.write()
    }

    pub(crate) fn read(&self) -> &Read {
        self.store.read()
    }

    pub(crate) async fn job(&self, id: JobId) -> Job {
        self.read().find_job(id).await.unwrap().unwrap()
    }

    /// A job that waits for its file.
    pub(crate) async fn waiting(&self, key: &str) -> JobId {
        self.write().create_job(NewJob::new("bucket", key, "p")).await.unwrap().into_job().id
    }

    /// A job of an interview, ready.
    pub(crate) async fn ready_in(&self, interview: &str, expected_jobs: Option<u32>) -> JobId {
        let interview = NewInterview { id: interview.into(), interview_type: Some("video".into()), expected_jobs };
        self.ready_as(NewJob { interview: Some(interview), ..NewJob::new("bucket", "key", "p") }).await
    }

    pub(crate) async fn ready_as(&self, new: NewJob) -> JobId {
        let id = self.write().create_job(new).await.unwrap().into_job().id;
        self.found(id).await;
        id
    }

    /// A job whose file is there.
    pub(crate) async fn ready(&self) -> JobId {
        self.ready_as(NewJob::new("bucket", "key", "p")).await
    }

    pub(crate) async fn found(&self, id: JobId) {
        self.write().mark_ready(id, &identity()).await.unwrap().applied().unwrap();
    }

    /// Claims one job, which must be there.
    pub(crate) async fn claim(&self) -> Claim {
        let mut claims = self.write().claim(&request()).await.unwrap();
        claims.pop().expect("a job is ready")
    }

    pub(crate) async fn running(&self) -> Claim {
        self.ready().await;
        self.claim().await
    }

    /// Lets so much time pass for one moment of all jobs.
    pub(crate) async fn shift(&self, column: &str, by: Duration) {
        self.execute(&format!("UPDATE jobs SET {column} = {column} - {}", by.as_millis())).await;
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.raw.execute_unprepared(sql).await.unwrap();
    }

    pub(crate) async fn count(&self, of: &str) -> i64 {
        let question =
            Statement::from_string(self.raw.get_database_backend(), format!("SELECT count(*) AS n FROM {of}"));
        self.raw.query_one_raw(question).await.unwrap().unwrap().try_get("", "n").unwrap()
    }

    /// A job's row, in this database's words.
    pub(crate) fn is(&self, id: JobId) -> String {
        let plain = id.as_uuid().simple();
        if self.url.starts_with("postgres") { format!("id = '{plain}'") } else { format!("id = x'{plain}'") }
    }

    /// Jobs that ended aren't counted in advance, and will be with the next look.
    pub(crate) async fn count_from_the_start(&self) {
        self.execute("UPDATE tallies SET until = 0, completed = 0, failed = 0, cancelled = 0").await;
    }

    /// Nothing is in it any more.
    pub(crate) async fn empty(&self) {
        for table in ["jobs", "interviews", "deliveries", "events"] {
            self.execute(&format!("DELETE FROM {table}")).await;
        }
        self.count_from_the_start().await;
    }

    /// The lease runs out, and somebody takes the job back.
    pub(crate) async fn host_dies(&self) -> Vec<Job> {
        self.shift("lease_expires_at", LEASE * 2).await;
        self.write().rescue_expired(&RESCUE).await.unwrap()
    }

    /// The lease runs out, the job is taken back, and its delay passes.
    pub(crate) async fn crash(&self) {
        self.host_dies().await;
        self.shift("run_at", Duration::from_secs(3600)).await;
    }

    pub(crate) async fn event_types(&self) -> Vec<String> {
        let mut events = self.read().announced(1000).await.unwrap();
        events.reverse();
        events.into_iter().map(|event| event.event_type).collect()
    }
}

async fn empty_postgres() -> Option<String> {
    let Some(server) = std::env::var_os(SERVER) else {
        assert!(std::env::var_os("CI").is_none(), "{SERVER} isn't set, and CI is: run it by tests/with-postgres");
        eprintln!("SKIPPED: {SERVER} isn't set; run it by tests/with-postgres");
        return None;
    };
    let server = server.to_str().expect("an address");
    let admin = sea_orm::Database::connect(format!("{server}/postgres")).await.unwrap();
    let name = format!("t{}", JobId::new().as_uuid().simple());
    admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await.unwrap();
    admin.close().await.unwrap();
    Some(format!("{server}/{name}"))
}

/// An idle host that can take one job.
pub(crate) fn request() -> ClaimRequest {
    ClaimRequest {
        host: HostId::new(),
        queues: vec!["default".into()],
        loaded: vec![Loaded { pipeline: "p".into(), memory: ByteSize::mib(100) }],
        slots: 1,
        free: ByteSize::mib(1000),
        whole: ByteSize::mib(1000),
        is_idle: true,
        lease: LEASE,
        timeout: Duration::from_secs(3600),
    }
}

pub(crate) fn identity() -> Identity {
    Identity {
        size: 7,
        etag: Some(rushes_model::ETag::new("\"e\"")),
        version: None,
        modified: None,
        place: "s3://bucket/key".into(),
    }
}

pub(crate) fn report() -> Report {
    Report {
        version: VERSION,
        job: None,
        interview_id: None,
        pipeline: "p".into(),
        status: "3".into(),
        object: ReportObject { uri: "s3://bucket/key".into(), size: 7, etag: None },
        media: MediaFacts { container: "wav".into(), duration_s: Some(1.0), audio: None, video: None },
        method: Method::Regular,
        bytes_read: 7,
        pictures_decoded: 0,
        damage: Vec::new(),
        analyzers: std::collections::BTreeMap::new(),
        stages: Vec::new(),
    }
}

pub(crate) fn transient(code: Code) -> Failure {
    Failure::new(code, Class::Transient, "the server was slow")
}

pub(crate) fn permanent() -> Failure {
    Failure::new(Code::MediaMalformed, Class::Permanent(Reason::Media), "no moov")
}
