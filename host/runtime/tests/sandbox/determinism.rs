//! The same component makes the same of the same media, wherever and whenever.

use rushes_model::media::SessionSetup;
use rushes_model::pipeline::Limits;
use rushes_model::{MediaTime, StopToken};
use rushes_runtime::{Session, Usage};

use crate::components::{block, good, run_good, setup};

#[test]
fn a_hash_map_has_the_same_order_in_every_run() {
    let (first, second) = (run_good().unwrap(), run_good().unwrap());
    assert_eq!(first.0.partial, second.0.partial);
    assert_eq!(first.1, second.1);
    let order: Vec<_> = first.1.series[0].values.iter().skip(1).flatten().copied().collect();
    assert_eq!(order.len(), 64);
    assert!(!order.is_sorted(), "a map whose order shows nothing");
}

#[test]
fn chance_differs_from_segment_to_segment_alone() {
    let partial = |start| {
        let setup = SessionSetup { start, ..setup() };
        Session::open(good(), &Limits::default(), &setup, StopToken::never()).unwrap().finish(true).unwrap().partial
    };
    let minute = MediaTime::from_secs(60);
    assert_eq!(partial(minute), partial(minute));
    assert_ne!(partial(minute), partial(MediaTime::ZERO));
}

#[test]
fn what_is_unknown_is_none_in_the_findings() {
    assert_eq!(run_good().unwrap().1.series[0].values[0], None);
}

#[test]
fn fuel_and_memory_are_the_same_in_every_run() {
    let used = || {
        let mut session = Session::open(good(), &Limits::default(), &setup(), StopToken::never()).unwrap();
        (0..10).for_each(|index| session.push_audio(&block(index), false).unwrap());
        let Usage { fuel, peak_memory, cpu } = session.usage();
        assert!(!cpu.is_zero() && fuel > 48_000 && peak_memory > 0, "{fuel} {peak_memory}");
        (fuel, peak_memory)
    };
    assert_eq!(used(), used());
}
