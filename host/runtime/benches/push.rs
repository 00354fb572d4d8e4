//! What it costs to hand a picture to a component, beside copying it: `cargo bench -p rushes-runtime`.
//!
//! Both in one run on one thread, the best of several rounds, so that a busy machine says the same as an idle one.

use std::hint::black_box;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_model::media::{SessionSetup, VideoFrame};
use rushes_model::pipeline::Limits;
use rushes_model::{MediaTime, StopToken};
use rushes_runtime::{Engine, EngineConfig, Session};

const ROUNDS: u32 = 20;
const TURNS: u32 = 200;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let built = rushes_sdk_build::Components::in_workspace(root).package("rushes-test-good").build()?;
    let path = &built.first().ok_or("no component")?.path;
    let component = Engine::new(EngineConfig::default())?.load_file(path)?;
    println!("| picture | memcpy | push | push - memcpy |");
    println!("|---|---|---|---|");
    for (width, height) in [(64, 36), (640, 360), (1280, 720)] {
        let frame = frame(width, height);
        let setup = SessionSetup {
            params: "{}".into(),
            media: "{}".into(),
            audio: None,
            start: MediaTime::ZERO,
            end: None,
            carry: None,
        };
        let limits = Limits { fuel_base: u64::MAX, ..Limits::default() };
        let mut session = Session::open(&component, &limits, &setup, StopToken::never())?;
        let mut target = vec![0; frame.data.len()];
        let copied = best(|| {
            target.copy_from_slice(black_box(&frame.data));
            black_box(&mut target);
            Ok(())
        })?;
        let pushed = best(|| session.push_video(black_box(&frame), false))?;
        let more = pushed.saturating_sub(copied);
        println!("| {width}x{height} grey | {copied:.2?} | {pushed:.2?} | {more:.2?} |");
    }
    Ok(())
}

fn frame(width: u32, height: u32) -> VideoFrame {
    VideoFrame {
        time: MediaTime::ZERO,
        pts: MediaTime::ZERO,
        duration: MediaTime::from_millis(40),
        width,
        height,
        keyframe: true,
        full_range: false,
        data: Arc::from(vec![128_u8; (width * height) as usize]),
    }
}

/// Time of one turn in the best of the rounds.
fn best(mut turn: impl FnMut() -> rushes_runtime::Result<()>) -> rushes_runtime::Result<Duration> {
    let mut best = Duration::MAX;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        for _ in 0..TURNS {
            turn()?;
        }
        best = best.min(began.elapsed() / TURNS);
    }
    Ok(best)
}
