//! Renewing leases.

use std::time::Duration;

use rushes_model::{JobId, LeaseId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseConnection, EntityTrait, QueryFilter};

use crate::Result;
use crate::dialect::Dialect;
use crate::entity::job::{Column, Entity};
use crate::readiness::millis;

/// A connection that renews leases and does nothing else.
#[derive(Clone, Debug)]
pub struct Heart {
    pub(crate) pool: DatabaseConnection,
    pub(crate) dialect: Dialect,
}

/// A lease that is still ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Renewed {
    /// Which.
    pub lease: LeaseId,
    /// Of which job.
    pub job: JobId,
    /// Whether somebody wants the job to stop.
    pub cancel_requested: bool,
}

impl Heart {
    /// Renews leases from now on, all in one statement. A lease that isn't among the answers is lost.
    ///
    /// # Errors
    /// When the database fails; nothing is known of the leases then.
    pub async fn renew(&self, leases: &[LeaseId], length: Duration) -> Result<Vec<Renewed>> {
        if leases.is_empty() {
            return Ok(Vec::new());
        }
        let rows = Entity::update_many()
            .col_expr(Column::LeaseExpiresAt, self.dialect.now().add(millis(length)))
            .filter(Expr::cust("status = 1"))
            .filter(Column::LeaseId.is_in(leases.iter().map(|lease| lease.as_uuid())))
            .exec_with_returning(&self.pool)
            .await?;
        Ok(rows
            .into_iter()
            .filter_map(|row| {
                Some(Renewed {
                    lease: row.lease_id?.into(),
                    job: row.id.into(),
                    cancel_requested: row.cancel_requested_at.is_some(),
                })
            })
            .collect())
    }

    /// Closes the connection.
    ///
    /// # Errors
    /// When that fails.
    pub async fn close(self) -> Result<()> {
        Ok(self.pool.close().await?)
    }
}
