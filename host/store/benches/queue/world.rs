//! Databases with many rows, and what a job is.

use std::fs;
use std::path::Path;
use std::time::Duration;

use rushes_model::media::MediaFacts;
use rushes_model::report::{Method, Report, ReportObject, VERSION};
use rushes_model::{ByteSize, HostId, JobId};
use rushes_store::{ClaimRequest, Loaded, Store};
use sea_orm::{ConnectionTrait, DatabaseConnection, FromQueryResult, Statement};

/// A database of a bench's own.
pub(crate) struct Database {
    pub(crate) url: String,
    pub(crate) store: Store,
    raw: DatabaseConnection,
    _folder: Option<tempfile::TempDir>,
}

impl Database {
    /// None where there is no server.
    pub(crate) async fn postgres() -> Option<Self> {
        let server = std::env::var_os("RUSHES_TEST_POSTGRES").and_then(|server| server.into_string().ok());
        let Some(server) = server else {
            println!("SKIPPED: run it by tests/with-postgres");
            return None;
        };
        let name = format!("b{}", JobId::new().as_uuid().simple());
        connect(&format!("{server}/postgres"))
            .await
            .execute_unprepared(&format!("CREATE DATABASE {name}"))
            .await
            .unwrap();
        Some(Self::open(format!("{server}/{name}"), None).await)
    }

    pub(crate) async fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open(format!("sqlite:{}", folder.path().join("rushes.db").display()), Some(folder)).await
    }

    async fn open(url: String, folder: Option<tempfile::TempDir>) -> Self {
        let store = Store::open(&url).await.unwrap();
        Self { raw: connect(&url).await, url, store, _folder: folder }
    }

    pub(crate) fn is_postgres(&self) -> bool {
        self.url.starts_with("postgres")
    }

    pub(crate) async fn execute(&self, sql: &str) {
        self.raw.execute_unprepared(sql).await.unwrap();
    }

    pub(crate) async fn text(&self, sql: &str) -> String {
        #[derive(FromQueryResult)]
        struct Text {
            text: String,
        }
        let question = Statement::from_string(self.raw.get_database_backend(), sql.to_owned());
        Text::find_by_statement(question).one(&self.raw).await.unwrap().unwrap().text
    }

    /// Jobs that are ready, each the only one of a sealed interview.
    pub(crate) async fn add_ready(&self, count: u32) {
        let rows = self.numbers(count);
        let id = self.fresh_id();
        self.execute(&format!(
            "INSERT INTO interviews (id, external_id, sealed, expected_jobs, total_jobs, open_jobs, failed_jobs, \
             generation, created_at) SELECT {id}, 'i' || n || '-' || (SELECT count(*) FROM interviews), {}, 1, 1, 1, 0, 0, 0 \
             FROM {rows}",
            if self.is_postgres() { "true" } else { "1" }
        ))
        .await;
        self.execute(&format!(
            "{INSERT} SELECT id, id, {} FROM interviews WHERE open_jobs = 1 AND total_jobs = 1 \
             AND NOT EXISTS (SELECT 1 FROM jobs WHERE jobs.id = interviews.id)",
            columns(0, 1, "NULL", "NULL")
        ))
        .await;
        self.analyze().await;
    }

    /// Jobs that wait for their file, or ended over the last thirty days: of 100, 95 completed, 4 failed, 1 cancelled.
    pub(crate) async fn add_others(&self, waiting: u32, ended: u32) {
        let id = self.fresh_id();
        self.execute(&format!(
            "{INSERT} SELECT {id}, NULL, {} FROM {}",
            columns(0, 0, "NULL", "NULL"),
            self.numbers(waiting)
        ))
        .await;
        let kind = "CASE WHEN n % 100 < 95 THEN NULL WHEN n % 100 < 99 THEN 0 ELSE 4 END";
        let status = "CASE WHEN n % 100 < 95 THEN 3 ELSE 2 END";
        let at = format!(
            "{} - 2592000000 + CAST(n AS bigint) * {}",
            self.now_ms(),
            2_592_000_000_u64 / u64::from(ended.max(1))
        );
        let columns = columns(9, 1, &at, kind).replacen("9,", &format!("{status},"), 1);
        self.execute(&format!("{INSERT} SELECT {id}, NULL, {columns} FROM {}", self.numbers(ended))).await;
        self.analyze().await;
    }

    async fn analyze(&self) {
        self.execute(if self.is_postgres() { "VACUUM ANALYZE" } else { "ANALYZE" }).await;
    }

    fn now_ms(&self) -> &'static str {
        if self.is_postgres() {
            "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)"
        } else {
            "CAST(unixepoch('subsec') * 1000 AS INTEGER)"
        }
    }

    fn numbers(&self, count: u32) -> String {
        if self.is_postgres() {
            format!("generate_series(1, {count}) AS n")
        } else {
            format!(
                "(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < {count}) SELECT n FROM c)"
            )
        }
    }

    fn fresh_id(&self) -> &'static str {
        if self.is_postgres() { "gen_random_uuid()" } else { "randomblob(16)" }
    }
}

const INSERT: &str = "INSERT INTO jobs (id, interview_id, queue, priority, pipeline, bucket, object_key, status, \
    data_process, run_at, waiting_since, next_probe_at, probe_count, attempt, generation, crash_count, est_memory, \
    progress, created_at, started_at, finished_at, failure_kind, turn)";

/// What the insertion's columns from the third on hold.
fn columns(status: i16, data_process: i16, finished_at: &str, kind: &str) -> String {
    let begun = if finished_at == "NULL" { "NULL".into() } else { format!("{finished_at} - 510000") };
    format!(
        "'default', 5, 'p', 'bucket', 'interviews/2026/recording.mp4', {status}, {data_process}, 1, 1, 1, 0, 0, 0, 0, 0, \
         0, 1, {begun}, {finished_at}, {kind}, 0"
    )
}

async fn connect(url: &str) -> DatabaseConnection {
    let mut options = sea_orm::ConnectOptions::new(if url.starts_with("sqlite:") {
        format!("sqlite://{}", url.trim_start_matches("sqlite:"))
    } else {
        url.to_owned()
    });
    options.max_connections(1).sqlx_logging(false);
    sea_orm::Database::connect(options).await.unwrap()
}

/// A host that has work, and room for one job more.
pub(crate) fn request(host: HostId) -> ClaimRequest {
    ClaimRequest {
        host,
        queues: vec!["default".into()],
        loaded: vec![Loaded { pipeline: "p".into(), memory: ByteSize::mib(100) }],
        slots: 1,
        free: ByteSize::mib(1000),
        whole: ByteSize::mib(4000),
        is_idle: false,
        lease: Duration::from_secs(60),
        timeout: Duration::from_secs(3600),
    }
}

/// Of some 600 bytes.
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

/// CPU seconds of this process.
pub(crate) fn own_cpu() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap();
    let rest = stat.rsplit_once(") ").unwrap().1;
    rest.split(' ').skip(11).take(2).map(|ticks| ticks.parse::<f64>().unwrap()).sum::<f64>() / 100.0
}

/// CPU seconds of a PostgreSQL server and its connections, those that ended too.
pub(crate) fn server_cpu(data: &Path) -> f64 {
    let pid = fs::read_to_string(data.join("postmaster.pid")).unwrap();
    let postmaster: u32 = pid.lines().next().unwrap().parse().unwrap();
    let mut ticks = 0;
    for entry in fs::read_dir("/proc").unwrap().flatten() {
        let Ok(stat) = fs::read_to_string(entry.path().join("stat")) else { continue };
        let Some((pid, rest)) = stat.split_once(" (").zip(stat.rsplit_once(") ")).map(|(a, b)| (a.0, b.1)) else {
            continue;
        };
        let fields: Vec<&str> = rest.split(' ').collect();
        let number = |index: usize| fields[index].parse::<u64>().unwrap_or(0);
        if pid.parse() == Ok(postmaster) {
            ticks += number(11) + number(12) + number(13) + number(14);
        } else if number(1) == u64::from(postmaster) {
            ticks += number(11) + number(12);
        }
    }
    ticks as f64 / 100.0
}
