//! How the outbox stands.

use std::time::Duration;

use sea_orm::ConnectionTrait;
use sea_orm::sea_query::{Expr, Func, Query};

use crate::Result;
use crate::database::Read;
use crate::entity::delivery::{Column, Entity};

/// How the outbox stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OutboxFigures {
    /// Deliveries that are to be tried.
    pub pending: u64,
    /// Deliveries that were given up.
    pub dead: u64,
    /// For how long the oldest pending one has waited.
    pub oldest_pending: Option<Duration>,
}

impl Read {
    /// How the outbox stands. Reads what is pending or dead, not what was delivered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn outbox_figures(&self) -> Result<OutboxFigures> {
        let now = self.now().await?;
        let (pending, oldest) = self.counted("state = 0").await?;
        let (dead, _) = self.counted("state = 2").await?;
        let waited = |since: i64| Duration::from_millis(u64::try_from(now - since).unwrap_or(0));
        Ok(OutboxFigures { pending, dead, oldest_pending: oldest.map(waited) })
    }

    async fn counted(&self, state: &'static str) -> Result<(u64, Option<i64>)> {
        let question = Query::select()
            .expr_as(Func::count(Expr::col(Column::Id)), "deliveries")
            .expr_as(Func::min(Expr::col(Column::CreatedAt)), "oldest")
            .from(Entity)
            .and_where(Expr::cust(state))
            .to_owned();
        let Some(row) = self.pool.query_one(&question).await? else { return Ok((0, None)) };
        Ok((u64::try_from(row.try_get::<i64>("", "deliveries")?).unwrap_or(0), row.try_get("", "oldest")?))
    }
}
