//! What is posted: a Standard Webhooks body (`type`, `timestamp`, `data`) that is a CloudEvent (1.0, structured) as well.

use rushes_store::Announced;
use serde_json::{Map, Value, json};

use crate::moment;
use crate::sender::Message;

/// Bytes of a body at most, as Standard Webhooks 1.0.0 asks for under "Payload size".
const LARGEST: usize = 20_000;
/// Characters of a text that are told where the whole would be too large.
const LONGEST_TEXT: usize = 1_000;
/// The source of events of hosts that have no address of their own.
const NOWHERE: &str = "/rushes";

/// The message of an event. `public_url` is where others reach this host: with it there are links.
pub(crate) fn message(event: &Announced, public_url: Option<&str>) -> Message {
    let whole = written(event, event.payload.clone(), public_url);
    let body = if whole.len() < LARGEST { whole } else { written(event, shortened(&event.payload), public_url) };
    Message { id: event.id.to_string(), body }
}

fn written(event: &Announced, mut told: Value, public_url: Option<&str>) -> String {
    let (subject, links) = about(&told);
    if let (Some(url), Some(fields)) = (public_url, told.as_object_mut()) {
        let url = url.trim_end_matches('/');
        let links = links.into_iter().map(|(name, path)| (name.to_owned(), json!(format!("{url}{path}"))));
        let links: Map<String, Value> = links.collect();
        if !links.is_empty() {
            fields.insert("links".to_owned(), Value::Object(links));
        }
    }
    let at = moment::written(event.created_at_ms);
    let mut body = json!({
        "type": event.event_type,
        "timestamp": at,
        "specversion": "1.0",
        "id": event.id,
        "source": public_url.unwrap_or(NOWHERE),
        "time": at,
        "datacontenttype": "application/json",
        "data": told,
    });
    // An attribute that is empty must not be there (CloudEvents 1.0, "subject").
    if let (Some(subject), Some(fields)) = (subject, body.as_object_mut()) {
        fields.insert("subject".to_owned(), json!(subject));
    }
    body.to_string()
}

/// What an event is about, and where more of it is to be read.
fn about(told: &Value) -> (Option<String>, Vec<(&'static str, String)>) {
    let text = |name: &str| told.get(name).and_then(Value::as_str);
    let interview = text("interview_id").map(|id| format!("/api/v1/interviews/{}", encoded(id)));
    let interview = interview.into_iter().map(|path| ("interview", path));
    match text("job") {
        Some(job) => {
            let path = format!("/api/v1/jobs/{job}");
            let links = [("job", path.clone()), ("report", format!("{path}/report"))];
            (Some(format!("jobs/{job}")), links.into_iter().chain(interview).collect())
        }
        None => {
            let subject = text("interview_id").map(|id| format!("interviews/{id}"));
            let reports = interview.clone().map(|(_, path)| ("reports", format!("{path}/reports")));
            (subject, interview.clone().chain(reports).collect())
        }
    }
}

/// Without what the caller gave us to keep, and with long texts cut: the links lead to the whole.
fn shortened(told: &Value) -> Value {
    let Some(fields) = told.as_object() else { return Value::Null };
    let kept = fields.iter().map(|(name, value)| {
        let value = match value {
            Value::String(text) => json!(text.chars().take(LONGEST_TEXT).collect::<String>()),
            Value::Array(_) | Value::Object(_) => Value::Null,
            Value::Null | Value::Bool(_) | Value::Number(_) => value.clone(),
        };
        (name.clone(), value)
    });
    let mut short: Map<String, Value> = kept.collect();
    short.insert("shortened".to_owned(), json!(true));
    Value::Object(short)
}

/// A segment of a path (RFC 3986, section 3.3).
fn encoded(segment: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    segment
        .bytes()
        .map(|byte| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(payload: Value) -> Announced {
        let id = rushes_model::EventId::new().as_uuid();
        Announced { id, event_type: "job.failed".into(), payload, created_at_ms: 1_769_860_800_123 }
    }

    fn read(message: &Message) -> Value {
        serde_json::from_str(&message.body).unwrap()
    }

    #[test]
    fn a_body_is_a_standard_webhook_and_a_cloud_event() {
        let event = event(json!({ "job": "j", "interview_id": "a b/c", "error_message": "no moov" }));
        let message = message(&event, None);
        let body = read(&message);
        assert_eq!(message.id, event.id.to_string());
        assert_eq!((&body["type"], &body["specversion"]), (&json!("job.failed"), &json!("1.0")));
        assert_eq!((&body["id"], &body["source"]), (&json!(event.id), &json!("/rushes")));
        assert_eq!((&body["timestamp"], &body["time"]), (&body["time"], &json!("2026-01-31T12:00:00.123Z")));
        assert_eq!((&body["subject"], &body["datacontenttype"]), (&json!("jobs/j"), &json!("application/json")));
        assert_eq!(body["data"]["error_message"], "no moov");
        assert!(body["data"].get("links").is_none());
    }

    #[test]
    fn links_lead_to_where_others_reach_this_host() {
        let told = event(json!({ "job": "j", "interview_id": "a b/c" }));
        let body = read(&message(&told, Some("https://rushes.example/")));
        assert_eq!(body["source"], "https://rushes.example/");
        let links = json!({
            "job": "https://rushes.example/api/v1/jobs/j",
            "report": "https://rushes.example/api/v1/jobs/j/report",
            "interview": "https://rushes.example/api/v1/interviews/a%20b%2Fc",
        });
        assert_eq!(body["data"]["links"], links);
        let ended = read(&message(&event(json!({ "interview_id": "i" })), Some("https://rushes.example")));
        assert_eq!(ended["data"]["links"]["reports"], "https://rushes.example/api/v1/interviews/i/reports");
        assert_eq!(ended["subject"], "interviews/i");
    }

    #[test]
    fn a_body_is_never_larger_than_receivers_take() {
        let payload = json!({
            "job": "j",
            "error_message": "é".repeat(50_000),
            "metadata": { "mine": "x".repeat(60_000) },
            "interview_id": "\u{1}".repeat(255),
        });
        let message = message(&event(payload), Some("https://rushes.example"));
        assert!(message.body.len() < LARGEST, "{}", message.body.len());
        let body = read(&message);
        assert_eq!((&body["data"]["shortened"], &body["data"]["metadata"]), (&json!(true), &Value::Null));
        assert_eq!(body["data"]["error_message"].as_str().unwrap().chars().count(), LONGEST_TEXT);
    }

    #[test]
    fn a_test_is_about_nothing() {
        let body = read(&message(&event(json!({ "webhook": "app" })), Some("https://x.example")));
        assert!(body.get("subject").is_none() && body["data"].get("links").is_none(), "{body}");
    }
}
