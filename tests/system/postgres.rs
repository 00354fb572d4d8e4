//! A PostgreSQL database of a test's own, on the server that `tests/with-postgres` runs.

use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::harness::run;

/// A fresh database, looked into with PostgreSQL's own tools.
pub(crate) struct Database {
    server: String,
    name: String,
}

impl Database {
    /// None where there is no server, which is said aloud and fails in CI.
    pub(crate) fn fresh() -> Option<Self> {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let Some(server) = std::env::var_os("RUSHES_TEST_POSTGRES") else {
            assert!(std::env::var_os("CI").is_none(), "RUSHES_TEST_POSTGRES isn't set, and CI is");
            eprintln!("SKIPPED: RUSHES_TEST_POSTGRES isn't set; run this by tests/with-postgres");
            return None;
        };
        let server = server.into_string().expect("an address");
        let name = format!("system_{}_{}", std::process::id(), NUMBER.fetch_add(1, Ordering::Relaxed));
        run(Command::new("psql").args([
            "-qX",
            &format!("{server}/postgres"),
            "-c",
            &format!("CREATE DATABASE {name}"),
        ]));
        Some(Self { server, name })
    }

    pub(crate) fn url(&self) -> String {
        format!("{}/{}", self.server, self.name)
    }

    /// The server's address: `127.0.0.1:5432`.
    pub(crate) fn server(&self) -> &str {
        self.server.rsplit_once('@').map_or(self.server.as_str(), |(_, address)| address)
    }

    /// The same database through another address.
    pub(crate) fn url_by(&self, address: &str) -> String {
        self.url().replace(self.server(), address)
    }

    /// Rows of a question, their columns parted by `|`.
    pub(crate) fn rows(&self, question: &str) -> Vec<String> {
        let said = run(Command::new("psql").args(["-AtqX", &self.url(), "-c", question]));
        said.lines().map(str::to_owned).collect()
    }

    /// The one value of a question.
    pub(crate) fn number(&self, question: &str) -> i64 {
        let rows = self.rows(question);
        rows.first().and_then(|row| row.parse().ok()).unwrap_or_else(|| panic!("{question}: {rows:?}"))
    }

    /// All rows of all tables as text, a statement for each, but for tables named here.
    pub(crate) fn dump(&self, without: &[&str]) -> String {
        let mut command = Command::new("pg_dump");
        command.args(["--data-only", "--inserts"]);
        let dump = run(command.args(without.iter().flat_map(|table| ["-T", table])).arg(self.url()));
        // `\restrict` is followed by another word each time.
        dump.lines().filter(|line| line.starts_with("INSERT")).collect::<Vec<_>>().join("\n")
    }
}
