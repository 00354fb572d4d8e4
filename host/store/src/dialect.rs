//! What differs between databases, in one place.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ConnectOptions, SqliteTransactionMode, TransactionOptions};

use crate::error::Error;

mod postgres;
mod sqlite;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// One file on a local disk.
    Sqlite,
    /// A server, for many hosts.
    Postgres,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Reads alone.
    Reader,
    /// Writes, in short transactions.
    Writer,
    /// Renews leases, and nothing else.
    Heart,
    /// Brings the tables up to date, however long that takes.
    Migrator,
    /// Waits for hints.
    Listener,
}

impl Dialect {
    /// By the address's scheme.
    pub(crate) fn of(url: &str) -> Result<Self, Error> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" if url.len() > "sqlite:".len() => Ok(Self::Sqlite),
            "postgres" | "postgresql" => Ok(Self::Postgres),
            _ => Err(Error::Address { scheme: scheme.to_owned() }),
        }
    }

    /// How a pool for this role is opened, and the database's name for people.
    pub(crate) fn options(self, url: &str, role: Role) -> (ConnectOptions, String) {
        match self {
            Self::Sqlite => sqlite::options(url, role),
            Self::Postgres => postgres::options(url, role),
        }
    }

    /// Whether opening it would make it.
    pub(crate) fn is_absent(self, url: &str) -> bool {
        match self {
            Self::Sqlite => !sqlite::path_of(url).exists(),
            Self::Postgres => false,
        }
    }

    /// Milliseconds since 1970 by the database's clock.
    pub(crate) fn now(self) -> SimpleExpr {
        SimpleExpr::Custom(match self {
            Self::Sqlite => "CAST(unixepoch('subsec') * 1000 AS INTEGER)".into(),
            // Not `now()`, which stands still for the length of a transaction.
            Self::Postgres => "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS bigint)".into(),
        })
    }

    /// How a transaction that will write begins.
    pub(crate) fn transaction(self) -> TransactionOptions {
        match self {
            // A deferred transaction that reads before it writes fails at once when another wrote meanwhile, whatever
            // the busy timeout: 217 of 400 did with four connections, none of 400 as IMMEDIATE.
            Self::Sqlite => TransactionOptions {
                sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
                ..TransactionOptions::default()
            },
            // READ COMMITTED: each statement sees what others committed; guards stand in the statements themselves.
            Self::Postgres => TransactionOptions::default(),
        }
    }

    /// What keeps hosts that start together from making the same tables, until the transaction ends. On SQLite the
    /// transaction itself does.
    pub(crate) const fn migration_lock(self) -> Option<&'static str> {
        match self {
            Self::Sqlite => None,
            Self::Postgres => Some(postgres::MIGRATION_LOCK),
        }
    }

    /// A text about the database without what nobody should see.
    pub(crate) fn without_secrets(self, url: &str, text: &str) -> String {
        match self {
            Self::Sqlite => text.to_owned(),
            Self::Postgres => postgres::without_secrets(url, text),
        }
    }
}
