use std::time::Duration;

use rushes_model::media::{AudioRequest, Feed, Input, Segmentation};
use rushes_model::{ByteSize, Class, Code, Reason};
use serde_json::json;

use super::*;
use crate::document::Document;

/// Two bundled analyzers, and files that hold the first of them.
struct Shelf;

impl Analyzers for Shelf {
    fn bundled(&self) -> Vec<String> {
        vec!["loudness".into(), "picture".into()]
    }

    fn descriptor(&self, component: &ComponentRef) -> Result<Descriptor, Failure> {
        match component {
            ComponentRef::Path(path) if !path.ends_with("mine.wasm") => {
                let message = format!("{} can't be read", path.display());
                Err(Failure::new(Code::ComponentMissing, Class::Permanent(Reason::Request), message))
            }
            ComponentRef::Path(_) => Ok(descriptor("mine")),
            ComponentRef::Bundled(name) => Ok(descriptor(name)),
        }
    }
}

fn descriptor(name: &str) -> Descriptor {
    let audio = AudioRequest { sample_rate: None, mono: false, block_ms: 100 };
    let params = json!({
        "type": "object",
        "properties": {
            "per_second": { "type": "number", "minimum": 1, "maximum": 25, "default": 2 },
            "window": {
                "type": "object", "default": {}, "additionalProperties": false,
                "properties": { "length_ms": { "type": "integer", "default": 400 } }
            }
        }
    });
    let merge_params = json!({
        "type": "object",
        "properties": { "silence_dbfs": { "type": "number", "default": -60.0 } }
    });
    Descriptor {
        name: name.into(),
        version: "0.1.0".into(),
        summary: String::new(),
        inputs: vec![Input { feed: Feed::Audio(audio), required: true }],
        segmentation: Segmentation::Whole,
        params_schema: params.to_string(),
        merge_params_schema: merge_params.to_string(),
        summary_schema: "{}".into(),
        extra: "{}".into(),
    }
}

fn env(name: &str) -> Option<String> {
    (name == "HOOK_SECRET").then(|| "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned())
}

fn load(text: &str) -> Result<Pipelines, Problems> {
    Document::parse("conf/pipelines.toml", text)?.check(&Shelf, env)
}

/// `line:column: message (label)` of each problem.
fn problems(text: &str) -> Vec<String> {
    let problems = load(text).unwrap_err().to_string();
    problems.lines().map(|line| line.trim_start_matches("conf/pipelines.toml:").to_owned()).collect()
}

const WHOLE: &str = r#"
version = 1
[host]
max_concurrent_jobs = 4
[limits]
memory = "128 MiB"
[analyzers.mine]
component = "mine.wasm"
limits = { call_timeout = "2 s" }
[pipelines.interview]
description = "Interviews"
decode = "native"
transcript = { sidecar = [".vtt"] }
limits = { memory = "1 GiB" }
[pipelines.interview.use.loudness]
params = { per_second = 5, silence_dbfs = -50.0 }
limits = { fuel_base = 7_000_000 }
[pipelines.interview.use.mine]
required = false
[[routes]]
bucket = "interviews"
key = "video/{interview_id}/{name}"
pipeline = "interview"
interview_type = "video"
[webhooks.app]
url = "https://app.example.com/hooks"
secret = "${HOOK_SECRET}"
events = ["interview.completed", "job.failed"]
"#;

#[test]
fn a_whole_file_becomes_pipelines_routes_and_webhooks() {
    let pipelines = load(WHOLE).unwrap();
    let pipeline = pipelines.find("interview").unwrap();
    assert_eq!(pipeline.memory, Some(ByteSize::mib(1_024)));
    let loudness = &pipeline.uses["loudness"];
    assert_eq!(loudness.component, ComponentRef::Bundled("loudness".into()));
    assert_eq!(loudness.params, json!({ "per_second": 5, "window": { "length_ms": 400 } }));
    assert_eq!(loudness.merge_params, json!({ "silence_dbfs": -50.0 }));
    assert_eq!((loudness.limits.memory, loudness.limits.fuel_base), (ByteSize::mib(128), 7_000_000));
    let mine = &pipeline.uses["mine"];
    assert_eq!(mine.component, ComponentRef::Path("conf/mine.wasm".into()));
    assert_eq!((mine.required, mine.limits.call_timeout), (false, Duration::from_secs(2)));
    let (route, taken) = pipelines.route("interviews", "video/42/a.mp4", None).unwrap();
    assert_eq!((route.pipeline.as_str(), taken["interview_id"].as_str()), ("interview", "42"));
    assert!(pipelines.route("interviews", "video/42/a.mp4", Some("audio")).is_none());
    assert_eq!(pipelines.webhooks()[0].secrets, ["whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"]);
    let warnings: Vec<&str> = pipelines.warnings().iter().map(|problem| problem.message.as_str()).collect();
    let later = ["no transcript is read for pipeline `interview` by this version"];
    assert_eq!(warnings, later);
}

#[test]
fn everything_that_is_wrong_is_said_at_once_with_its_place_and_a_suggestion() {
    let text = r#"version = 1
lmits = {}
[limits]
memory = "256"
[pipelines.talks]
decode = "native"
analysers = {}
[pipelines.talks.use.loudnes]
[pipelines.talks.use.picture]
params = { per_secnd = 5 }
required = "yes"
[pipelines.talks.use.loudness]
params = { per_second = 50, window = { length = 3 } }
[[routes]]
bucket = "b"
key = "{a}{b}"
pipeline = "talk"
"#;
    assert_eq!(
        problems(text),
        [
            "2:1: unknown key `lmits` in the file (did you mean `limits`?)",
            "4:10: `memory` in [limits] must be a size with its unit, like \"256 MiB\", is \"256\"",
            "7:1: unknown key `analysers` in pipeline `talks` (known: description, decode, transcript, limits, use)",
            "8:22: unknown analyzer `loudnes` (did you mean `loudness`?)",
            "10:12: `picture` has no parameter `per_secnd` (did you mean `per_second`?)",
            "11:12: `required` in [pipelines.talks.use.picture] must be true or false, is \"yes\"",
            "13:25: params of `loudness`: `per_second`: 50 is greater than the maximum of 25",
            "13:38: params of `loudness`: `window`: Additional properties are not allowed ('length' was unexpected)",
            "16:7: `{a}{b}` can't be part of a route's key",
            "17:12: no pipeline `talk` (did you mean `talks`?)",
        ]
    );
}

#[test]
fn an_error_is_shown_with_its_line_of_the_file() {
    let text = "version = 1\n[pipelines.talks]\nanalysers = {}\n[pipelines.talks.use.loudness]\n";
    let expected = "\
error: unknown key `analysers` in pipeline `talks`
 --> conf/pipelines.toml:3:1
  |
3 | analysers = {}
  | ^^^^^^^^^ known: description, decode, transcript, limits, use

conf/pipelines.toml: 1 error
";
    assert_eq!(load(text).unwrap_err().render(false), expected);
}

#[test]
fn several_syntax_errors_come_at_once() {
    let lines = problems("version = \n[limits\nmemory = \"256 MiB\"\n");
    assert!(lines.len() >= 2, "{lines:?}");
}

#[test]
fn a_file_of_a_later_version_is_refused_as_a_whole() {
    assert_eq!(problems("version = 2\nnew_thing = 1\n"), ["1:11: `version` is 2, and this program reads version 1"]);
    assert_eq!(problems("[limits]\n"), ["1:1: the file doesn't say its version"]);
}

#[test]
fn what_this_version_cannot_do_is_said_and_not_ignored() {
    let text = r#"version = 1
[analyzers.far]
component = "oci://registry.example.com/far@sha256:00"
[pipelines.a]
decode = "external"
transcript = { from = "asr" }
[pipelines.a.use.far]
"#;
    assert_eq!(
        problems(text),
        [
            "3:13: components from a registry aren't available in this version",
            "5:10: `decode = \"external\"` isn't available in this version",
            "6:1: no transcript is read for pipeline `a` by this version",
            "6:23: a transcript from another analyzer isn't available in this version",
        ]
    );
}

#[test]
fn limits_that_cannot_work_are_refused() {
    let text = r#"version = 1
[limits]
memory = "1 MiB"
fuel_base = 0
call_timeout = "1 ms"
[pipelines.a]
limits = { memory = "100 MiB" }
[pipelines.a.use.loudness]
limits = { memory = "200 MiB" }
"#;
    assert_eq!(
        problems(text),
        [
            "3:10: `memory` of 1 MiB can't work: allowed is 2 MiB to 4 GiB",
            "4:13: `fuel_base` of 0 can't work: allowed is 1000000 to 9223372036854775807",
            "5:16: `call_timeout` of 1 ms can't work: allowed is 10 ms to 10 min",
            "7:21: `memory` of 100 MiB for a whole job can't work: `loudness` alone may take 200 MiB",
        ]
    );
}

#[test]
fn wrong_parameters_have_a_page_of_their_own() {
    let text = "version = 1\n[pipelines.a.use.loudness]\nparams = { per_second = 0 }\n";
    assert_eq!(load(text).unwrap_err().code(), Code::PipelineParams);
    let date = "version = 1\n[pipelines.a.use.loudness]\nparams = { per_second = 2026-01-01 }\n";
    assert_eq!(problems(date), ["3:25: a date can't be a parameter's value"]);
}

#[test]
fn a_component_that_cannot_be_described_is_named_with_its_reason() {
    let text = "version = 1\n[analyzers.x]\ncomponent = \"x.wasm\"\n[pipelines.a.use.x]\n";
    assert_eq!(problems(text), ["4:18: analyzer `x`: conf/x.wasm can't be read"]);
    let problems = load(text).unwrap_err();
    assert_eq!(problems.code(), Code::ComponentMissing);
    assert_eq!(problems.iter().next().map(|problem| problem.key.as_str()), Some("pipelines.a.use.x"));
}

#[test]
fn a_secret_that_the_environment_lacks_is_an_error() {
    let text = "version = 1\n[webhooks.a]\nurl = \"ftp://x\"\nsecret = \"${NO_SUCH}\"\nevents = [\"job.faild\"]\n";
    assert_eq!(
        problems(text),
        [
            "3:7: `url` must begin with https:// or http:// and name a host",
            "4:10: the environment has no `NO_SUCH`",
            "5:11: unknown event `job.faild` (did you mean `job.failed`?)",
        ]
    );
}

#[test]
fn a_secret_may_be_several_while_one_replaces_the_other() {
    const OLD: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const NEW: &str = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX";
    let with = |secret: &str| {
        format!(
            "version = 1\n[webhooks.a]\nurl = \"https://a.example/\"\nsecret = {secret}\nevents = [\"job.failed\"]\n"
        )
    };
    for both in [format!("[\"{NEW}\", \"{OLD}\"]"), format!("\"{NEW} {OLD}\"")] {
        assert_eq!(load(&with(&both)).unwrap().webhooks()[0].secrets, [NEW, OLD]);
    }
    assert_eq!(problems(&with("[]")), ["2:11: `secret` is an empty list"]);
    assert_eq!(problems(&with(&format!("\"{NEW} and {OLD}\""))), ["4:10: `secret` is no Standard Webhooks secret"]);
    assert_eq!(problems(&with("[\"whsec_AAAA\"]")), ["4:11: `secret` is no Standard Webhooks secret"]);
}

#[test]
fn a_second_route_for_the_same_objects_is_an_error() {
    let text = r#"version = 1
[pipelines.a.use.loudness]
[[routes]]
bucket = "b"
key = "x/{name}"
pipeline = "a"
[[routes]]
bucket = "b"
key = "x/{other}"
pipeline = "a"
"#;
    assert_eq!(problems(text), ["7:1: a second route for `b/x/{other}`"]);
}

#[test]
fn an_analyzer_that_nobody_uses_is_a_warning() {
    let text = "version = 1\n[analyzers.mine]\ncomponent = \"mine.wasm\"\n[pipelines.a.use.loudness]\n";
    let pipelines = load(text).unwrap();
    let warnings: Vec<&str> = pipelines.warnings().iter().map(|problem| problem.message.as_str()).collect();
    assert_eq!(warnings, ["analyzer `mine` is used by no pipeline"]);
    assert!(pipelines.summary(false).ends_with("conf/pipelines.toml: 1 warning\n"));
}

#[test]
fn the_pipeline_of_those_who_name_none_holds_every_bundled_analyzer() {
    let pipeline = implicit(&Shelf).unwrap();
    assert_eq!(pipeline.uses.keys().collect::<Vec<_>>(), ["loudness", "picture"]);
    assert_eq!(pipeline.uses["picture"].params, json!({ "per_second": 2, "window": { "length_ms": 400 } }));
}

#[test]
fn a_summary_shows_what_will_be_run() {
    let expected = "\
pipeline interview
  Interviews
  memory of a job: 1 GiB
  loudness 0.1.0 (bundled)
    limits: memory 128 MiB, fuel 7000000 and 1500000000 a second of media, 10 s a call
    params: per_second = 5, window = {\"length_ms\":400}, silence_dbfs = -50.0
  mine 0.1.0 (conf/mine.wasm), its failure doesn't fail the job
    limits: memory 128 MiB, fuel 5000000000 and 1500000000 a second of media, 2 s a call
    params: per_second = 2, window = {\"length_ms\":400}, silence_dbfs = -60.0

route s3://interviews/video/{interview_id}/{name} -> interview (video)
webhook app -> https://app.example.com/hooks on interview.completed, job.failed

warning: no transcript is read for pipeline `interview` by this version
  --> conf/pipelines.toml:13:1
   |
13 | transcript = { sidecar = [\".vtt\"] }
   | ^^^^^^^^^^

conf/pipelines.toml: 1 warning
";
    assert_eq!(load(WHOLE).unwrap().summary(false), expected);
}
