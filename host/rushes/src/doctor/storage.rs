//! S3: from the name of the server to the first byte of an object.

use std::time::{Duration, Instant};

use rushes_config::Settings;
use rushes_model::{ByteSize, ObjectRef};
use rushes_source::{Answered, Error, Storage};
use tokio::runtime::Runtime;

use super::check::{Check, Findings};
use super::network::{self, Server};
use crate::fault::Fault;
use crate::{analyze, host};

const PATIENCE: Duration = Duration::from_secs(30);

/// The steps that ask the server in somebody's name.
const ASKING: [&str; 6] = ["credentials", "ListBucket", "HeadObject", "GetObject", "ranges", "If-Match"];

/// `s3://bucket/key`, or `s3://bucket` alone.
pub(super) fn object(text: &str) -> Result<(String, Option<String>), Fault> {
    let bucket = text.strip_prefix("s3://").map(|rest| rest.trim_end_matches('/')).filter(|rest| !rest.contains('/'));
    if let Some(bucket) = bucket.filter(|bucket| !bucket.is_empty()) {
        return Ok((bucket.to_owned(), None));
    }
    match analyze::object_ref(text)? {
        ObjectRef::S3 { bucket, key } => Ok((bucket, Some(key))),
        ObjectRef::Https { url: path } | ObjectRef::File { path } => {
            Err(Fault::usage(format!("`{path}` is no object in S3")).with_help("write s3://bucket/key"))
        }
    }
}

pub(super) fn check(
    runtime: &Runtime,
    settings: &Settings,
    object: Option<&(String, Option<String>)>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let storage = host::storage(settings);
    let connected = match runtime.block_on(storage.find_server()) {
        Ok(connected) => connected,
        Err(error) => {
            findings.add(Check::of_error("endpoint", &error))?;
            return skip(&ASKING, "there is no server", findings);
        }
    };
    let Some(server) = Server::parse(&connected.endpoint) else {
        let found = format!("`{}` is no address of a server", connected.endpoint);
        findings.add(Check::fail("endpoint", found, "write AWS_ENDPOINT_URL_S3 like https://host:port"))?;
        return skip(&ASKING, "there is no server", findings);
    };
    findings.add(Check::ok("endpoint", format!("{}, region {}", connected.endpoint, connected.region)))?;
    if !network::check(&server, findings)? {
        return skip(&ASKING, "the server can't be reached", findings);
    }
    let begun = Instant::now();
    let found = runtime.block_on(storage.find_credentials());
    let found = found.map(|()| Check::ok("credentials", "the standard chain found some"));
    if findings.add(found.unwrap_or_else(|error| Check::of_error("credentials", &error)).since(begun))? {
        return skip(&ASKING[1..], "there are no credentials", findings);
    }
    let Some((bucket, key)) = object else {
        return skip(&ASKING[1..], "name one to look at: rushes doctor s3://bucket/key", findings);
    };
    look(runtime, settings, &storage, bucket, key.as_deref(), findings)
}

fn skip(names: &[&'static str], why: &str, findings: &mut Findings) -> Result<(), Fault> {
    names.iter().try_for_each(|name| findings.add(Check::skipped(name, why)).map(drop))
}

fn look(
    runtime: &Runtime,
    settings: &Settings,
    storage: &Storage,
    bucket: &str,
    key: Option<&str>,
    findings: &mut Findings,
) -> Result<(), Fault> {
    let place = ObjectRef::S3 { bucket: bucket.to_owned(), key: key.unwrap_or_default().to_owned() };
    if let Err(failure) = host::check_bucket(settings, &place) {
        findings.add(Check::fail("STORAGE_BUCKETS", failure.to_string(), failure.help.unwrap_or_default()))?;
        return skip(&ASKING[1..], "this host may not read the bucket", findings);
    }
    let begun = Instant::now();
    let listed = waited(runtime, storage.try_list(bucket), bucket);
    findings.add(list(bucket, &listed).since(begun))?;
    let Some(key) = key else {
        return skip(&ASKING[2..], "name a key as well: rushes doctor s3://bucket/key", findings);
    };
    let begun = Instant::now();
    let found = waited(runtime, storage.head(&place), bucket);
    if findings.add(head(&place, &found, listed.is_ok()).since(begun))? || !matches!(found, Ok(Some(_))) {
        return skip(&ASKING[3..], "there is no object to read", findings);
    }
    let begun = Instant::now();
    match waited(runtime, storage.try_range(bucket, key), bucket) {
        Ok(answered) => {
            findings.add(Check::ok("GetObject", "the first byte can be read").since(begun))?;
            findings.add(ranges(&answered))?;
        }
        Err(error) => {
            findings.add(Check::of_error("GetObject", &error).since(begun))?;
            return skip(&ASKING[4..], "nothing can be read", findings);
        }
    }
    let begun = Instant::now();
    let heeded = waited(runtime, storage.heeds_if_match(bucket, key), bucket);
    findings.add(if_match(&heeded).since(begun)).map(drop)
}

/// An answer, or that there was none in time.
fn waited<T>(runtime: &Runtime, asked: impl Future<Output = Result<T, Error>>, bucket: &str) -> Result<T, Error> {
    let late = || Error::Unavailable {
        object: format!("s3://{bucket}"),
        what: format!("no answer within {} s", PATIENCE.as_secs()),
        source: None,
    };
    runtime.block_on(async { tokio::time::timeout(PATIENCE, asked).await.unwrap_or_else(|_| Err(late())) })
}

fn list(bucket: &str, listed: &Result<(), Error>) -> Check {
    match listed {
        Ok(()) => Check::ok("ListBucket", format!("{bucket} can be listed")),
        Err(Error::Denied { code, .. }) => Check::warn(
            "ListBucket",
            format!("{bucket} may not be listed ({code})"),
            "grant s3:ListBucket: without it a recording that hasn't arrived can't be told from one that may not be read",
        ),
        Err(error) => Check::of_error("ListBucket", error),
    }
}

fn head(place: &ObjectRef, found: &Result<Option<rushes_model::Identity>, Error>, may_list: bool) -> Check {
    match found {
        Ok(Some(identity)) => Check::ok("HeadObject", format!("{place} has {}", ByteSize::bytes(identity.size))),
        Ok(None) => Check::warn(
            "HeadObject",
            format!("{place} is not there"),
            "a job for it waits until it is; look for slips in the key: case, spaces, a slash in front",
        ),
        Err(error @ Error::Denied { .. }) if !may_list => {
            let mut check = Check::of_error("HeadObject", error);
            check.add_help("it may simply not be there: S3 says so only to who may list the bucket");
            check
        }
        Err(error) => Check::of_error("HeadObject", error),
    }
}

fn ranges(answered: &Answered) -> Check {
    let said = answered.content_range.as_deref().unwrap_or("none");
    let tag = answered.etag.is_some();
    let found = format!("status {}, Content-Range {said}{}", answered.status, if tag { "" } else { ", no ETag" });
    if answered.status == 206 && said.starts_with("bytes 0-0/") && tag {
        return Check::ok("ranges", found);
    }
    let help =
        "a server or proxy that ignores ranges or drops ETag can't be streamed from: use S3 itself, or mend the proxy";
    if answered.status == 206 && tag { Check::warn("ranges", found, help) } else { Check::fail("ranges", found, help) }
}

fn if_match(heeded: &Result<bool, Error>) -> Check {
    match heeded {
        Ok(true) => Check::ok("If-Match", "a version that isn't there is refused"),
        Ok(false) => Check::warn(
            "If-Match",
            "the server ignores it",
            "nothing to do: every answer's ETag is compared, so a recording that is replaced is noticed all the same",
        ),
        Err(error) => Check::of_error("If-Match", error),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check::State;
    use super::*;

    #[test]
    fn a_bucket_alone_can_be_looked_at() {
        assert_eq!(object("s3://b").unwrap(), ("b".into(), None));
        assert_eq!(object("s3://b/").unwrap(), ("b".into(), None));
        assert_eq!(object("s3://b/k/l").unwrap(), ("b".into(), Some("k/l".into())));
        assert!(object("k").is_err());
        assert!(object("s3://").is_err());
    }

    #[test]
    fn a_server_that_ignores_ranges_is_no_server_to_stream_from() {
        let answered = |status, range: Option<&str>, etag: Option<&str>| Answered {
            status,
            content_range: range.map(str::to_owned),
            etag: etag.map(str::to_owned),
        };
        assert_eq!(ranges(&answered(206, Some("bytes 0-0/7"), Some("e"))).state, State::Ok);
        assert_eq!(ranges(&answered(206, None, Some("e"))).state, State::Warn);
        assert_eq!(ranges(&answered(200, None, Some("e"))).state, State::Fail);
        assert_eq!(ranges(&answered(206, Some("bytes 0-0/7"), None)).state, State::Fail);
    }

    #[test]
    fn a_missing_right_is_told_from_a_missing_object() {
        let denied = || Error::Denied { object: "s3://b/k".into(), code: "AccessDenied".into() };
        let place = ObjectRef::S3 { bucket: "b".into(), key: "k".into() };
        assert_eq!(list("b", &Err(denied())).state, State::Warn);
        assert_eq!(head(&place, &Ok(None), true).state, State::Warn);
        assert_eq!(head(&place, &Err(denied()), false).state, State::Fail);
    }
}
