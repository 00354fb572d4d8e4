//! What a notification says, in each of its forms.

use serde_json::Value;

use crate::problem::Problem;

/// Records of one notification. AWS sends one at a time, MinIO a few.
const MOST: usize = 1_000;
/// An SNS envelope holds no other.
const DEEPEST: usize = 2;

/// A notification.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Message {
    /// Objects arrived; other things happened as well.
    Objects { arrivals: Vec<Arrival>, ignored: usize },
    /// Somebody tried whether it works.
    Test,
    /// A subscription waits for its confirmation, which is a person's.
    Confirm { help: String },
}

/// An object that arrived.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Arrival {
    pub(super) bucket: String,
    pub(super) key: String,
    /// Without quotes.
    pub(super) etag: Option<String>,
    /// Rising with each change of the object.
    pub(super) sequencer: Option<String>,
}

/// Reads any form.
pub(super) fn read(value: &Value) -> Result<Message, Problem> {
    read_nested(value, 0)
}

fn read_nested(value: &Value, depth: usize) -> Result<Message, Problem> {
    match value["Type"].as_str() {
        Some("SubscriptionConfirmation" | "UnsubscribeConfirmation") => return Ok(confirm(value)),
        Some("Notification") if depth < DEEPEST => {
            let text = value["Message"].as_str();
            let text = text.ok_or_else(|| Problem::wrong("/Message", "the envelope holds no message"))?;
            let inner = serde_json::from_str(text)
                .map_err(|error| Problem::wrong("/Message", format!("the envelope's message is no JSON: {error}")))?;
            return read_nested(&inner, depth + 1).map_err(|wrong| wrong.under("/Message"));
        }
        _ => {}
    }
    if value["Event"].as_str() == Some("s3:TestEvent") {
        return Ok(Message::Test);
    }
    if let Some(records) = value["Records"].as_array() {
        return records_of(records);
    }
    if value["detail-type"].is_string() && value["detail"].is_object() {
        return bridged(value);
    }
    Err(Problem::wrong("", "this is no notification of S3, EventBridge, SNS or MinIO"))
}

/// Whoever can post here could name any address: nothing is fetched, a person confirms.
fn confirm(value: &Value) -> Message {
    let topic = value["TopicArn"].as_str().unwrap_or("the topic");
    let help = format!(
        "open the SubscribeURL of this message to confirm the subscription of {topic}; Rushes opens no addresses that it is sent"
    );
    tracing::warn!(topic, url = value["SubscribeURL"].as_str(), "a subscription waits for its confirmation");
    Message::Confirm { help }
}

/// S3's own form, and MinIO's: the key is written as in a URL's query.
fn records_of(records: &[Value]) -> Result<Message, Problem> {
    if records.len() > MOST {
        return Err(Problem::wrong("/Records", format!("at most {MOST} records")));
    }
    let (mut arrivals, mut ignored) = (Vec::new(), 0);
    for (index, record) in records.iter().enumerate() {
        let name = record["eventName"].as_str().unwrap_or_default().trim_start_matches("s3:");
        if !(name.starts_with("ObjectCreated:") || name == "ObjectRestore:Completed") {
            ignored += 1;
            continue;
        }
        let s3 = &record["s3"];
        let at = format!("/Records/{index}/s3");
        let key = text(&s3["object"]["key"], &format!("{at}/object/key"))?;
        let key = decoded(key).ok_or_else(|| Problem::wrong(format!("{at}/object/key"), "the key is no UTF-8"))?;
        arrivals.push(Arrival {
            bucket: text(&s3["bucket"]["name"], &format!("{at}/bucket/name"))?.to_owned(),
            key,
            etag: etag(&s3["object"]["eTag"]),
            sequencer: s3["object"]["sequencer"].as_str().map(str::to_owned),
        });
    }
    Ok(Message::Objects { arrivals, ignored })
}

/// EventBridge's form: the key stands as it is.
fn bridged(value: &Value) -> Result<Message, Problem> {
    if !matches!(value["detail-type"].as_str(), Some("Object Created" | "Object Restore Completed")) {
        return Ok(Message::Objects { arrivals: Vec::new(), ignored: 1 });
    }
    let detail = &value["detail"];
    let arrival = Arrival {
        bucket: text(&detail["bucket"]["name"], "/detail/bucket/name")?.to_owned(),
        key: text(&detail["object"]["key"], "/detail/object/key")?.to_owned(),
        etag: etag(&detail["object"]["etag"]),
        sequencer: detail["object"]["sequencer"].as_str().map(str::to_owned),
    };
    Ok(Message::Objects { arrivals: vec![arrival], ignored: 0 })
}

fn text<'a>(value: &'a Value, at: &str) -> Result<&'a str, Problem> {
    value.as_str().ok_or_else(|| Problem::wrong(at, "a text is missing here"))
}

fn etag(value: &Value) -> Option<String> {
    value.as_str().map(|etag| etag.trim_matches('"').to_owned()).filter(|etag| !etag.is_empty())
}

/// `a+b%2Fc` is `a b/c`.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, after)) = rest.split_first() {
        rest = after;
        let escape = after.get(..2).and_then(|digits| std::str::from_utf8(digits).ok());
        match (first, escape.and_then(|digits| u8::from_str_radix(digits, 16).ok())) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(first),
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn arrival(key: &str) -> Arrival {
        Arrival {
            bucket: "interviews".into(),
            key: key.into(),
            etag: Some("d41d8cd98f00b204e9800998ecf8427e".into()),
            sequencer: Some("0055AED6DCD90281E5".into()),
        }
    }

    fn recorded(form: &str) -> Message {
        let text = match form {
            "aws" => include_str!("events/aws.json"),
            "aws-test" => include_str!("events/aws-test.json"),
            "aws-removed" => include_str!("events/aws-removed.json"),
            "eventbridge" => include_str!("events/eventbridge.json"),
            "sns" => include_str!("events/sns.json"),
            "sns-confirm" => include_str!("events/sns-confirm.json"),
            _ => include_str!("events/minio.json"),
        };
        read(&serde_json::from_str(text).unwrap()).unwrap()
    }

    #[test]
    fn every_form_tells_of_the_same_object() {
        for form in ["aws", "eventbridge", "sns", "minio"] {
            let wanted = Message::Objects { arrivals: vec![arrival("video/42/first take ü.mp4")], ignored: 0 };
            assert_eq!(recorded(form), wanted, "{form}");
        }
    }

    #[test]
    fn what_is_no_arrival_is_heard_and_ignored() {
        assert_eq!(recorded("aws-test"), Message::Test);
        assert_eq!(recorded("aws-removed"), Message::Objects { arrivals: vec![], ignored: 1 });
        let Message::Confirm { help } = recorded("sns-confirm") else { panic!("no confirmation") };
        assert!(help.contains("arn:aws:sns:eu-central-1:123456789012:recordings"), "{help}");
    }

    #[test]
    fn anything_else_is_refused() {
        for other in
            ["{}", "[]", "null", "{\"Records\":[{\"eventName\":\"ObjectCreated:Put\"}]}", "{\"Type\":\"Notification\"}"]
        {
            assert!(read(&serde_json::from_str(other).unwrap()).is_err(), "{other}");
        }
        let envelope = |inner: &str| serde_json::json!({ "Type": "Notification", "Message": inner }).to_string();
        let endless = envelope(&envelope(&envelope(&envelope("{}"))));
        assert!(read(&serde_json::from_str(&endless).unwrap()).is_err());
    }

    #[test]
    fn a_key_that_is_no_escape_stands_as_it_is() {
        assert_eq!(decoded("100%25+a%2Fb%zz%").as_deref(), Some("100% a/b%zz%"));
        assert_eq!(decoded("%ff"), None);
    }
}
