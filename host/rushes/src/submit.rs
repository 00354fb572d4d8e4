//! `rushes submit`

use std::process::ExitCode;
use std::time::Duration;

use rushes_model::ObjectRef;
use serde_json::{Map, Value};

use crate::analyze::object_ref;
use crate::bar::Bar;
use crate::cli::Submit;
use crate::fault::Fault;
use crate::jobs;
use crate::out::{self, plain};
use crate::remote::{Remote, segment};

const PAUSE: Duration = Duration::from_millis(500);

pub(crate) fn run(command: &Submit) -> Result<ExitCode, Fault> {
    let body = body(command)?;
    let remote = Remote::at(&command.at)?;
    let job = remote.post_with_key("/api/v1/jobs", &body, command.idempotency_key.as_deref())?;
    if command.wait {
        return wait(&remote, &plain(&job["id"]), command.at.json);
    }
    if command.at.json {
        out::json(&job)?;
    } else {
        out::line(plain(&job["id"]))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// The request, as the API takes it: without what wasn't given.
fn body(command: &Submit) -> Result<Value, Fault> {
    let (bucket, key, url) = match object_ref(&command.object)? {
        ObjectRef::S3 { bucket, key } => (Some(bucket), Some(key), None),
        ObjectRef::Https { url } => (None, None, Some(url)),
        ObjectRef::File { path } => {
            return Err(Fault::usage(format!("`{path}` is no object in S3")).with_help(
                "write s3://bucket/key or https://host/path; a file of this machine is analysed by `rushes analyze`",
            ));
        }
    };
    let metadata = match &command.metadata {
        Some(text) => Some(serde_json::from_str::<Value>(text).map_err(|error| {
            Fault::usage(format!("--metadata is no JSON: {error}")).with_help(r#"write it like '{"candidate": 7}'"#)
        })?),
        None => None,
    };
    let text = |value: &Option<String>| value.clone().map(Value::from);
    let given = [
        ("bucket", text(&bucket)),
        ("key", text(&key)),
        ("url", text(&url)),
        ("pipeline", text(&command.pipeline)),
        ("interview_id", text(&command.interview)),
        ("interview_type", text(&command.interview_type)),
        ("expected_jobs", command.expected.map(Value::from)),
        ("priority", command.priority.map(Value::from)),
        ("queue", text(&command.queue)),
        ("metadata", metadata),
    ];
    let given: Map<String, Value> =
        given.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect();
    Ok(Value::from(given))
}

/// Shows how far the job is until it ends.
fn wait(remote: &Remote, id: &str, as_json: bool) -> Result<ExitCode, Fault> {
    let path = format!("/api/v1/jobs/{}", segment(id));
    let bar = Bar::new();
    let job = loop {
        let job = remote.get(&path)?;
        if jobs::is_final(&job) {
            break job;
        }
        bar.share(job["progress"].as_f64().unwrap_or_default(), plain(&job["state"]));
        std::thread::sleep(PAUSE);
    };
    bar.finish();
    if as_json {
        out::json(&job)?;
    } else {
        out::line(id)?;
        jobs::ended(&job)?;
    }
    Ok(if job["state"] == "completed" { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

#[cfg(test)]
mod tests {
    use clap::Parser;
    use serde_json::json;

    use super::*;
    use crate::cli::{Cli, Command};

    fn submit(arguments: &[&str]) -> Submit {
        match Cli::try_parse_from([&["rushes", "submit"], arguments].concat()).unwrap().command {
            Command::Submit(submit) => submit,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_request_holds_what_was_given_and_nothing_else() {
        let command =
            submit(&["s3://b/video/1.mp4", "--interview", "42", "--priority", "0", "--metadata", "{\"a\":1}"]);
        let expected =
            json!({ "bucket": "b", "key": "video/1.mp4", "interview_id": "42", "priority": 0, "metadata": { "a": 1 } });
        assert_eq!(body(&command).unwrap(), expected);
    }

    #[test]
    fn an_https_address_is_submitted_as_such() {
        let expected = json!({ "url": "https://media.example.org/1.mp4?a=b" });
        assert_eq!(body(&submit(&["https://media.example.org/1.mp4?a=b"])).unwrap(), expected);
        assert!(body(&submit(&["http://media.example.org/1.mp4"])).is_err());
    }

    #[test]
    fn a_file_of_this_machine_is_no_job() {
        assert!(body(&submit(&["interview.mp4"])).is_err());
    }
}
