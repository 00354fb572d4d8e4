//! Hosts that run: who they are and how full.

use std::time::Duration;

use rushes_model::{ByteSize, HostId};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Set};

use crate::database::{Read, Write};
use crate::entity::host::{ActiveModel, Column, Entity, Model};
use crate::readiness::millis;
use crate::{Effect, Error, Result};

/// A host that starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHost {
    /// Fresh for each process.
    pub id: HostId,
    /// The machine's name.
    pub name: String,
    /// The program's version.
    pub version: String,
    /// How it reads objects: `streaming_s3` or `download`.
    pub method: String,
    /// How many jobs it runs at most.
    pub slots: u32,
}

/// How full a host is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HostFigures {
    /// Jobs now.
    pub running: u32,
    /// How many jobs its memory would bear.
    pub recommended: u32,
    /// Memory in use.
    pub memory_used: ByteSize,
    /// Memory that it may use.
    pub memory_limit: ByteSize,
    /// Memory that its jobs reserved.
    pub memory_reserved: ByteSize,
    /// Memory that they could reserve if it were empty.
    pub memory_whole: ByteSize,
    /// Why it takes nothing: `none`, `memory_constrained`, `paused`, `draining`.
    pub throttle: String,
    /// Names of the pipelines that it has loaded.
    pub pipelines: Vec<String>,
    /// Of those, the ones of which a job needs more than all of its memory.
    pub too_large: Vec<String>,
    /// Names of the queues that it serves; none where a host of an older version doesn't say.
    pub queues: Option<Vec<String>>,
}

/// What somebody wishes of a host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Wish {
    /// To take jobs.
    #[default]
    Run,
    /// To take none until it is resumed; what runs goes on.
    Pause,
    /// To take none, hand back what doesn't end in time, and end.
    Drain,
}

impl Wish {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Run, Self::Pause, Self::Drain];

    /// The name, as in JSON.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Run => "run",
            Self::Pause => "pause",
            Self::Drain => "drain",
        }
    }

    pub(crate) const fn number(self) -> i16 {
        match self {
            Self::Run => 0,
            Self::Pause => 1,
            Self::Drain => 2,
        }
    }

    /// A newer version may wish what this one doesn't know: then nothing changes.
    fn from_number(number: i16) -> Self {
        Self::ALL.into_iter().find(|wish| wish.number() == number).unwrap_or_default()
    }
}

/// A host as it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Who.
    pub host: NewHost,
    /// How full.
    pub figures: HostFigures,
    /// What somebody wishes of it.
    pub wish: Wish,
    /// Milliseconds since 1970.
    pub started_at_ms: i64,
    /// When it was last heard of.
    pub heartbeat_at_ms: i64,
}

impl Write {
    /// A host starts.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn register_host(&self, new: NewHost) -> Result<()> {
        let transaction = self.begin().await?;
        let row = ActiveModel {
            id: Set(new.id.as_uuid()),
            name: Set(new.name),
            version: Set(new.version),
            method: Set(new.method),
            slots: Set(kept(new.slots)),
            running: Set(0),
            recommended: Set(0),
            memory_used: Set(0),
            memory_limit: Set(0),
            memory_reserved: Set(0),
            throttle: Set("none".into()),
            pipelines: Set(serde_json::json!([])),
            started_at: Set(transaction.now),
            heartbeat_at: Set(transaction.now),
            wish: Set(Wish::Run.number()),
            memory_whole: Set(0),
            too_large: Set(None),
            queues: Set(None),
        };
        row.insert(&*transaction).await?;
        transaction.commit().await
    }

    /// A host is alive, and this full. What is wished of it; `Lost` where it isn't known (any more).
    ///
    /// # Errors
    /// When the database fails.
    pub async fn heartbeat_host(&self, host: HostId, figures: &HostFigures) -> Result<Effect<Wish>> {
        let rows = Entity::update_many()
            .col_expr(Column::Running, Expr::val(kept(figures.running)))
            .col_expr(Column::Recommended, Expr::val(kept(figures.recommended)))
            .col_expr(Column::MemoryUsed, Expr::val(kept_size(figures.memory_used)))
            .col_expr(Column::MemoryLimit, Expr::val(kept_size(figures.memory_limit)))
            .col_expr(Column::MemoryReserved, Expr::val(kept_size(figures.memory_reserved)))
            .col_expr(Column::MemoryWhole, Expr::val(kept_size(figures.memory_whole)))
            .col_expr(Column::TooLarge, Expr::val(serde_json::json!(figures.too_large)))
            .col_expr(Column::Queues, Expr::val(figures.queues.as_ref().map(|queues| serde_json::json!(queues))))
            .col_expr(Column::Throttle, Expr::val(figures.throttle.clone()))
            .col_expr(Column::Pipelines, Expr::val(serde_json::json!(figures.pipelines)))
            .col_expr(Column::HeartbeatAt, self.dialect.now())
            .filter(Column::Id.eq(host.as_uuid()))
            .exec_with_returning(&self.pool)
            .await?;
        Ok(rows.first().map_or(Effect::Lost, |row| Effect::Applied(Wish::from_number(row.wish))))
    }

    /// A host ends. Hosts that were silent for a day go with it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn remove_host(&self, host: HostId) -> Result<()> {
        let transaction = self.begin().await?;
        let forgotten = transaction.now - millis(Duration::from_secs(24 * 60 * 60));
        Entity::delete_many()
            .filter(Column::Id.eq(host.as_uuid()).or(Column::HeartbeatAt.lt(forgotten)))
            .exec(&*transaction)
            .await?;
        transaction.commit().await
    }
}

impl Read {
    /// Hosts that were heard of within a time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn live_hosts(&self, within: Duration) -> Result<Vec<Host>> {
        let since = self.now().await?.saturating_sub(millis(within));
        let rows = Entity::find()
            .filter(Column::HeartbeatAt.gte(since))
            .order_by_asc(Column::StartedAt)
            .all(&self.pool)
            .await?;
        rows.into_iter().map(host_of).collect()
    }

    /// All hosts that haven't signed off, live or not, the oldest first.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn hosts(&self) -> Result<Vec<Host>> {
        let rows = Entity::find().order_by_asc(Column::StartedAt).order_by_asc(Column::Id).all(&self.pool).await?;
        rows.into_iter().map(host_of).collect()
    }
}

fn host_of(row: Model) -> Result<Host> {
    let names = |column, kept| {
        serde_json::from_value(kept).map_err(|source| Error::Unreadable {
            table: "hosts",
            column,
            source: Some(source),
        })
    };
    let pipelines = names("pipelines", row.pipelines)?;
    let too_large = row.too_large.map_or(Ok(Vec::new()), |kept| names("too_large", kept))?;
    let queues = row.queues.map(|kept| names("queues", kept)).transpose()?;
    Ok(Host {
        host: NewHost {
            id: row.id.into(),
            name: row.name,
            version: row.version,
            method: row.method,
            slots: read(row.slots),
        },
        figures: HostFigures {
            running: read(row.running),
            recommended: read(row.recommended),
            memory_used: read_size(row.memory_used),
            memory_limit: read_size(row.memory_limit),
            memory_reserved: read_size(row.memory_reserved),
            memory_whole: read_size(row.memory_whole),
            throttle: row.throttle,
            pipelines,
            too_large,
            queues,
        },
        wish: Wish::from_number(row.wish),
        started_at_ms: row.started_at,
        heartbeat_at_ms: row.heartbeat_at,
    })
}

fn kept(count: u32) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn kept_size(size: ByteSize) -> i64 {
    i64::try_from(size.as_bytes()).unwrap_or(i64::MAX)
}

fn read(count: i32) -> u32 {
    u32::try_from(count).unwrap_or(0)
}

fn read_size(size: i64) -> ByteSize {
    ByteSize::bytes(u64::try_from(size).unwrap_or(0))
}
