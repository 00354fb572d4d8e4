//! Lists of interviews, and of their reports.

use rushes_model::JobId;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::database::Read;
use crate::entity::interview::{Column, Entity};
use crate::entity::{job, report};
use crate::interviews::{Interview, interview_of};
use crate::{Error, Result};

/// The longest page.
const LONGEST: u64 = 200;

/// Where a page of interviews ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InterviewCursor {
    /// Of the last interview.
    pub created_at_ms: i64,
    /// Of the last interview.
    pub id: rushes_model::InterviewId,
}

/// Some interviews, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct InterviewPage {
    /// The interviews.
    pub interviews: Vec<Interview>,
    /// Where the next page begins; none at the end.
    pub next: Option<InterviewCursor>,
}

/// A job's report, as it was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredReport {
    /// Whose.
    pub job: JobId,
    /// JSON.
    pub document: String,
}

impl Read {
    /// A page of interviews, newest first, at most 200.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn interviews(&self, after: Option<InterviewCursor>, most: u64) -> Result<InterviewPage> {
        let most = most.clamp(1, LONGEST);
        let behind = after.map(|cursor| {
            let same_moment = Condition::all()
                .add(Column::CreatedAt.eq(cursor.created_at_ms))
                .add(Column::Id.lt(cursor.id.as_uuid()));
            Condition::any().add(Column::CreatedAt.lt(cursor.created_at_ms)).add(same_moment)
        });
        let mut rows = Entity::find()
            .filter(Condition::all().add_option(behind))
            .order_by_desc(Column::CreatedAt)
            .order_by_desc(Column::Id)
            .limit(most + 1)
            .all(&self.pool)
            .await?;
        let has_more = rows.len() as u64 > most;
        rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let next = rows
            .last()
            .filter(|_| has_more)
            .map(|last| InterviewCursor { created_at_ms: last.created_at, id: last.id.into() });
        Ok(InterviewPage { interviews: rows.into_iter().map(interview_of).collect::<Result<_>>()?, next })
    }

    /// Reports of an interview's jobs after a job, in the order of their ids, at most 200.
    ///
    /// # Errors
    /// When there is no such interview, or the database fails.
    pub async fn reports_of(&self, interview: &str, after: Option<JobId>, most: u64) -> Result<Vec<StoredReport>> {
        let found = Entity::find().filter(Column::ExternalId.eq(interview)).one(&self.pool).await?;
        let found = found.ok_or_else(|| Error::UnknownInterview(interview.to_owned()))?;
        let jobs = sea_orm::sea_query::Query::select()
            .column(job::Column::Id)
            .from(job::Entity)
            .and_where(job::Column::InterviewId.eq(found.id))
            .to_owned();
        let rows = report::Entity::find()
            .filter(report::Column::JobId.in_subquery(jobs))
            .filter(Condition::all().add_option(after.map(|job| report::Column::JobId.gt(job.as_uuid()))))
            .order_by_asc(report::Column::JobId)
            .limit(most.clamp(1, LONGEST))
            .all(&self.pool)
            .await?;
        Ok(rows.into_iter().map(|row| StoredReport { job: row.job_id.into(), document: row.document }).collect())
    }
}
