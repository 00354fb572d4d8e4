//! The audit log: who read, re-ran, cancelled, deleted.
//!
//! A deleted interview is named nowhere any more, here neither: its lines and those of its jobs keep who, when and the
//! verb, and our id of the interview in place of its name and its jobs' ids (see [`Write::delete_interview`]).

use sea_orm::sea_query::{Expr, ExprTrait, LikeExpr};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect, Set};
use serde_json::Value;

use crate::database::{Read, Write, now};
use crate::entity::audit::{ActiveModel, Column, Entity};
use crate::transaction::Transaction;
use crate::{Error, Result};

/// The longest page.
const LONGEST: u64 = 200;

/// Something that somebody did.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditLine {
    /// A token's name, or `local`.
    pub by: String,
    /// `job.cancel`, `report.read`, …
    pub verb: String,
    /// What it was done to: an id, or a name. A deletion of an interview names our id of it, from the receipt.
    pub subject: String,
    /// What else is worth keeping, a JSON value.
    pub detail: Option<Value>,
}

/// A line as it is read.
#[derive(Clone, Debug, PartialEq)]
pub struct Audited {
    /// Rising; the next page begins behind the last that was seen.
    pub seq: i64,
    /// Milliseconds since 1970.
    pub at_ms: i64,
    /// What was done.
    pub line: AuditLine,
}

/// Some lines, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditPage {
    /// The lines.
    pub lines: Vec<Audited>,
    /// Where the next page begins; none at the end.
    pub next: Option<i64>,
}

impl Write {
    /// Keeps that somebody did something.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&self, line: &AuditLine) -> Result<()> {
        let detail = line.detail.as_ref().map(serde_json::to_string).transpose();
        let row = ActiveModel {
            seq: sea_orm::NotSet,
            at: Set(now(&self.pool, self.dialect).await?),
            who: Set(line.by.clone()),
            verb: Set(line.verb.clone()),
            subject: Set(line.subject.clone()),
            detail: Set(detail.map_err(|source| Error::Unwritable { what: "an audit line", source })?),
        };
        Entity::insert(row).exec_without_returning(&self.pool).await?;
        Ok(())
    }
}

impl Read {
    /// What was done, newest first, at most 200 lines, before a line that was seen.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn audit(&self, before: Option<i64>, most: u64) -> Result<AuditPage> {
        let most = most.clamp(1, LONGEST);
        let mut rows = Entity::find()
            .filter(Condition::all().add_option(before.map(|seq| Column::Seq.lt(seq))))
            .order_by_desc(Column::Seq)
            .limit(most + 1)
            .all(&self.pool)
            .await?;
        let has_more = rows.len() as u64 > most;
        rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let next = rows.last().filter(|_| has_more).map(|last| last.seq);
        let lines = rows.into_iter().map(|row| Audited {
            seq: row.seq,
            at_ms: row.at,
            line: AuditLine {
                by: row.who,
                verb: row.verb,
                subject: row.subject,
                detail: row.detail.and_then(|text| serde_json::from_str(&text).ok()),
            },
        });
        Ok(AuditPage { lines: lines.collect(), next })
    }
}

/// No line names these jobs any more: `instead` stands for them.
pub(crate) async fn forget_jobs(transaction: &Transaction, jobs: &[String], instead: &str) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::Subject, Expr::val(instead))
        .filter(Column::Subject.is_in(jobs))
        .exec(&**transaction)
        .await?;
    Ok(())
}

/// No line names the interview any more: `instead` stands for it, and details in which its name occurs are gone.
pub(crate) async fn forget(transaction: &Transaction, interview: &str, instead: &str) -> Result<()> {
    let quoted = Value::from(interview).to_string();
    let escaped = quoted.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    Entity::update_many()
        .col_expr(Column::Detail, Expr::val(None::<String>))
        .filter(Expr::col(Column::Detail).like(LikeExpr::new(format!("%{escaped}%")).escape('\\')))
        .exec(&**transaction)
        .await?;
    Entity::update_many()
        .col_expr(Column::Subject, Expr::val(instead))
        .filter(Column::Subject.eq(interview))
        .exec(&**transaction)
        .await?;
    Ok(())
}
