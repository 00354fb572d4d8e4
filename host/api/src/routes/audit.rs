//! The audit log.

use axum::Json;
use axum::extract::State;
use rushes_store::Audited;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::body::Asked;
use crate::moment;
use crate::paging::{self, Page};
use crate::problem::Problem;
use crate::router::App;

/// A page of the audit log.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditPage {
    /// Newest first.
    lines: Vec<AuditBody>,
    /// `cursor` of the next page; none at the end.
    next: Option<String>,
}

/// Something that somebody did.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AuditBody {
    seq: i64,
    at: Option<String>,
    /// A token's name, or `local`.
    by: String,
    /// job.cancel, report.read, …
    verb: String,
    /// An id or a name.
    subject: String,
    detail: Option<Value>,
}

impl From<Audited> for AuditBody {
    fn from(line: Audited) -> Self {
        let Audited { seq, at_ms, line } = line;
        Self {
            seq,
            at: moment::written(at_ms),
            by: line.by,
            verb: line.verb,
            subject: line.subject,
            detail: line.detail,
        }
    }
}

/// Who read, re-ran, cancelled, deleted; newest first.
#[utoipa::path(get, path = "/api/v1/audit", tag = "queue", security(("bearer" = ["admin"])), params(Page),
    responses((status = 200, description = "A page", body = AuditPage)))]
pub(crate) async fn list(State(app): State<App>, Asked(page): Asked<Page>) -> Result<Json<AuditPage>, Problem> {
    let before = paging::cursor(page.cursor.as_deref(), |text| text.parse().ok())?;
    let found = app.deps.store.audit(before, paging::limit(page.limit)?).await?;
    let lines = found.lines.into_iter().map(AuditBody::from).collect();
    Ok(Json(AuditPage { lines, next: found.next.map(|seq| seq.to_string()) }))
}
