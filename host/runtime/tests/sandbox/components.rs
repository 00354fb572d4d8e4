//! The components of `tests/components`, built once for all tests, and one engine to run them.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, LazyLock};

use rushes_model::media::{AudioBlock, AudioFormat, MergeSetup, Outcome, SessionSetup, VideoFrame};
use rushes_model::pipeline::Limits;
use rushes_model::report::Findings;
use rushes_model::{MediaTime, Span, StopToken};
use rushes_runtime::{Component, Engine, EngineConfig, Merger, Result, Session};
use rushes_sdk_build::Components;

const NAMES: [&str; 11] = [
    "deep-recursion",
    "endless-loop",
    "giant-return",
    "good",
    "handle-hoard",
    "log-flood",
    "memory-bomb",
    "panic",
    "sleep-for-ever",
    "trap-in-describe",
    "wrong-world",
];

static FILES: LazyLock<BTreeMap<&str, PathBuf>> = LazyLock::new(|| {
    let packages = NAMES.map(|name| format!("rushes-test-{name}"));
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = Components::in_workspace(root).packages(packages).build().expect("components that build");
    NAMES.into_iter().zip(built.into_iter().map(|built| built.path)).collect()
});

static ENGINE: LazyLock<Engine> =
    LazyLock::new(|| Engine::new(EngineConfig { cores: 4, ..EngineConfig::default() }).expect("an engine"));

static GOOD: LazyLock<Component> = LazyLock::new(|| load("good"));

/// The engine of all tests.
pub(crate) fn engine() -> &'static Engine {
    &ENGINE
}

/// Where a component's file is.
pub(crate) fn file(name: &str) -> PathBuf {
    FILES[name].clone()
}

/// Loads one.
pub(crate) fn load(name: &str) -> Component {
    engine().load_file(&file(name)).expect("a component that loads")
}

/// The one that behaves.
pub(crate) fn good() -> &'static Component {
    &GOOD
}

/// A session's setup for mono sound.
pub(crate) fn setup() -> SessionSetup {
    let audio = AudioFormat { sample_rate: 48_000, channels: vec!["M".into()] };
    let (params, media) = ("{}".into(), "{}".into());
    SessionSetup { params, media, audio: Some(audio), start: MediaTime::ZERO, end: None, carry: None }
}

/// A block of a tenth of a second.
pub(crate) fn block(index: u64) -> AudioBlock {
    let start = MediaTime::from_millis(index * 100);
    AudioBlock { start, first_sample: index * 4_800, samples: Arc::from([0.5_f32; 4_800].as_slice()) }
}

/// A grey picture.
pub(crate) fn frame(time: MediaTime) -> VideoFrame {
    VideoFrame {
        time,
        pts: time,
        duration: MediaTime::from_millis(40),
        width: 64,
        height: 36,
        keyframe: false,
        full_range: false,
        data: Arc::from([128_u8; 64 * 36].as_slice()),
    }
}

/// Runs the good component over a second of sound and five pictures.
pub(crate) fn run_good() -> Result<(Outcome, Findings)> {
    let mut session = Session::open(good(), &Limits::default(), &setup(), StopToken::never())?;
    for index in 0..10 {
        session.push_audio(&block(index), false)?;
        if index % 2 == 0 {
            session.push_video(&frame(MediaTime::from_millis(index * 100)), false)?;
        }
    }
    let outcome = session.finish(true)?;
    let duration = MediaTime::from_secs(1);
    let setup = MergeSetup {
        params: "{}".into(),
        merge_params: "{}".into(),
        media: "{}".into(),
        audio: setup().audio,
        duration,
        gaps: Vec::new(),
    };
    let mut merger = Merger::open(good(), &Limits::default(), &setup, StopToken::never())?;
    merger.add(Span::new(MediaTime::ZERO, duration), &outcome.partial)?;
    Ok((outcome, merger.finish()?))
}

/// The host is well: the good component counts what it is fed.
pub(crate) fn counts_well() {
    let summary = run_good().expect("the good component works").1.summary;
    assert_eq!(summary, serde_json::json!({ "samples": 48_000, "frames": 5, "cues": 0, "peak": 0.5 }));
}
