//! What is told when a component is loaded, before any of it is used.

use std::path::Path;

use rushes_model::media::Segmentation;
use rushes_model::{Classify, Code};
use rushes_runtime::{Digest, Engine, EngineConfig, Error};

use crate::components::{counts_well, engine, file, good};

#[test]
fn a_component_says_what_it_is() {
    let descriptor = good().descriptor();
    assert_eq!((descriptor.name.as_str(), good().contract()), ("good", "0.1.0"));
    let feeds: Vec<_> = descriptor.inputs.iter().map(|input| input.feed.name()).collect();
    assert_eq!(feeds, ["audio", "video", "transcript"]);
    assert_eq!(descriptor.segmentation, Segmentation::Independent { lead_in_ms: 0 });
    assert_eq!(good().digest(), Digest::of(&bytes()));
    assert_eq!(good().describe("{}").unwrap(), *descriptor);
}

#[test]
fn parameters_that_it_refuses_are_told_as_the_pipelines_fault() {
    let error = good().describe(r#"{"no-such":1}"#).unwrap_err();
    assert_eq!(error.code(), Code::PipelineParams, "{error}");
}

#[test]
fn compiled_code_is_found_again_by_the_next_process() {
    let folder = tempfile::tempdir().unwrap();
    let config = EngineConfig { cache_dir: Some(folder.path().join("code")), cores: 1 };
    for expected in [(0, 1), (1, 0)] {
        let engine = Engine::new(config.clone()).unwrap();
        engine.load_file(&file("good")).unwrap();
        assert_eq!(engine.cache_use(), expected);
    }
}

#[test]
fn a_component_of_another_world_is_refused() {
    let error = engine().load_file(&file("wrong-world")).unwrap_err();
    assert!(matches!(error, Error::NoExport { .. }), "{error}");
    assert_eq!(error.code(), Code::ComponentExport);
    counts_well();
}

#[test]
fn a_component_of_a_future_contract_is_refused_by_its_name() {
    let future = replaced(&bytes(), b"rushes:analyzer/analysis@0.1.0", b"rushes:analyzer/analysis@0.3.0");
    let error = engine().load(&future, "future").unwrap_err();
    assert_eq!(error.to_string(), "component future exports rushes:analyzer/analysis@0.3.0; this host speaks 0.1");
    assert_eq!(error.code(), Code::ComponentContract);
}

#[test]
fn an_import_that_nobody_granted_is_refused_by_its_name() {
    let curious = replaced(&bytes(), b"rushes:analyzer/log@0.1.0", b"rushes:analyzer/ftp@0.1.0");
    let error = engine().load(&curious, "curious").unwrap_err();
    assert!(
        matches!(&error, Error::NotGranted { imports, .. } if imports == &["rushes:analyzer/ftp@0.1.0"]),
        "{error}"
    );
}

#[test]
fn a_truncated_component_is_refused() {
    let good = bytes();
    for length in [0, 1, 7, 100, good.len() / 2, good.len() - 1] {
        let error = engine().load(&good[..length], "cut").unwrap_err();
        assert_eq!(error.code(), Code::ComponentInvalid, "{length}: {error}");
    }
    counts_well();
}

#[test]
fn a_trap_in_describe_is_told_at_load() {
    let error = engine().load_file(&file("trap-in-describe")).unwrap_err();
    assert_eq!(error.code(), Code::ComponentDescribe);
    let source = std::error::Error::source(&error).unwrap().to_string();
    assert!(source.contains("nobody asked me before"), "{source}");
    counts_well();
}

#[test]
fn a_file_that_is_not_there_is_said_to_be_missing() {
    let error = engine().load_file(Path::new("no/such.wasm")).unwrap_err();
    assert_eq!(error.code(), Code::ComponentMissing);
}

fn bytes() -> Vec<u8> {
    std::fs::read(file("good")).expect("a component that was built")
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = bytes.to_vec();
    let places: Vec<_> = (0..bytes.len() - from.len()).filter(|at| bytes[*at..].starts_with(from)).collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to);
    }
    bytes
}
