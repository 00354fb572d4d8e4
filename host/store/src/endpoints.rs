//! Endpoints that hosts can deliver to: who has them, and which want nothing more.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Duration;

use sea_orm::sea_query::{Expr, Func, OnConflict, Query};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, Set};

use crate::database::{Read, Write};
use crate::entity::delivery;
use crate::entity::webhook_endpoint::{ActiveModel, Column, Entity, Model};
use crate::transaction::Transaction;
use crate::{Error, Result};

/// A host says so often which endpoints it has; one that nobody spoke of for three times as long has no live host.
pub const SEEN_EVERY: Duration = Duration::from_secs(30);
/// An event is written for an endpoint that any host had so lately.
const HEARD_FOR_MS: i64 = 60 * 60 * 1_000;
const SEEN_FOR_MS: i64 = 3 * 30 * 1_000;
/// An address that nobody used for so long is forgotten.
const FORGOTTEN_MS: i64 = 30 * 24 * 60 * 60 * 1_000;

/// An endpoint as a host has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receiver {
    /// Its name in `[webhooks]`.
    pub name: String,
    /// SHA-256 of its address.
    pub url_digest: String,
    /// Scheme and host: what may be shown.
    pub shown: String,
    /// What it is told of.
    pub events: Vec<String>,
}

/// An endpoint as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Its name.
    pub name: String,
    /// Scheme and host; none where only deliveries speak of it.
    pub shown: Option<String>,
    /// What it is told of.
    pub events: Vec<String>,
    /// Whether a live host can deliver to it.
    pub is_configured: bool,
    /// When it said that it wants nothing more: milliseconds since 1970.
    pub disabled_at_ms: Option<i64>,
    /// What it said then.
    pub disabled_why: Option<String>,
    /// Deliveries that are to be tried.
    pub pending: u64,
    /// Deliveries that were given up.
    pub dead: u64,
    /// For how long the oldest pending one has waited.
    pub oldest_pending: Option<Duration>,
}

impl Known {
    /// Why its deliveries wait, in a sentence; none where they don't.
    pub fn why(&self) -> Option<String> {
        if !self.is_configured {
            return Some(format!("no live host has a webhook `{}` in its pipelines.toml: deliveries wait", self.name));
        }
        let why = self.disabled_why.as_deref().unwrap_or("410 Gone");
        self.disabled_at_ms
            .map(|_| format!("it wants nothing more ({why}): deliveries wait for a test, a replay, or another `url`"))
    }
}

impl Write {
    /// A host has these endpoints.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn see_endpoints(&self, receivers: &[Receiver]) -> Result<()> {
        if receivers.is_empty() {
            return Ok(());
        }
        let transaction = self.begin().await?;
        let now = transaction.now;
        let rows = receivers.iter().map(|receiver| ActiveModel {
            name: Set(receiver.name.clone()),
            url_digest: Set(receiver.url_digest.clone()),
            receiver: Set(receiver.shown.clone()),
            events: Set(serde_json::json!(receiver.events)),
            seen_at: Set(now),
            disabled_at: Set(None),
            disabled_why: Set(None),
        });
        let seen = OnConflict::columns([Column::Name, Column::UrlDigest])
            .update_columns([Column::Receiver, Column::Events, Column::SeenAt])
            .to_owned();
        Entity::insert_many(rows).on_conflict(seen).exec_without_returning(&*transaction).await?;
        Entity::delete_many().filter(Column::SeenAt.lt(now - FORGOTTEN_MS)).exec(&*transaction).await?;
        transaction.commit().await
    }
}

/// Names of all endpoints that want this event: this host's own, and those that another host had within the hour. Hosts
/// may be told of a webhook one after the other, and whoever ends a job need not be who delivers.
pub(crate) async fn that_hear(transaction: &Transaction, event_type: &str) -> Result<BTreeSet<String>> {
    let mut names: BTreeSet<String> = transaction
        .endpoints
        .iter()
        .filter(|one| one.events.iter().any(|name| name == event_type))
        .map(|one| one.name.clone())
        .collect();
    let others = Entity::find().filter(Column::SeenAt.gte(transaction.now - HEARD_FOR_MS)).all(&**transaction).await?;
    for row in others {
        let events: Vec<String> = serde_json::from_value(row.events).unwrap_or_default();
        if events.iter().any(|name| name == event_type) {
            names.insert(row.name);
        }
    }
    Ok(names)
}

impl Read {
    /// Every endpoint that a host had or a delivery names, by name.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn endpoints(&self) -> Result<Vec<Known>> {
        let now = self.now().await?;
        let mut known = BTreeMap::new();
        // The last one seen of a name wins.
        for row in Entity::find().order_by_asc(Column::SeenAt).all(&self.pool).await? {
            known.insert(row.name.clone(), known_of(row, now)?);
        }
        for (state, is_dead) in [("state = 0", false), ("state = 2", true)] {
            for (name, count, oldest) in self.deliveries_by_endpoint(state).await? {
                let one = known.entry(name.clone()).or_insert_with(|| unconfigured(name));
                if is_dead {
                    one.dead = count;
                } else {
                    one.pending = count;
                    one.oldest_pending =
                        oldest.map(|since| Duration::from_millis(u64::try_from(now - since).unwrap_or(0)));
                }
            }
        }
        Ok(known.into_values().collect())
    }

    /// One endpoint.
    ///
    /// # Errors
    /// When nobody ever knew it, or the database fails.
    pub async fn endpoint(&self, name: &str) -> Result<Known> {
        let found = self.endpoints().await?.into_iter().find(|known| known.name == name);
        if let Some(known) = found {
            return Ok(known);
        }
        let delivered = delivery::Entity::find().filter(delivery::Column::Endpoint.eq(name)).count(&self.pool).await?;
        if delivered > 0 { Ok(unconfigured(name.to_owned())) } else { Err(Error::UnknownEndpoint(name.to_owned())) }
    }

    /// Names and digests of those that want nothing more.
    pub(crate) async fn disabled_endpoints(&self) -> Result<HashSet<(String, String)>> {
        let rows = Entity::find().filter(Column::DisabledAt.is_not_null()).all(&self.pool).await?;
        Ok(rows.into_iter().map(|row| (row.name, row.url_digest)).collect())
    }

    async fn deliveries_by_endpoint(&self, state: &'static str) -> Result<Vec<(String, u64, Option<i64>)>> {
        let question = Query::select()
            .column(delivery::Column::Endpoint)
            .expr_as(Func::count(Expr::col(delivery::Column::Id)), "deliveries")
            .expr_as(Func::min(Expr::col(delivery::Column::CreatedAt)), "oldest")
            .from(delivery::Entity)
            .and_where(Expr::cust(state))
            .group_by_col(delivery::Column::Endpoint)
            .to_owned();
        let rows = self.pool.query_all(&question).await?;
        rows.iter()
            .map(|row| {
                let count = u64::try_from(row.try_get::<i64>("", "deliveries")?).unwrap_or(0);
                Ok((row.try_get("", "endpoint")?, count, row.try_get("", "oldest")?))
            })
            .collect()
    }
}

/// The endpoint wants nothing more, at this address.
pub(crate) async fn disable(transaction: &Transaction, name: &str, url_digest: &str, why: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::DisabledAt, Expr::val(transaction.now))
        .col_expr(Column::DisabledWhy, Expr::val(why))
        .filter(Column::Name.eq(name))
        .filter(Column::UrlDigest.eq(url_digest))
        .exec(&**transaction)
        .await?;
    Ok(())
}

/// Somebody wants it to be asked again.
pub(crate) async fn enable(transaction: &Transaction, name: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::DisabledAt, Expr::val(None::<i64>))
        .col_expr(Column::DisabledWhy, Expr::val(None::<String>))
        .filter(Column::Name.eq(name))
        .exec(&**transaction)
        .await?;
    Ok(())
}

/// Whether a host ever had it.
pub(crate) async fn is_known(transaction: &Transaction, name: &str) -> Result<bool> {
    Ok(Entity::find().filter(Column::Name.eq(name)).count(&**transaction).await? > 0)
}

fn known_of(row: Model, now: i64) -> Result<Known> {
    let events = serde_json::from_value(row.events).map_err(|source| Error::Unreadable {
        table: "webhook_endpoints",
        column: "events",
        source: Some(source),
    })?;
    Ok(Known {
        shown: Some(row.receiver),
        events,
        is_configured: row.seen_at >= now - SEEN_FOR_MS,
        disabled_at_ms: row.disabled_at,
        disabled_why: row.disabled_why,
        ..unconfigured(row.name)
    })
}

fn unconfigured(name: String) -> Known {
    Known {
        name,
        shown: None,
        events: Vec::new(),
        is_configured: false,
        disabled_at_ms: None,
        disabled_why: None,
        pending: 0,
        dead: 0,
        oldest_pending: None,
    }
}
