//! Opening the database, and the two views of it.

use std::sync::{Arc, PoisonError, RwLock};

use sea_orm::sea_query::Query;
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbErr};

use crate::bell::Bell;
use crate::dialect::{Dialect, Role};
use crate::heart::Heart;
use crate::hints::{self, Listener};
use crate::migration;
use crate::outbox::Endpoint;
use crate::transaction::Transaction;
use crate::{Error, Result};

/// The database, opened and up to date. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Store {
    url: Arc<str>,
    read: Read,
    write: Write,
}

/// Questions.
#[derive(Clone, Debug)]
pub struct Read {
    pub(crate) pool: DatabaseConnection,
    pub(crate) dialect: Dialect,
}

/// Changes; and questions, through [`Write::read`].
#[derive(Clone, Debug)]
pub struct Write {
    pub(crate) pool: DatabaseConnection,
    pub(crate) dialect: Dialect,
    pub(crate) endpoints: Arc<RwLock<Arc<[Endpoint]>>>,
    pub(crate) bell: Bell,
    read: Read,
}

impl Store {
    /// Opens the database at an address (`sqlite:path`, `postgres://…`), bringing its tables up to date. Several hosts
    /// may do so at once, older ones beside newer ones.
    ///
    /// # Errors
    /// When the address is unknown, the database can't be used, or its tables can't be brought up to date.
    pub async fn open(url: &str) -> Result<Self> {
        let dialect = Dialect::of(url)?;
        let migrator = connect(dialect, url, Role::Migrator).await?;
        migration::bring_up_to_date(&migrator, dialect).await.map_err(Error::Migrate)?;
        migrator.close().await?;
        let writer = connect(dialect, url, Role::Writer).await?;
        let reader = connect(dialect, url, Role::Reader).await?;
        let read = Read { pool: reader, dialect };
        let write =
            Write { pool: writer, dialect, endpoints: Arc::default(), bell: Bell::default(), read: read.clone() };
        Ok(Self { url: url.into(), read, write })
    }

    /// Questions.
    pub const fn read(&self) -> &Read {
        &self.read
    }

    /// Changes.
    pub const fn write(&self) -> &Write {
        &self.write
    }

    /// A connection for renewing leases alone. It belongs to the async runtime on which it is opened.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn open_heart(&self) -> Result<Heart> {
        let dialect = self.read.dialect;
        Ok(Heart { pool: connect(dialect, &self.url, Role::Heart).await?, dialect })
    }

    /// A connection that hears other hosts' hints; none where the database has none to give, and looking from time to
    /// time is all there is. It belongs to the async runtime on which it is opened.
    ///
    /// # Errors
    /// When it can't be opened.
    pub async fn open_listener(&self) -> Result<Option<Listener>> {
        match self.read.dialect {
            Dialect::Sqlite => Ok(None),
            Dialect::Postgres => {
                Ok(Some(hints::listen(connect(Dialect::Postgres, &self.url, Role::Listener).await?).await?))
            }
        }
    }

    /// Closes all connections, after what is under way.
    ///
    /// # Errors
    /// When that fails.
    pub async fn close(&self) -> Result<()> {
        self.read.pool.close_by_ref().await?;
        self.write.pool.close_by_ref().await?;
        Ok(())
    }
}

impl Read {
    /// Whether the database answers.
    ///
    /// # Errors
    /// When it doesn't.
    pub async fn ping(&self) -> Result<()> {
        self.now().await.map(drop)
    }

    /// The database's clock: milliseconds since 1970.
    ///
    /// # Errors
    /// When it doesn't answer.
    pub async fn now(&self) -> Result<i64> {
        Ok(now(&self.pool, self.dialect).await?)
    }
}

impl Write {
    /// Questions.
    pub const fn read(&self) -> &Read {
        &self.read
    }

    /// To whom events are told from now on; a delivery is written for each with its event.
    pub fn tell(&self, endpoints: Vec<Endpoint>) {
        *self.endpoints.write().unwrap_or_else(PoisonError::into_inner) = endpoints.into();
    }

    /// Rung when this process committed something that is to be delivered.
    pub const fn bell(&self) -> &Bell {
        &self.bell
    }

    /// A transaction that may write from its first statement on.
    pub(crate) async fn begin(&self) -> Result<Transaction> {
        Transaction::begin(self).await
    }
}

/// The database's clock.
pub(crate) async fn now(connection: &impl ConnectionTrait, dialect: Dialect) -> std::result::Result<i64, DbErr> {
    let question = Query::select().expr_as(dialect.now(), "now").to_owned();
    match connection.query_one(&question).await? {
        Some(row) => row.try_get("", "now"),
        None => Err(DbErr::RecordNotFound("the database's clock".into())),
    }
}

pub(crate) async fn connect(dialect: Dialect, url: &str, role: Role) -> Result<DatabaseConnection> {
    let (options, place) = dialect.options(url, role);
    let mut left = LOCKED_TRIES;
    loop {
        let source = match Database::connect(options.clone()).await {
            Ok(connection) => return Ok(connection),
            Err(source) => source.to_string(),
        };
        // A new SQLite file is switched to its journal by whoever comes first, and others aren't made to wait for that.
        if left == 0 || dialect != Dialect::Sqlite || !source.contains("database is locked") {
            return Err(Error::Open { place, source: DbErr::Custom(dialect.without_secrets(url, &source)) });
        }
        left -= 1;
        tokio::time::sleep(LOCKED_PAUSE).await;
    }
}

/// Five seconds in all.
const LOCKED_TRIES: u32 = 50;
const LOCKED_PAUSE: std::time::Duration = std::time::Duration::from_millis(100);
