//! Whether what a component says about itself can be used.

use jsonschema::{PatternOptions, Validator};
use rushes_model::media::{AudioRequest, Descriptor, Feed, Sampling, Segmentation, VideoRequest};
use serde_json::{Map, Value};

/// Longest name of an analyzer; it is a key of reports and a part of paths.
const NAME_BYTES: usize = 64;
/// Longest version, and longest summary.
const TEXT_BYTES: usize = 1 << 10;
/// Longest schema, and longest `extra`.
const JSON_BYTES: usize = 256 << 10;
/// Longest lead-in.
const LEAD_IN_MS: u32 = 5_000;
/// Largest block of undecoded bytes.
const BYTE_BLOCK: u32 = 16 << 20;

/// Says what is wrong with it, if anything.
pub(crate) fn check(descriptor: &Descriptor) -> Result<(), String> {
    check_name(&descriptor.name)?;
    for (field, text) in [("version", &descriptor.version), ("summary", &descriptor.summary)] {
        if text.len() > TEXT_BYTES {
            return Err(format!("`{field}` has {} bytes; {TEXT_BYTES} at most", text.len()));
        }
    }
    if descriptor.version.is_empty() {
        return Err("`version` is empty".to_owned());
    }
    check_inputs(descriptor)?;
    let params = schema("params-schema", &descriptor.params_schema)?;
    let merge_params = schema("merge-params-schema", &descriptor.merge_params_schema)?;
    schema("summary-schema", &descriptor.summary_schema)?;
    object("extra", &descriptor.extra)?;
    let merged = properties(&merge_params);
    match properties(&params).into_iter().find(|name| merged.contains(name)) {
        Some(twice) => Err(format!("parameter `{twice}` is in `params-schema` and in `merge-params-schema`")),
        None => Ok(()),
    }
}

/// The same for what it says when it is asked again, with other parameters: only inputs and segmentation may differ.
pub(crate) fn check_again(first: &Descriptor, again: &Descriptor) -> Result<(), String> {
    let fixed = [
        ("name", &first.name, &again.name),
        ("version", &first.version, &again.version),
        ("params-schema", &first.params_schema, &again.params_schema),
        ("merge-params-schema", &first.merge_params_schema, &again.merge_params_schema),
        ("summary-schema", &first.summary_schema, &again.summary_schema),
        ("extra", &first.extra, &again.extra),
    ];
    match fixed.iter().find(|(_, first, again)| first != again) {
        Some((field, ..)) => Err(format!("`{field}` depends on its parameters")),
        None => Ok(()),
    }
}

/// What is in place of a descriptor until the component was asked.
pub(crate) fn nothing() -> Descriptor {
    Descriptor {
        name: String::new(),
        version: String::new(),
        summary: String::new(),
        inputs: Vec::new(),
        segmentation: Segmentation::Whole,
        params_schema: String::new(),
        merge_params_schema: String::new(),
        summary_schema: String::new(),
        extra: String::new(),
    }
}

/// Checks values against a schema of a component's. Its patterns run in linear time: the schema isn't trusted.
pub(crate) fn validator(schema: &str) -> Result<Validator, String> {
    let schema: Value = serde_json::from_str(schema).map_err(|why| why.to_string())?;
    jsonschema::options()
        .with_pattern_options(PatternOptions::regex())
        .build(&schema)
        .map_err(|why| format!("`summary-schema` is no JSON Schema: {why}"))
}

fn check_name(name: &str) -> Result<(), String> {
    let plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > NAME_BYTES || !name.bytes().all(plain) {
        return Err(format!("`name` is {name:?}; it takes 1 to {NAME_BYTES} of a-z, 0-9 and -"));
    }
    Ok(())
}

fn check_inputs(descriptor: &Descriptor) -> Result<(), String> {
    if descriptor.inputs.is_empty() {
        return Err("`inputs` is empty".to_owned());
    }
    for (index, input) in descriptor.inputs.iter().enumerate() {
        let kind = input.feed.name();
        if descriptor.inputs.iter().skip(index + 1).any(|other| other.feed.name() == kind) {
            return Err(format!("it asks for {kind} twice"));
        }
        match &input.feed {
            Feed::Audio(audio) => check_audio(audio)?,
            Feed::Video(video) => check_video(video)?,
            Feed::Transcript => {}
            Feed::Bytes(size) => check_bytes(*size, descriptor)?,
        }
    }
    match descriptor.segmentation {
        Segmentation::Independent { lead_in_ms } if lead_in_ms > LEAD_IN_MS => {
            Err(format!("a lead-in of {lead_in_ms} ms; {LEAD_IN_MS} at most"))
        }
        _ => Ok(()),
    }
}

fn check_audio(audio: &AudioRequest) -> Result<(), String> {
    match audio.block_ms {
        10..=10_000 => {}
        block_ms => return Err(format!("audio in blocks of {block_ms} ms; 10 to 10000 are possible")),
    }
    match audio.sample_rate.map(u32::from) {
        None | Some(4_000..=192_000) => Ok(()),
        Some(rate) => Err(format!("audio at {rate} Hz; 4000 to 192000 are possible")),
    }
}

fn check_video(video: &VideoRequest) -> Result<(), String> {
    if video.max_side == Some(0) {
        return Err("pictures of no size".to_owned());
    }
    match video.sampling {
        Sampling::Interval(0) | Sampling::Keyframes(0) => Err("pictures at an interval of 0".to_owned()),
        _ => Ok(()),
    }
}

fn check_bytes(size: u32, descriptor: &Descriptor) -> Result<(), String> {
    if size == 0 || size > BYTE_BLOCK {
        return Err(format!("bytes in blocks of {size}; 1 to {BYTE_BLOCK} are possible"));
    }
    if descriptor.inputs.len() > 1 {
        return Err("bytes must be the only input".to_owned());
    }
    match descriptor.segmentation {
        Segmentation::Independent { .. } => Err("bytes can't be cut into independent segments".to_owned()),
        Segmentation::Whole | Segmentation::Chained => Ok(()),
    }
}

fn schema(field: &str, text: &str) -> Result<Map<String, Value>, String> {
    let schema = object(field, text)?;
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => Ok(schema),
        _ => Err(format!("`{field}` must have `\"type\": \"object\"`")),
    }
}

fn object(field: &str, text: &str) -> Result<Map<String, Value>, String> {
    if text.len() > JSON_BYTES {
        return Err(format!("`{field}` has {} bytes; {JSON_BYTES} at most", text.len()));
    }
    match serde_json::from_str(text) {
        Ok(Value::Object(object)) => Ok(object),
        Ok(_) => Err(format!("`{field}` is no JSON object")),
        Err(why) => Err(format!("`{field}` is no JSON: {why}")),
    }
}

fn properties(schema: &Map<String, Value>) -> Vec<&String> {
    schema.get("properties").and_then(Value::as_object).map(|names| names.keys().collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use rushes_model::media::Input;

    use super::*;

    fn good() -> Descriptor {
        let feed = Feed::Audio(AudioRequest { sample_rate: None, mono: true, block_ms: 100 });
        let empty = r#"{"type":"object"}"#.to_owned();
        Descriptor {
            name: "good".into(),
            version: "1".into(),
            inputs: vec![Input { feed, required: true }],
            params_schema: empty.clone(),
            merge_params_schema: empty.clone(),
            summary_schema: empty,
            extra: "{}".into(),
            ..nothing()
        }
    }

    fn wrong(change: impl FnOnce(&mut Descriptor)) -> String {
        let mut descriptor = good();
        change(&mut descriptor);
        check(&descriptor).expect_err("it should be refused")
    }

    #[test]
    fn a_descriptor_that_says_too_little_or_too_much_is_refused() {
        check(&good()).unwrap();
        assert!(wrong(|it| it.name = "Good!".into()).contains("`name`"));
        assert!(wrong(|it| it.inputs.clear()).contains("`inputs` is empty"));
        assert!(wrong(|it| it.inputs.push(it.inputs[0])).contains("audio twice"));
        assert!(wrong(|it| it.extra = "[]".into()).contains("`extra` is no JSON object"));
        assert!(wrong(|it| it.params_schema = "{}".into()).contains("\"type\": \"object\""));
        assert!(wrong(|it| it.summary_schema = "{".into()).contains("is no JSON"));
        assert!(wrong(|it| it.segmentation = Segmentation::Independent { lead_in_ms: 5_001 }).contains("5001 ms"));
        assert!(
            wrong(|it| it.inputs.push(Input { feed: Feed::Bytes(1 << 20), required: true })).contains("only input")
        );
    }

    #[test]
    fn only_what_is_asked_for_may_depend_on_parameters() {
        let again = |change: fn(&mut Descriptor)| {
            let mut again = good();
            change(&mut again);
            check_again(&good(), &again)
        };
        assert_eq!(again(|it| it.segmentation = Segmentation::Chained), Ok(()));
        assert_eq!(again(|it| it.extra = "{ }".into()), Err("`extra` depends on its parameters".to_owned()));
        assert_eq!(again(|it| it.version = "2".into()), Err("`version` depends on its parameters".to_owned()));
    }

    #[test]
    fn a_parameter_belongs_to_the_sessions_or_to_the_merger() {
        let schema = r#"{"type":"object","properties":{"threshold":{"type":"number"}}}"#;
        let why = wrong(|it| {
            it.params_schema = schema.into();
            it.merge_params_schema = schema.into();
        });
        assert!(why.contains("`threshold`"), "{why}");
    }

    #[test]
    fn a_pattern_that_could_take_for_ever_is_refused() {
        // A back reference needs an engine that tries all ways: 2^n of them here.
        let schema = r#"{"type":"object","properties":{"a":{"type":"string","pattern":"^(a|aa)+\\1$"}}}"#;
        assert!(validator(schema).is_err());
        let linear = r#"{"type":"object","properties":{"a":{"type":"string","pattern":"^(a|aa)+$"}}}"#;
        assert!(!validator(linear).unwrap().is_valid(&serde_json::json!({ "a": format!("{}!", "a".repeat(60)) })));
    }

    #[test]
    fn a_schema_that_refers_to_itself_comes_to_an_end() {
        for circle in [
            r##"{"type":"object","$ref":"#"}"##,
            r##"{"type":"object","allOf":[{"$ref":"#"}]}"##,
            r##"{"type":"object","$ref":"#/$defs/a","$defs":{"a":{"$ref":"#/$defs/b"},"b":{"$ref":"#/$defs/a"}}}"##,
        ] {
            if let Ok(schema) = validator(circle) {
                let _ = schema.is_valid(&serde_json::json!({}));
            }
        }
    }

    #[test]
    fn a_schema_that_refers_to_elsewhere_is_refused() {
        assert!(validator(r#"{"type":"object","$ref":"https://example.com/schema.json"}"#).is_err());
        assert!(validator(r#"{"type":"object","$ref":"file:///etc/passwd"}"#).is_err());
    }
}
