//! SQLite: one file, write-ahead log, one writer a process.

use std::path::PathBuf;
use std::time::Duration;

use sea_orm::ConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};

use super::Role;

/// How long a statement waits for another process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);
/// How long a task waits for its turn at the one writer.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(60);
/// Readers don't block each other nor the writer; four keep a status page and some API calls apart.
const READERS: u32 = 4;

pub(super) fn options(url: &str, role: Role) -> (ConnectOptions, String) {
    let path = path_of(url);
    let place = path.display().to_string();
    // The path is set below, not parsed out of an address: it may hold `?`, `#` or `%`.
    let mut options = ConnectOptions::new("sqlite::memory:");
    options
        .max_connections(match role {
            Role::Reader => READERS,
            // Transactions a second with a pool of 1, 2, 8, 32: 6,172, 3,808, 368, 20. The busy handler sleeps and starves.
            Role::Writer | Role::Heart | Role::Migrator | Role::Listener => 1,
        })
        .acquire_timeout(ACQUIRE_TIMEOUT)
        .idle_timeout(None::<Duration>)
        .max_lifetime(None::<Duration>)
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_sqlite_opts(move |sqlite| tuned(sqlite, &path, role));
    (options, place)
}

fn tuned(sqlite: SqliteConnectOptions, path: &PathBuf, role: Role) -> SqliteConnectOptions {
    let sqlite = sqlite
        .in_memory(false)
        .shared_cache(false)
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(BUSY_TIMEOUT)
        .journal_mode(SqliteJournalMode::Wal)
        // NORMAL would lose acknowledged jobs at a power cut.
        .synchronous(SqliteSynchronous::Full)
        .foreign_keys(true);
    match role {
        Role::Reader => sqlite.pragma("query_only", "ON"),
        Role::Writer | Role::Heart | Role::Migrator | Role::Listener => sqlite,
    }
}

/// `sqlite:path`, `sqlite:///path` as URLs write it.
pub(super) fn path_of(url: &str) -> PathBuf {
    let rest = url.strip_prefix("sqlite:").unwrap_or(url);
    PathBuf::from(rest.strip_prefix("//").unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_taken_as_it_stands() {
        assert_eq!(path_of("sqlite:data/a b?c.db"), PathBuf::from("data/a b?c.db"));
        assert_eq!(path_of("sqlite:/var/r.db"), PathBuf::from("/var/r.db"));
        assert_eq!(path_of("sqlite:///var/r.db"), PathBuf::from("/var/r.db"));
    }
}
