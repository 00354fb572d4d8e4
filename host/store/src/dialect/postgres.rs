//! PostgreSQL: one server, many hosts. Version 12 or later.

use std::time::Duration;

use sea_orm::ConnectOptions;

use super::Role;

/// How long a task waits for a connection; a host that can't get one in this time says so.
const ACQUIRE_TIMEOUT: Duration = Duration::from_secs(20);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// No statement of ours takes a second; one that does is waiting for something that won't come.
const STATEMENT_TIMEOUT: Duration = Duration::from_secs(30);
/// The heart asks every ten seconds and must know soon.
const HEART_TIMEOUT: Duration = Duration::from_secs(8);
/// A connection that was idle for longer is looked at before it is used: so a server that was restarted isn't noticed.
const TESTED_AFTER: Duration = Duration::from_secs(5);
/// Connections: a thousand hosts with eight each are what a pooler before the server is for.
const READERS: u32 = 3;
const WRITERS: u32 = 4;

/// Taken by hosts that start, for the length of the migrating transaction. The number is ours alone: "rushes" in ASCII.
pub(super) const MIGRATION_LOCK: &str = "SELECT pg_advisory_xact_lock(126943972024691)";

pub(super) fn options(url: &str, role: Role) -> (ConnectOptions, String) {
    let mut options = ConnectOptions::new(url);
    options
        .max_connections(match role {
            Role::Reader => READERS,
            Role::Writer => WRITERS,
            Role::Heart | Role::Migrator | Role::Listener => 1,
        })
        .min_connections(u32::from(role == Role::Writer))
        .acquire_timeout(if role == Role::Heart { HEART_TIMEOUT } else { ACQUIRE_TIMEOUT })
        .connect_timeout(CONNECT_TIMEOUT)
        .set_application_name(application(role))
        .test_before_acquire_if_idle_for(TESTED_AFTER)
        .sqlx_logging(false)
        .record_stmt_in_spans(false);
    match role {
        Role::Reader | Role::Writer => {
            options.statement_timeout(STATEMENT_TIMEOUT);
        }
        Role::Heart => {
            options.statement_timeout(HEART_TIMEOUT);
        }
        // Tables of millions may take their time; a hint may not come for hours.
        Role::Migrator | Role::Listener => {}
    }
    (options, place(url))
}

const fn application(role: Role) -> &'static str {
    match role {
        Role::Reader => "rushes (reads)",
        Role::Writer => "rushes (writes)",
        Role::Heart => "rushes (leases)",
        Role::Migrator => "rushes (tables)",
        Role::Listener => "rushes (hints)",
    }
}

/// Host and database, without user, password and options.
fn place(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split('?').next().unwrap_or_default();
    let rest = rest.rsplit_once('@').map_or(rest, |(_, rest)| rest);
    format!("PostgreSQL at {rest}")
}

/// A driver's text may quote the whole address.
pub(super) fn without_secrets(url: &str, text: &str) -> String {
    let password = url
        .split_once("://")
        .and_then(|(_, rest)| rest.rsplit_once('@'))
        .and_then(|(who, _)| who.split_once(':'))
        .map(|(_, password)| password)
        .filter(|password| !password.is_empty());
    match password {
        Some(password) => text.replace(password, "…"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "postgres://app:s3cret@db.example:5432/rushes?sslmode=require";

    #[test]
    fn a_place_names_no_user_and_no_password() {
        assert_eq!(place(URL), "PostgreSQL at db.example:5432/rushes");
        assert_eq!(place("postgres://localhost/rushes"), "PostgreSQL at localhost/rushes");
    }

    #[test]
    fn a_password_is_never_repeated() {
        assert_eq!(without_secrets(URL, "no such host in app:s3cret@db"), "no such host in app:…@db");
        assert_eq!(without_secrets("postgres://db/rushes", "as it is"), "as it is");
    }
}
