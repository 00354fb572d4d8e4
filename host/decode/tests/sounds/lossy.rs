//! Vorbis and AAC, to 1e-4.

use rushes_decode::{AudioCodec, audio_shape, open_audio};

use crate::coded::{Coded, MONO_48, STEREO_48, Sound};

#[test]
fn vorbis_is_as_ffmpeg_has_it() {
    for (sound, quality) in
        [(MONO_48, 0), (STEREO_48, 3), (Sound { rate: 44_100, ..STEREO_48 }, 9), (Sound { rate: 16_000, ..MONO_48 }, 2)]
    {
        let coded = Coded::new(AudioCodec::Vorbis, &sound, &format!("-c:a libvorbis -q:a {quality}"), "ogg", "");
        coded.compare(&format!("vorbis {sound:?}"), 0, 8_192, 1e-4);
        assert_eq!(coded.channels(), coded.config.channels as usize);
    }
}

#[test]
fn vorbis_in_more_channels_is_refused_by_name() {
    let sound = Sound { layout: "5.1", ..STEREO_48 };
    let coded = Coded::new(AudioCodec::Vorbis, &sound, "-c:a libvorbis -q:a 4", "ogg", "");
    let refused = audio_shape(&coded.config).unwrap_err().to_string();
    assert_eq!(refused, "vorbis: a layout of 6 channels is not supported");
}

#[test]
fn vorbis_is_exact_after_one_packet() {
    let coded = Coded::new(AudioCodec::Vorbis, &STEREO_48, "-c:a libvorbis -q:a 5", "ogg", "");
    let (whole, lengths) = coded.decoded();
    let shape = audio_shape(&coded.config).unwrap();
    assert_eq!((shape.preroll_packets, shape.restart_packets), (1, None));
    let (mut decoder, mut samples) = (open_audio(&coded.config).unwrap(), Vec::new());
    for packet in &coded.packets[40..50] {
        decoder.decode(packet, &mut samples).unwrap();
    }
    let at = 2 * lengths[..41].iter().sum::<usize>();
    assert_eq!(samples[..], whole[at..at + samples.len()]);
}

#[test]
fn aac_is_as_ffmpeg_has_it() {
    for sound in [MONO_48, STEREO_48, Sound { rate: 44_100, layout: "5.1", ..STEREO_48 }] {
        // FFmpeg's encoder uses no noise substitution with this, so nothing is random.
        let coded = Coded::new(AudioCodec::Aac, &sound, "-c:a aac -aac_pns 0", "m4a", "");
        coded.compare(&format!("aac {sound:?}"), 1_024, 1_024, 1e-4);
    }
}
