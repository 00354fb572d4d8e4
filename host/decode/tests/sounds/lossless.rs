//! FLAC, ALAC and ADPCM: the same bits as FFmpeg's.

use rushes_decode::{AudioCodec, audio_shape, open_audio};

use crate::coded::{Coded, MONO_48, STEREO_48, Sound};

fn same(codec: AudioCodec, sound: &Sound, encoding: &str, ending: &str) -> Coded {
    let mut coded = Coded::new(codec, sound, encoding, ending, "");
    if codec == AudioCodec::Alac {
        // The box around it.
        coded.config.extra.drain(..12);
    }
    coded.compare(&format!("{} {} {encoding}", sound.layout, sound.rate), 0, 0, 0.0);
    coded
}

#[test]
fn flac_is_the_same_in_all_depths_rates_and_layouts() {
    for rate in [8_000, 44_000, 44_100, 96_000] {
        same(AudioCodec::Flac, &Sound { rate, ..STEREO_48 }, "-c:a flac -sample_fmt s16", "flac");
    }
    same(AudioCodec::Flac, &MONO_48, "-c:a flac -sample_fmt s32 -bits_per_raw_sample 24", "flac");
    same(AudioCodec::Flac, &STEREO_48, "-c:a flac -compression_level 12 -frame_size 777", "flac");
    let surround = Sound { layout: "5.1", ..STEREO_48 };
    let coded = same(AudioCodec::Flac, &surround, "-c:a flac", "flac");
    assert_eq!(audio_shape(&coded.config).unwrap().format.channels.join(" "), "FL FR FC LFE BL BR");
}

#[test]
fn alac_is_the_same_in_all_depths_and_layouts() {
    same(AudioCodec::Alac, &MONO_48, "-c:a alac -sample_fmt s16p", "m4a");
    same(AudioCodec::Alac, &STEREO_48, "-c:a alac -sample_fmt s32p", "m4a");
    let coded = same(AudioCodec::Alac, &Sound { layout: "5.1", ..STEREO_48 }, "-c:a alac", "m4a");
    assert_eq!(audio_shape(&coded.config).unwrap().format.channels.join(" "), "FL FR FC LFE BL BR");
}

#[test]
fn adpcm_is_the_same_in_both_ways() {
    for (codec, name) in [(AudioCodec::AdpcmIma, "adpcm_ima_wav"), (AudioCodec::AdpcmMs, "adpcm_ms")] {
        for sound in [MONO_48, STEREO_48] {
            let mut coded = Coded::new(codec, &sound, &format!("-c:a {name} -block_size 1024"), "wav", "");
            coded.packets = coded.packets.iter().flat_map(|packet| packet.chunks(1_024)).map(<[u8]>::to_vec).collect();
            coded.compare(&format!("{} {name}", sound.layout), 0, 0, 0.0);
        }
    }
}

#[test]
fn a_flac_frame_with_a_wrong_bit_is_damaged() {
    let coded = same(AudioCodec::Flac, &MONO_48, "-c:a flac", "flac");
    let mut decoder = open_audio(&coded.config).unwrap();
    let mut packet = coded.packets[3].clone();
    packet[100] ^= 4;
    assert!(decoder.decode(&packet, &mut Vec::new()).unwrap_err().is_damage());
    decoder.decode(&coded.packets[4], &mut Vec::new()).unwrap();
}
