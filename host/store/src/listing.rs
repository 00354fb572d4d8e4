//! Lists of jobs, page by page.

use std::collections::HashMap;
use std::time::Duration;

use rushes_model::JobId;
use rushes_model::job::{Kind, State, Status};
use sea_orm::prelude::Uuid;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::Result;
use crate::database::Read;
use crate::entity::{interview, job};
use crate::job::Job;
use crate::readiness::millis;

/// The longest page.
const LONGEST: u64 = 200;

/// Which jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this status.
    pub status: Option<Status>,
    /// In this state.
    pub state: Option<State>,
    /// In this queue.
    pub queue: Option<String>,
    /// Of this interview, by the caller's name.
    pub interview_id: Option<String>,
    /// Of this pipeline.
    pub pipeline: Option<String>,
    /// Created then or later, in milliseconds since 1970.
    pub created_after_ms: Option<i64>,
    /// Created before, in milliseconds since 1970.
    pub created_before_ms: Option<i64>,
    /// Whose attempt began before, in milliseconds since 1970.
    pub started_before_ms: Option<i64>,
    /// That run for longer than this.
    pub stuck_for: Option<Duration>,
}

/// Where a page ended: the next begins behind it, whatever was added meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Of the last job.
    pub created_at_ms: i64,
    /// Of the last job.
    pub id: JobId,
}

/// Some jobs, newest first.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// The jobs.
    pub jobs: Vec<Job>,
    /// Where the next page begins; none at the end.
    pub next: Option<Cursor>,
}

impl Read {
    /// A page of jobs, newest first, at most 200.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn list(&self, filter: &Filter, after: Option<Cursor>, most: u64) -> Result<Page> {
        let most = most.clamp(1, LONGEST);
        let Some(wanted) = self.condition(filter).await? else { return Ok(Page { jobs: Vec::new(), next: None }) };
        let wanted = match after {
            Some(cursor) => wanted.add(behind(cursor)),
            None => wanted,
        };
        let mut rows = job::Entity::find()
            .filter(wanted)
            .order_by_desc(job::Column::CreatedAt)
            .order_by_desc(job::Column::Id)
            .limit(most + 1)
            .all(&self.pool)
            .await?;
        let has_more = rows.len() as u64 > most;
        rows.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        let next =
            rows.last().filter(|_| has_more).map(|last| Cursor { created_at_ms: last.created_at, id: last.id.into() });
        let interviews = self.interviews_of(&rows).await?;
        let now = self.now().await?;
        let jobs = rows
            .into_iter()
            .map(|row| {
                let interview = row.interview_id.and_then(|id| interviews.get(&id));
                Job::of(row, interview, now)
            })
            .collect::<Result<_>>()?;
        Ok(Page { jobs, next })
    }

    /// None where nothing can match: the interview isn't there.
    pub(crate) async fn condition(&self, filter: &Filter) -> Result<Option<Condition>> {
        use job::Column;

        let mut wanted = Condition::all();
        if let Some(external_id) = &filter.interview_id {
            let found = interview::Entity::find().filter(interview::Column::ExternalId.eq(external_id));
            let Some(row) = found.one(&self.pool).await? else { return Ok(None) };
            wanted = wanted.add(Column::InterviewId.eq(row.id));
        }
        let now = match (filter.state, filter.stuck_for) {
            (None, None) => 0,
            (Some(_), _) | (_, Some(_)) => self.now().await?,
        };
        let stuck = filter.stuck_for.map(|length| {
            let begun_before = now.saturating_sub(millis(length));
            Condition::all().add(Expr::cust("status = 1")).add(Column::StartedAt.lt(begun_before))
        });
        Ok(Some(
            wanted
                .add_option(filter.status.map(|status| Column::Status.eq(status.number())))
                .add_option(filter.state.map(|state| in_state(state, now)))
                .add_option(filter.queue.as_ref().map(|name| Column::Queue.eq(name)))
                .add_option(filter.pipeline.as_ref().map(|name| Column::Pipeline.eq(name)))
                .add_option(filter.created_after_ms.map(|at| Column::CreatedAt.gte(at)))
                .add_option(filter.created_before_ms.map(|at| Column::CreatedAt.lt(at)))
                .add_option(filter.started_before_ms.map(|at| Column::StartedAt.lt(at)))
                .add_option(stuck),
        ))
    }

    async fn interviews_of(&self, rows: &[job::Model]) -> Result<HashMap<Uuid, interview::Model>> {
        let mut ids: Vec<Uuid> = rows.iter().filter_map(|row| row.interview_id).collect();
        ids.sort_unstable();
        ids.dedup();
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        let found = interview::Entity::find().filter(interview::Column::Id.is_in(ids)).all(&self.pool).await?;
        Ok(found.into_iter().map(|row| (row.id, row)).collect())
    }
}

/// What is kept of a job in a state: [`State::derive`] read backwards.
fn in_state(state: State, now: i64) -> Condition {
    use job::Column;

    let kept = |text: &'static str| Condition::all().add(Expr::cust(text));
    let is_cancelled = Column::FailureKind.eq(Kind::Cancelled.number());
    match state {
        State::WaitingForFile => kept("status = 0 AND data_process = 0"),
        State::Ready => kept("status = 0 AND data_process = 1").add(Column::RunAt.lte(now)),
        State::RetryWait => kept("status = 0 AND data_process = 1").add(Column::RunAt.gt(now)),
        State::Processing => kept("status = 1"),
        State::Completed => kept("status = 3"),
        State::Failed => {
            kept("status = 2").add(Condition::any().add(Column::FailureKind.is_null()).add(is_cancelled.not()))
        }
        State::Cancelled => kept("status = 2").add(is_cancelled),
    }
}

fn behind(cursor: Cursor) -> Condition {
    let same_moment = Condition::all()
        .add(job::Column::CreatedAt.eq(cursor.created_at_ms))
        .add(job::Column::Id.lt(cursor.id.as_uuid()));
    Condition::any().add(job::Column::CreatedAt.lt(cursor.created_at_ms)).add(same_moment)
}
