//! Who did what: a line in the log and one in the audit log, after each change and each look at a report.

use rushes_store::AuditLine;
use serde_json::Value;
use tracing::{error, info};

use crate::access::Caller;
use crate::router::App;

impl App {
    /// Keeps it. The change is done already: when this fails the caller's answer stays, and an operator hears of it.
    pub(crate) async fn record(&self, by: &Caller, verb: &str, subject: impl ToString, detail: Option<Value>) {
        let line = AuditLine { by: by.name().to_owned(), verb: verb.to_owned(), subject: subject.to_string(), detail };
        info!(by = line.by, verb, subject = line.subject, "asked for");
        if let Err(failed) = self.deps.write.audit(&line).await {
            error!(error = %failed, verb, subject = line.subject, "the audit log could not be written");
        }
    }
}
