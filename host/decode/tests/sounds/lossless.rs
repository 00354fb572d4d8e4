//! FLAC, ALAC and ADPCM: the same bits as FFmpeg's.

use rushes_decode::{AudioCodec, Pcm, audio_shape, open_audio};

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
fn a_damaged_block_of_adpcm_is_an_error_and_not_noise() {
    for (codec, name, spoilt) in [
        // A step index of 89, a reserved byte; predictor 7, a step below 0.
        (AudioCodec::AdpcmIma, "adpcm_ima_wav", [(2, 89), (3, 1)]),
        (AudioCodec::AdpcmMs, "adpcm_ms", [(0, 7), (2, 0x80)]),
    ] {
        let coded = Coded::new(codec, &MONO_48, &format!("-c:a {name} -block_size 1024"), "wav", "");
        let mut decoder = open_audio(&coded.config).unwrap();
        for (at, byte) in spoilt {
            let (mut block, mut samples) = (coded.packets[0][..1_024].to_vec(), vec![0.5]);
            block[at] = byte;
            assert!(decoder.decode(&block, &mut samples).unwrap_err().is_damage(), "{name}: {byte} at {at}");
            assert_eq!(samples, [0.5], "{name}: what was there stays alone");
        }
        assert!(decoder.decode(&coded.packets[0][..3], &mut Vec::new()).unwrap_err().is_damage());
        decoder.decode(&coded.packets[0][..1_024], &mut Vec::new()).unwrap();
    }
}

/// The largest codes again and again: no encoder writes that, and the steps grow out of thirty-two bits.
#[test]
fn steps_of_adpcm_that_grow_without_end_are_damage() {
    let coded = Coded::new(AudioCodec::AdpcmMs, &MONO_48, "-c:a adpcm_ms -block_size 1024", "wav", "");
    let mut block = coded.packets[0][..1_024].to_vec();
    block[7..].fill(0x88);
    let refused = open_audio(&coded.config).unwrap().decode(&block, &mut Vec::new()).unwrap_err();
    assert!(refused.is_damage() && refused.to_string().contains("a step of"), "{refused}");
}

#[test]
fn uncompressed_samples_are_the_same_in_each_layout() {
    for pcm in [
        Pcm::U8,
        Pcm::S8,
        Pcm::S16Le,
        Pcm::S16Be,
        Pcm::S24Le,
        Pcm::S24Be,
        Pcm::S32Le,
        Pcm::S32Be,
        Pcm::F32Le,
        Pcm::F32Be,
        Pcm::F64Le,
        Pcm::F64Be,
        Pcm::ALaw,
        Pcm::MuLaw,
    ] {
        same(AudioCodec::Pcm(pcm), &STEREO_48, &format!("-c:a {}", pcm.name()), "nut");
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
