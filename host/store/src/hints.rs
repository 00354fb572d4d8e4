//! Hints between hosts: something may be claimed, looked for or told. They come after the commit that they speak of, and
//! may be lost or come too often; who hears one looks, and who hears none looks from time to time.
//!
//! A notification in the same transaction would cost half of the enqueues (2,400 → 1,170 a second with 16 writers: all
//! commits that notify wait for one lock), so it is a statement of its own, and callers bundle them.

use sea_orm::sqlx::postgres::PgListener;
use sea_orm::{ConnectionTrait, DatabaseConnection, DbErr};

use crate::Result;
use crate::database::Write;
use crate::dialect::Dialect;

const CHANNEL: &str = "rushes";

/// Hears hints.
#[derive(Debug)]
pub struct Listener {
    inner: PgListener,
    /// The pool that the connection came from; it is closed with it.
    _pool: DatabaseConnection,
}

impl Listener {
    /// Waits for a hint. After a lost connection it comes back at once: something may have been missed.
    ///
    /// # Errors
    /// When the database can't be reached; listen anew then.
    pub async fn hear(&mut self) -> Result<()> {
        // `None` says that the connection was lost and is there again.
        let _missed_or_heard = self.inner.try_recv().await.map_err(driver)?;
        Ok(())
    }
}

pub(crate) async fn listen(pool: DatabaseConnection) -> Result<Listener> {
    let mut inner = PgListener::connect_with(pool.get_postgres_connection_pool()).await.map_err(driver)?;
    inner.listen(CHANNEL).await.map_err(driver)?;
    Ok(Listener { inner, _pool: pool })
}

impl Write {
    /// Tells other hosts to look. Call it after what they should see was committed; bundle calls.
    ///
    /// # Errors
    /// When the database fails; the others look from time to time anyway.
    pub async fn hint(&self) -> Result<()> {
        match self.dialect {
            Dialect::Sqlite => Ok(()),
            Dialect::Postgres => {
                self.pool.execute_unprepared("NOTIFY rushes").await?;
                Ok(())
            }
        }
    }

    /// Whether hints reach other hosts at all.
    pub fn has_hints(&self) -> bool {
        self.dialect == Dialect::Postgres
    }
}

fn driver(error: sea_orm::sqlx::Error) -> DbErr {
    DbErr::Conn(sea_orm::RuntimeErr::SqlxError(error.into()))
}
