//! A transaction, with its moment.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, PoisonError};

use sea_orm::{DatabaseTransaction, TransactionTrait};

use crate::Result;
use crate::bell::Bell;
use crate::database::{Write, now};
use crate::outbox::Endpoint;

/// A transaction that writes. Dropping it takes everything back.
pub(crate) struct Transaction {
    inner: DatabaseTransaction,
    /// The database's clock at its begin. All that it writes happened then.
    pub(crate) now: i64,
    /// To whom events are told.
    pub(crate) endpoints: Arc<[Endpoint]>,
    bell: Bell,
    rings: AtomicBool,
}

impl Transaction {
    pub(crate) async fn begin(write: &Write) -> Result<Self> {
        let inner = write.pool.begin_with_options(write.dialect.transaction()).await?;
        let now = now(&inner, write.dialect).await?;
        let endpoints = Arc::clone(&write.endpoints.read().unwrap_or_else(PoisonError::into_inner));
        Ok(Self { inner, now, endpoints, bell: write.bell.clone(), rings: AtomicBool::new(false) })
    }

    pub(crate) async fn commit(self) -> Result<()> {
        self.inner.commit().await?;
        if self.rings.into_inner() {
            self.bell.ring();
        }
        Ok(())
    }

    /// Commits what was done, or takes back what was refused, before it is told. A transaction that is merely dropped
    /// keeps its locks for a moment longer, and a claim in that moment passes over a job that is ready.
    pub(crate) async fn end<T>(self, done: Result<T>) -> Result<T> {
        match done {
            Ok(_) => self.commit().await?,
            // What was refused is what the caller must hear of, whatever becomes of the connection.
            Err(_) => drop(self.inner.rollback().await),
        }
        done
    }

    /// There is something to deliver, once this is committed.
    pub(crate) fn ring_at_commit(&self) {
        self.rings.store(true, Ordering::Relaxed);
    }
}

impl Deref for Transaction {
    type Target = DatabaseTransaction;

    fn deref(&self) -> &DatabaseTransaction {
        &self.inner
    }
}
