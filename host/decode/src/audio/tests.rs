use super::*;
use crate::config::Pcm;

fn config(codec: AudioCodec, sample_rate: u32, channels: u32, extra: &[u8]) -> AudioConfig {
    AudioConfig { codec, sample_rate, channels, channel_mask: None, extra: extra.to_vec() }
}

fn aac(extra: &[u8]) -> Result<AudioShape> {
    audio_shape(&config(AudioCodec::Aac, 1, 22, extra))
}

fn pcm(pcm: Pcm, bytes: &[u8]) -> Vec<f32> {
    let (mut decoder, mut samples) = (open_audio(&config(AudioCodec::Pcm(pcm), 8_000, 1, &[])).unwrap(), Vec::new());
    decoder.decode(bytes, &mut samples).unwrap();
    samples
}

#[test]
fn the_streams_own_configuration_wins_over_the_containers() {
    // Object type 2, 44.1 kHz, 2 channels (ISO/IEC 14496-3, 1.6.2.1); the container said 22.
    let stereo = aac(&[0x12, 0x10]).unwrap();
    assert_eq!((stereo.format.sample_rate, stereo.packet_samples), (44_100, Some(1_024)));
    assert_eq!(stereo.format.channels, ["FL", "FR"]);
    // 48 kHz, configuration 6.
    assert_eq!(aac(&[0x11, 0xb0]).unwrap().format.channels, ["FL", "FR", "FC", "LFE", "BL", "BR"]);
}

#[test]
fn band_replication_doubles_the_rate_and_parametric_stereo_the_channel() {
    let told = |extra: &[u8]| {
        let shape = aac(extra).unwrap();
        (shape.format.sample_rate, shape.format.channels.len(), shape.packet_samples, shape.preroll_packets)
    };
    // Object type 5: 24 kHz, 2 channels, extension 48 kHz, core of type 2.
    assert_eq!(told(&[0x2b, 0x11, 0x88, 0x00]), (48_000, 2, Some(2_048), 2));
    // Object type 29, one channel.
    assert_eq!(told(&[0xeb, 0x09, 0x88, 0x00]), (48_000, 2, Some(2_048), 2));
}

#[test]
fn what_is_neither_low_complexity_nor_high_efficiency_is_refused_by_its_name() {
    let refused = |extra: &[u8]| aac(extra).unwrap_err().to_string();
    // Object type 1 (Main).
    assert_eq!(refused(&[0x0a, 0x10]), "aac: audio object type 1 is not supported");
    assert!(matches!(aac(&[0x12]), Err(Error::Configuration { .. })));
    assert!(matches!(aac(&[]), Err(Error::Configuration { .. })));
}

#[test]
fn uncompressed_samples_fill_the_range_and_no_more() {
    assert_eq!(pcm(Pcm::U8, &[0, 128, 255]), [-1.0, 0.0, 127.0 / 128.0]);
    assert_eq!(pcm(Pcm::S8, &[0x80, 0, 0x7f]), [-1.0, 0.0, 127.0 / 128.0]);
    assert_eq!(pcm(Pcm::S16Le, &[0, 0x80, 0xff, 0x7f]), [-1.0, 32_767.0 / 32_768.0]);
    assert_eq!(pcm(Pcm::S16Be, &[0x80, 0, 0x40, 0]), [-1.0, 0.5]);
    assert_eq!(pcm(Pcm::S24Le, &[0, 0, 0x80, 0, 0, 0x40]), [-1.0, 0.5]);
    assert_eq!(pcm(Pcm::S24Be, &[0xc0, 0, 0]), [-0.5]);
    assert_eq!(pcm(Pcm::S32Le, &[0, 0, 0, 0x80]), [-1.0]);
    assert_eq!(pcm(Pcm::S32Be, &[0x40, 0, 0, 0]), [0.5]);
    assert_eq!(pcm(Pcm::F32Le, &1.5f32.to_le_bytes()), [1.5]);
    assert_eq!(pcm(Pcm::F64Le, &(-0.25f64).to_le_bytes()), [-0.25]);
    assert_eq!(pcm(Pcm::F32Be, &1.5f32.to_be_bytes()), [1.5]);
    assert_eq!(pcm(Pcm::F64Be, &(-0.25f64).to_be_bytes()), [-0.25]);
}

/// The ends and the middle of tables 1a and 2a of ITU-T G.711, in 16 bit.
#[test]
fn companded_samples_follow_the_tables() {
    let value = |law, byte| (pcm(law, &[byte])[0] * 32_768.0) as i32;
    assert_eq!([0xaa, 0x2a, 0xd5, 0x55].map(|byte| value(Pcm::ALaw, byte)), [32_256, -32_256, 8, -8]);
    assert_eq!([0x80, 0x00, 0xff, 0x7f].map(|byte| value(Pcm::MuLaw, byte)), [32_124, -32_124, 0, 0]);
}

#[test]
fn a_torn_sample_at_the_end_is_left_out() {
    let mut decoder = open_audio(&config(AudioCodec::Pcm(Pcm::S16Le), 8_000, 2, &[])).unwrap();
    let mut samples = Vec::new();
    decoder.decode(&[0, 0x40, 0, 0x40, 0, 0x40], &mut samples).unwrap();
    assert_eq!(samples, [0.5, 0.5]);
}

#[test]
fn a_track_of_no_channels_is_no_track() {
    assert!(matches!(audio_shape(&config(AudioCodec::Pcm(Pcm::U8), 8_000, 0, &[])), Err(Error::Configuration { .. })));
    assert!(matches!(audio_shape(&config(AudioCodec::Pcm(Pcm::U8), 8_000, 256, &[])), Err(Error::Limits { .. })));
    assert!(matches!(audio_shape(&config(AudioCodec::Mp3, 44_100, 6, &[])), Err(Error::Unsupported { .. })));
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_a_decoder_panic(extra: Vec<u8>, packet: Vec<u8>) {
        let configurations = [
            config(AudioCodec::Aac, 44_100, 2, &extra),
            config(AudioCodec::Aac, 44_100, 2, &[0x12, 0x10]),
            config(AudioCodec::Mp3, 44_100, 2, &[]),
            config(AudioCodec::Aac, 24_000, 2, &[0x2b, 0x11, 0x88, 0x00]),
            config(AudioCodec::Vorbis, 48_000, 2, &extra),
            config(AudioCodec::Flac, 48_000, 2, &extra),
            config(AudioCodec::Alac, 48_000, 2, &extra),
            config(AudioCodec::Alac, 48_000, 2, &[0, 0, 16, 0, 0, 16, 40, 10, 14, 2, 0, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 187, 128]),
            config(AudioCodec::AdpcmIma, 48_000, 2, &[]),
            config(AudioCodec::AdpcmMs, 48_000, 1, &[]),
            config(AudioCodec::Opus, 48_000, 2, &extra),
            config(AudioCodec::Opus, 48_000, 2, b"OpusHead\x01\x02\0\0\0\0\0\0\0\0\0"),
            config(AudioCodec::Opus, 48_000, 3, b"OpusHead\x01\x03\0\0\0\0\0\0\0\0\x01\x02\x01\0\x02\x01"),
        ];
        for configuration in configurations {
            let Ok(mut decoder) = open_audio(&configuration) else { continue };
            let mut samples = Vec::new();
            let panicked = matches!(decoder.decode(&packet, &mut samples), Err(Error::Panicked { .. }));
            proptest::prop_assert!(!panicked);
        }
    }
}
