//! Components that misbehave: each ends in its own kind of failure, and the host goes on as if nothing had been.

use std::time::{Duration, Instant};

use rushes_model::media::SessionSetup;
use rushes_model::pipeline::Limits;
use rushes_model::{ByteSize, Class, Classify, Code, MediaTime, Reason, Stop, StopSource, StopToken};
use rushes_runtime::{Component, Error, Level, Session};

use crate::components::{block, counts_well, load, setup};

fn small() -> Limits {
    Limits {
        memory: ByteSize::mib(256),
        fuel_base: 2_000_000_000,
        fuel_per_media_second: 1_000_000_000,
        call_timeout: Duration::from_secs(60),
    }
}

/// Opens a session, pushes a block, and tells how it ended.
fn push(component: &Component, limits: &Limits, stop: StopToken) -> (Result<(), Error>, Session) {
    let mut session = Session::open(component, limits, &setup(), stop).expect("a session that opens");
    (session.push_audio(&block(0), false), session)
}

/// How the named component ends within small limits, after which the host must be well.
fn ends(name: &str) -> Error {
    ends_within(name, &small())
}

fn ends_within(name: &str, limits: &Limits) -> Error {
    let (ended, mut session) = push(&load(name), limits, StopToken::never());
    let error = ended.and_then(|()| session.finish(true).map(|_| ())).expect_err("it should end in an error");
    assert!(matches!(session.finish(true), Err(Error::Over { .. })), "an instance that broke is never entered again");
    counts_well();
    error
}

#[test]
fn an_endless_loop_runs_out_of_fuel() {
    let error = ends("endless-loop");
    let Error::Fuel { used, allowed, at, .. } = error else { panic!("{error}") };
    // The base and a tenth of a second of media.
    assert_eq!((used, allowed, at), (2_100_000_000, 2_100_000_000, MediaTime::ZERO));
    assert_eq!(error.code(), Code::LimitsFuel);
    assert!(error.to_string().contains("session.push-audio at 0:00.000"), "{error}");
}

#[test]
fn a_call_that_takes_too_long_is_ended() {
    let limits = Limits { fuel_base: u64::MAX, call_timeout: Duration::from_millis(100), ..small() };
    let component = load("endless-loop");
    let began = Instant::now();
    let (ended, _) = push(&component, &limits, StopToken::never());
    let error = ended.unwrap_err();
    assert!(matches!(error, Error::Time { .. }), "{error}");
    assert_eq!(error.code(), Code::LimitsTime);
    assert!(began.elapsed() < Duration::from_secs(5));
    counts_well();
}

#[test]
fn a_running_call_can_be_stopped_with_a_reason() {
    let component = load("endless-loop");
    let limits = Limits { fuel_base: u64::MAX, ..small() };
    let source = StopSource::new();
    let token = source.token();
    let running = std::thread::spawn(move || push(&component, &limits, token).0);
    // Stopped before or while it runs: the answer is the same.
    std::thread::sleep(Duration::from_millis(50));
    source.stop(Stop::LeaseLost);
    let error = running.join().unwrap().unwrap_err();
    assert!(matches!(error, Error::Stopped(Stop::LeaseLost)), "{error}");
    counts_well();
}

#[test]
fn a_memory_bomb_runs_out_of_memory() {
    let error = ends("memory-bomb");
    let Error::Memory { asked, allowed, .. } = &error else { panic!("{error}") };
    assert_eq!(*allowed, ByteSize::mib(256));
    assert!(*asked > ByteSize::mib(256) && *asked < ByteSize::mib(260), "{asked}");
    assert_eq!(error.class(), Class::Permanent(Reason::Limits));
}

#[test]
fn a_giant_return_is_refused_before_the_host_has_copied_it() {
    // Room enough to make it, so that handing it over is what fails.
    let limits = Limits { memory: ByteSize::mib(512), fuel_base: 50_000_000_000, ..small() };
    let error = ends_within("giant-return", &limits);
    let Error::TooMuch { allowed, .. } = &error else { panic!("{error}") };
    assert_eq!(*allowed, ByteSize::mib(64));
    assert_eq!(error.code(), Code::LimitsOutput);
}

#[test]
fn a_hoard_of_handles_is_bounded() {
    let error = ends("handle-hoard");
    assert!(matches!(error, Error::Resources { allowed: 10_000, .. }), "{error}");
    assert_eq!(error.code(), Code::LimitsResources);
}

#[test]
fn an_instance_that_does_not_fit_is_not_made() {
    let limits = Limits { memory: ByteSize::kib(64), ..small() };
    let Err(error) = Session::open(&load("panic"), &limits, &setup(), StopToken::never()) else { panic!("it fits") };
    assert!(matches!(error, Error::Memory { .. }), "{error}");
}

#[test]
fn an_analyzers_own_words_are_cut() {
    let setup = SessionSetup { params: r#"{"bytes":1048576}"#.into(), ..setup() };
    let mut session = Session::open(&load("giant-return"), &small(), &setup, StopToken::never()).unwrap();
    let error = session.finish(true).unwrap_err();
    let Error::Failed { why, .. } = &error else { panic!("{error}") };
    assert!(why.len() < 4_096, "{}", why.len());
}

#[test]
fn a_deep_recursion_runs_out_of_stack() {
    let error = ends("deep-recursion");
    assert!(matches!(error, Error::Stack { .. }), "{error}");
    assert_eq!(error.code(), Code::LimitsStack);
}

#[test]
fn a_panics_text_and_place_reach_the_error() {
    let error = ends("panic");
    let Error::Trapped { why, frames, .. } = &error else { panic!("{error}") };
    assert!(why.contains("no such window") && why.contains("src/lib.rs:"), "{why}");
    assert!(frames.iter().any(|name| name.ends_with("session.push-audio")), "{frames:?}");
    assert_eq!(error.code(), Code::AnalyzerTrapped);
}

#[test]
fn a_flood_of_lines_is_cut_with_a_note_and_does_no_harm() {
    let limits = Limits { fuel_base: 20_000_000_000, ..small() };
    let (ended, mut session) = push(&load("log-flood"), &limits, StopToken::never());
    ended.unwrap();
    session.finish(true).unwrap();
    let log = session.take_log();
    let kept: usize = log.iter().map(|line| line.message.len()).sum();
    assert!(kept <= 256 << 10, "{kept}");
    assert!(log[0].message.starts_with("00000 ") && log[0].level == Level::Info);
    let notes: Vec<_> = log.iter().filter(|line| line.message.starts_with("log cut")).collect();
    assert_eq!(notes, [log.last().unwrap()]);
    assert!(session.usage().fuel > 40_000_000, "lines cost fuel");
    counts_well();
}

#[test]
fn a_sleep_for_ever_takes_no_time() {
    let component = load("sleep-for-ever");
    let began = Instant::now();
    let (ended, mut session) = push(&component, &small(), StopToken::never());
    ended.unwrap();
    session.finish(true).unwrap();
    assert!(began.elapsed() < Duration::from_secs(30));
    counts_well();
}
