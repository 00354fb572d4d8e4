//! What differs between databases, in one place.

use sea_orm::sea_query::SimpleExpr;
use sea_orm::{ConnectOptions, SqliteTransactionMode, TransactionOptions};

use crate::error::Error;

mod sqlite;

/// Which database it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    /// One file on a local disk.
    Sqlite,
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Reads alone.
    Reader,
    /// Writes, in short transactions.
    Writer,
}

impl Dialect {
    /// By the address's scheme.
    pub(crate) fn of(url: &str) -> Result<Self, Error> {
        let scheme = url.split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" if url.len() > "sqlite:".len() => Ok(Self::Sqlite),
            _ => Err(Error::Address { scheme: scheme.to_owned() }),
        }
    }

    /// How a pool for this role is opened, and the database's name for people.
    pub(crate) fn options(self, url: &str, role: Role) -> (ConnectOptions, String) {
        match self {
            Self::Sqlite => sqlite::options(url, role),
        }
    }

    /// Milliseconds since 1970 by the database's clock.
    pub(crate) fn now(self) -> SimpleExpr {
        match self {
            Self::Sqlite => SimpleExpr::Custom("CAST(unixepoch('subsec') * 1000 AS INTEGER)".into()),
        }
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
        }
    }
}
