//! Claim and complete by sixteen workers of four hosts, and the same statements sent by `pgbench`: what our own code and
//! its driver cost beside the server and the round trips.
//!
//! The script is made of what the server logged of one job, with the same parameters: the lease is made anew by each
//! transaction, the job (and its interview, which has its id here) is what the claim returned, an event's id is
//! `gen_random_uuid()`, and JSON is a text of its length.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Instant;

use rushes_model::HostId;
use rushes_store::Store;

use super::world::{Database, own_cpu, report, request, server_cpu};

const HOSTS: usize = 4;
const WORKERS: usize = 16;
const JOBS: u32 = 12_000;

pub(crate) async fn run() {
    let Some(db) = Database::postgres().await else { return };
    let data = PathBuf::from(db.text("SELECT current_setting('data_directory') AS text").await);
    let script = record(&data).await;
    let sent = script.text.lines().filter(|line| line.ends_with(';') || line.ends_with("gset")).count();
    println!("\nclaim and complete, {WORKERS} workers, {sent} statements a job");
    for _ in 0..2 {
        let ours = ours(&db, &data).await;
        let theirs = theirs(&data, &script).await;
        println!("store {ours:>7.0}/s   pgbench {theirs:>7.0}/s   ratio {:.2}", ours / theirs);
    }
}

async fn ours(db: &Database, data: &Path) -> f64 {
    db.execute("TRUNCATE jobs, interviews, job_attempts, reports, events, deliveries CASCADE").await;
    db.add_ready(JOBS).await;
    let left = Arc::new(AtomicU32::new(JOBS / 2));
    let mut stores = Vec::new();
    for _ in 0..HOSTS {
        stores.push(Store::open(&db.url).await.unwrap());
    }
    let (begun, cpu, own) = (Instant::now(), server_cpu(data), own_cpu());
    let mut tasks = tokio::task::JoinSet::new();
    for worker in 0..WORKERS {
        let (store, left) = (stores[worker % HOSTS].clone(), Arc::clone(&left));
        tasks.spawn(async move {
            let (request, report) = (request(HostId::new()), report());
            while left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1)).is_ok() {
                let claim = store.write().claim(&request).await.unwrap().pop().unwrap();
                store.write().complete(&claim, &report).await.unwrap().applied().unwrap();
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done.unwrap();
    }
    let wall = begun.elapsed().as_secs_f64();
    println!("(store: {wall:.1} s; CPU of the server {:.1} s, ours {:.1} s)", server_cpu(data) - cpu, own_cpu() - own);
    f64::from(JOBS / 2) / wall
}

async fn theirs(data: &Path, script: &Script) -> f64 {
    let db = Database::postgres().await.unwrap();
    db.add_ready(JOBS).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("script.sql");
    fs::write(&file, &script.text).unwrap();
    let cpu = server_cpu(data);
    let output = Command::new("pgbench")
        .args(["-n", "-M", "prepared", "-c", "16", "-j", "2", "-t", &(JOBS as usize / 2 / WORKERS).to_string(), "-f"])
        .arg(&file)
        .args(script.variables.iter().map(|one| format!("--define={one}")))
        .arg(&db.url)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{text}{}\n{}", String::from_utf8_lossy(&output.stderr), script.text);
    println!("(pgbench: the server's CPU {:.1} s)", server_cpu(data) - cpu);
    let tps = text.lines().find_map(|line| line.strip_prefix("tps = ")).unwrap();
    tps.split(' ').next().unwrap().parse().unwrap()
}

/// What the store sends for one job, as a script.
async fn record(data: &Path) -> Script {
    let db = Database::postgres().await.unwrap();
    db.add_ready(1000).await;
    let name = db.url.rsplit('/').next().unwrap().to_owned();
    db.execute(&format!("ALTER DATABASE {name} SET log_statement = 'all'")).await;
    let store = Store::open(&db.url).await.unwrap();
    let report = report();
    let mut skip = 0;
    let log = data.parent().unwrap().join("server.log");
    let mut ids = (String::new(), String::new());
    // The second one: prepared statements are known by then.
    for _ in 0..2 {
        skip = fs::read_to_string(&log).unwrap().len();
        let claim = store.write().claim(&request(HostId::new())).await.unwrap().pop().unwrap();
        store.write().complete(&claim, &report).await.unwrap().applied().unwrap();
        ids = (claim.lease().as_uuid().to_string(), claim.id().as_uuid().to_string());
    }
    let log = fs::read_to_string(&log).unwrap();
    to_script(&log[skip..], &ids.0, &ids.1)
}

/// For `pgbench`.
struct Script {
    text: String,
    /// As `name=value`: parameters, as the store sends them.
    variables: Vec<String>,
}

fn to_script(log: &str, lease: &str, job: &str) -> Script {
    let mut variables = Vec::new();
    let lease_now = "('00000000-0000-4000-8000-' || lpad(to_hex(:a::bigint), 12, '0'))::uuid";
    let mut script = String::from("\\set a random(1, 281474976710655)\n");
    let mut lines = log.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((_, statement)) = line.split_once("LOG:  ") else { continue };
        let Some(sql) = statement
            .strip_prefix("statement: ")
            .or_else(|| statement.strip_prefix("execute ").and_then(|rest| rest.split_once(": ").map(|(_, sql)| sql)))
        else {
            continue;
        };
        let parameters = lines.next_if(|next| next.contains("DETAIL:  parameters: "));
        let mut sql = sql.to_owned();
        for (number, value) in values(parameters.unwrap_or_default()).into_iter().enumerate().rev() {
            let place = format!("${}", number + 1);
            let put = if value == format!("'{lease}'") {
                lease_now.to_owned()
            } else if value == format!("'{job}'") {
                // The interview of a job has its id here.
                ":id".to_owned()
            } else if value.starts_with("'{") {
                let length = value.len() - 2;
                if sql.contains("\"document\"") {
                    format!("repeat('x', {length})")
                } else {
                    format!("to_jsonb(repeat('x', {length}))")
                }
            } else if sql.starts_with("INSERT INTO \"events\"") && number == 0 {
                "gen_random_uuid()".to_owned()
            } else if value.starts_with('\'') {
                let name = format!("v{}", variables.len());
                variables.push(format!("{name}={}", value.trim_matches('\'')));
                format!(":{name}")
            } else {
                // NULL has no variable.
                value
            };
            sql = sql.replace(&place, &put);
        }
        let takes = sql.starts_with("WITH \"picked\"");
        script.push_str(&sql);
        script.push_str(if takes { " \\gset\n" } else { ";\n" });
    }
    Script { text: script, variables }
}

/// `$1 = 'a', $2 = NULL` as values, quotes and all.
fn values(detail: &str) -> Vec<String> {
    let Some((_, mut rest)) = detail.split_once("parameters: ") else { return Vec::new() };
    let mut all = Vec::new();
    while let Some((_, value)) = rest.split_once(" = ") {
        let end = if let Some(text) = value.strip_prefix('\'') {
            text.find("', $").map_or(value.len(), |end| end + 2)
        } else {
            value.find(", $").unwrap_or(value.len())
        };
        all.push(value[..end].to_owned());
        rest = &value[end..];
    }
    all
}
