//! Packets that attack their decoder: each ends as it should, and another decoder works on.

use std::time::Duration;

use rushes_decode::{
    AudioCodec, AudioConfig, Decoded, Decoders, Error, Pcm, Result, VideoCodec, VideoConfig, VideoDecoder, VideoPacket,
};
use rushes_model::{ByteSize, Stop, StopSource};
use rushes_runtime::{DecoderLimits, Sandboxed};

use crate::components::hostile;

fn config() -> VideoConfig {
    VideoConfig {
        codec: VideoCodec::H264,
        width: 2,
        height: 2,
        rotation: 0,
        pixel_aspect: None,
        full_range: None,
        matrix: None,
        extra: Vec::new(),
    }
}

fn small() -> DecoderLimits {
    DecoderLimits { video_memory: ByteSize::mib(32), fuel_base: 100_000_000, ..DecoderLimits::default() }
}

fn decode(decoder: &mut dyn VideoDecoder, packet: &[u8], keyframe: bool) -> Result<Vec<Decoded>> {
    let mut pictures = Vec::new();
    decoder.decode(VideoPacket { number: 3, bytes: packet, keyframe }, &mut pictures)?;
    Ok(pictures)
}

/// Decodes a hostile packet; a second decoder of the same maker must not mind.
fn attack(maker: &Sandboxed, packet: &[u8]) -> Error {
    let mut other = maker.video(&config()).expect("a decoder");
    assert_eq!(decode(&mut *other, b"good", true).expect("a good packet").len(), 1);
    let mut decoder = maker.video(&config()).expect("a decoder");
    let error = decode(&mut *decoder, packet, true).expect_err("it is hostile");
    assert_eq!(decode(&mut *other, b"good", false).expect("a good packet")[0].number, 3);
    error
}

#[test]
fn endless_loops_end_with_their_fuel() {
    let error = attack(&hostile().limited_by(small()), b"loop");
    assert!(matches!(error, Error::OutOfFuel { codec: "h264", allowed } if allowed > 100_000_000), "{error}");
    assert!(!error.is_damage());
}

#[test]
fn endless_loops_with_fuel_enough_end_with_their_time() {
    let limits = DecoderLimits { fuel_base: u64::MAX / 2, call_timeout: Duration::from_millis(50), ..small() };
    let error = attack(&hostile().limited_by(limits), b"loop");
    assert_eq!(error, Error::TooSlow { codec: "h264", took: Duration::from_millis(50) });
}

#[test]
fn endless_loops_end_when_the_job_is_told_to_stop() {
    let source = StopSource::new();
    let limits = DecoderLimits { fuel_base: u64::MAX / 2, ..small() };
    let maker = hostile().limited_by(limits).stopped_by(source.token());
    let mut decoder = maker.video(&config()).unwrap();
    std::thread::scope(|scope| {
        let running = scope.spawn(move || decode(&mut *decoder, b"loop", true).unwrap_err());
        source.stop(Stop::Cancelled);
        assert_eq!(running.join().unwrap(), Error::Stopped(Stop::Cancelled));
    });
}

#[test]
fn memory_is_bounded() {
    let error = attack(&hostile().limited_by(DecoderLimits { fuel_base: u64::MAX / 2, ..small() }), b"memory");
    assert!(matches!(error, Error::OutOfMemory { allowed, .. } if allowed == ByteSize::mib(32)), "{error}");
}

#[test]
fn a_panic_costs_the_pictures_up_to_the_next_keyframe() {
    let maker = hostile().limited_by(small());
    let error = attack(&maker, b"panic");
    let Error::Panicked { message, .. } = &error else { panic!("{error}") };
    assert!(message.contains("a packet that panics"), "{message}");
    assert!(error.is_damage());

    let mut decoder = maker.video(&config()).unwrap();
    assert!(matches!(decode(&mut *decoder, b"panic", false), Err(Error::Panicked { .. })));
    assert!(matches!(decode(&mut *decoder, b"good", false), Err(Error::Damaged { .. })));
    assert_eq!(decode(&mut *decoder, b"good", true).unwrap().len(), 1);
    assert_eq!(decode(&mut *decoder, b"good", false).unwrap().len(), 1);
}

#[test]
fn a_packet_that_panics_while_it_is_looked_at_is_lost_and_no_more() {
    let mut decoder = hostile().limited_by(small()).video(&config()).unwrap();
    assert!(!decoder.is_disposable(b"panic"));
    assert!(matches!(decode(&mut *decoder, b"good", false), Err(Error::Damaged { .. })));
    assert!(matches!(decoder.skip(b"panic"), Ok(())), "there is no instance to break");
    assert_eq!(decode(&mut *decoder, b"good", true).unwrap().len(), 1);
}

#[test]
fn recursion_without_end_costs_the_packet() {
    assert!(matches!(attack(&hostile(), b"stack"), Error::Panicked { .. }));
}

#[test]
fn impossible_pictures_are_refused() {
    for packet in [b"impossible".as_slice(), b"not that many"] {
        let error = attack(&hostile().limited_by(small()), packet);
        assert!(error.to_string().contains("impossible picture"), "{error}");
    }
}

#[test]
fn sound_has_the_same_walls() {
    let config = AudioConfig {
        codec: AudioCodec::Pcm(Pcm::S16Le),
        sample_rate: 48_000,
        channels: 1,
        channel_mask: None,
        extra: Vec::new(),
    };
    let maker = hostile().limited_by(small());
    let mut decoder = maker.audio(&config).unwrap();
    let mut decode = |packet: &[u8]| {
        let mut samples = Vec::new();
        decoder.decode(packet, &mut samples).map(|()| samples)
    };
    assert_eq!(decode(b"good"), Ok(vec![0.0]));
    assert!(matches!(decode(b"panic"), Err(Error::Panicked { .. })));
    assert_eq!(decode(b"good"), Ok(vec![0.0]));
    assert!(matches!(decode(b"big"), Err(Error::Limits { .. } | Error::OutOfMemory { .. })));
    assert!(matches!(decode(b"loop"), Err(Error::OutOfFuel { .. })));
}
