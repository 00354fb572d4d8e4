//! What `rushes doctor` asks of a database: it looks and changes nothing.

use crate::database::{connect, now};
use crate::dialect::{Dialect, Role};
use crate::migration;
use crate::{Error, Result, Store};

/// A database as it was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Examined {
    /// It isn't there; opening it makes it.
    pub is_absent: bool,
    /// Migrations that the next host to start applies.
    pub pending: Vec<String>,
    /// The database's clock, milliseconds since 1970; none where there is no database yet.
    pub now_ms: Option<i64>,
}

impl Store {
    /// Looks at a database without bringing it up to date.
    ///
    /// # Errors
    /// When the address is unknown, or the database can't be opened or asked.
    pub async fn examine(url: &str) -> Result<Examined> {
        let dialect = Dialect::of(url)?;
        if dialect.is_absent(url) {
            return Ok(Examined { is_absent: true, pending: Vec::new(), now_ms: None });
        }
        let reader = connect(dialect, url, Role::Reader).await?;
        let found = now(&reader, dialect).await.map_err(Error::from);
        let pending = migration::pending(&reader).await;
        reader.close().await?;
        Ok(Examined { is_absent: false, pending, now_ms: Some(found?) })
    }
}
