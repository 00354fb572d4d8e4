//! What the queue costs on this machine's disk and cores. Run by hand, one part or all:
//!
//! ```text
//! RUSHES_TEST_POSTGRES_FSYNC=on tests/with-postgres cargo bench --profile dev -p rushes-store --bench queue -- PART…
//! ```
//! Parts: `pgbench` (claim and complete against the same statements without us), `tables` (a hundred thousand that wait
//! beside a million that ended), `create`, `hosts` (a thousand of them for a minute), `sqlite`. `docs/performance.md` has
//! figures, and says which crates were optimised.
#![expect(clippy::unwrap_used, reason = "a bench that fails has failed")]

#[path = "queue/hosts.rs"]
mod hosts;
#[path = "queue/pgbench.rs"]
mod pgbench;
#[path = "queue/sqlite.rs"]
mod sqlite;
#[path = "queue/tables.rs"]
mod tables;
#[path = "queue/world.rs"]
mod world;

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // As a test of all targets, it only has to build.
    if !arguments.iter().any(|one| one == "--bench") {
        return;
    }
    let parts: Vec<&str> = arguments.iter().map(String::as_str).filter(|one| !one.starts_with("--")).collect();
    let wanted = |part: &str| parts.is_empty() || parts.contains(&part);
    if wanted("pgbench") {
        pgbench::run().await;
    }
    if wanted("tables") {
        tables::run().await;
    }
    if wanted("create") {
        tables::create().await;
    }
    if wanted("sqlite") {
        sqlite::run().await;
    }
    if wanted("hosts") {
        hosts::run().await;
    }
}
