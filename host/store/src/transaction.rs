//! A transaction, with its moment.

use std::ops::Deref;
use std::sync::{Arc, PoisonError};

use sea_orm::{DatabaseTransaction, TransactionTrait};

use crate::Result;
use crate::database::{Write, now};
use crate::outbox::Endpoint;

/// A transaction that writes. Dropping it takes everything back.
pub(crate) struct Transaction {
    inner: DatabaseTransaction,
    /// The database's clock at its begin. All that it writes happened then.
    pub(crate) now: i64,
    /// To whom events are told.
    pub(crate) endpoints: Arc<[Endpoint]>,
}

impl Transaction {
    pub(crate) async fn begin(write: &Write) -> Result<Self> {
        let inner = write.pool.begin_with_options(write.dialect.transaction()).await?;
        let now = now(&inner, write.dialect).await?;
        let endpoints = Arc::clone(&write.endpoints.read().unwrap_or_else(PoisonError::into_inner));
        Ok(Self { inner, now, endpoints })
    }

    pub(crate) async fn commit(self) -> Result<()> {
        Ok(self.inner.commit().await?)
    }
}

impl Deref for Transaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.inner
    }
}
