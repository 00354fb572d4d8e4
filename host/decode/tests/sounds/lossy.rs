//! Vorbis, AAC and MP3, to 1e-4.

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

/// FFmpeg's own decoder in floating point, without what the container skips.
fn mp3(sound: &Sound, encoding: &str) -> Coded {
    Coded::new(AudioCodec::Mp3, sound, &format!("-c:a libmp3lame -write_xing 0 {encoding}"), "mp3", "-c:a mp3float")
}

#[test]
fn mp3_is_as_ffmpeg_has_it_at_every_rate() {
    for rate in [8_000, 11_025, 12_000, 16_000, 22_050, 32_000, 44_100, 48_000] {
        for layout in ["mono", "stereo"] {
            let coded = mp3(&Sound { rate, layout, ..STEREO_48 }, "-b:a 48k");
            coded.compare(&format!("mp3 {layout} {rate}"), 0, 1_152, 1e-4);
        }
    }
}

/// At 24 kHz symphonia lets a band begin at line 332, and says that decoders with 330 are wrong; what lies there differs.
#[test]
fn mp3_of_24_khz_differs_from_ffmpeg_in_one_band_alone() {
    for sound in [MONO_48, STEREO_48] {
        let coded = mp3(&Sound { rate: 24_000, ..sound }, "-b:a 48k");
        coded.compare("mp3 24000", 0, 1_152, 0.2);
        let (samples, _) = coded.decoded();
        let apart = samples.iter().zip(&coded.reference).map(|(ours, theirs)| (ours - theirs).powi(2));
        let (error, power) = (apart.sum::<f32>(), coded.reference.iter().map(|theirs| theirs.powi(2)).sum::<f32>());
        assert!(error < 0.001 * power, "{error} of {power}");
    }
}

#[test]
fn mp3_is_as_ffmpeg_has_it_in_joint_stereo_and_apart_and_at_varying_rates() {
    for encoding in
        ["-joint_stereo 1 -b:a 64k", "-joint_stereo 0 -b:a 192k", "-q:a 2", "-q:a 9", "-b:a 320k -reservoir 0"]
    {
        let coded = mp3(&Sound { rate: 44_100, ..STEREO_48 }, encoding);
        coded.compare(&format!("mp3 {encoding}"), 0, 1_152, 1e-4);
    }
}

#[test]
fn mp3_of_free_format_is_refused_by_name() {
    let coded = mp3(&STEREO_48, "-b:a 128k");
    let mut packet = coded.packets[5].clone();
    packet[2] &= 0x0f;
    let refused = open_audio(&coded.config).unwrap().decode(&packet, &mut Vec::new()).unwrap_err();
    assert!(refused.to_string().contains("free"), "{refused}");
}

#[test]
fn damaged_frames_of_mp3_are_errors() {
    let coded = mp3(&STEREO_48, "-b:a 128k -reservoir 0");
    let damage = |change: fn(&mut Vec<u8>)| {
        let (mut decoder, mut samples) = (open_audio(&coded.config).unwrap(), Vec::new());
        decoder.decode(&coded.packets[4], &mut samples).unwrap();
        let (mut packet, whole) = (coded.packets[5].clone(), samples.len());
        change(&mut packet);
        let error = decoder.decode(&packet, &mut samples).unwrap_err();
        assert_eq!(samples.len(), whole);
        error.is_damage()
    };
    assert!(damage(|packet| packet.truncate(100)));
    assert!(damage(|packet| packet[0] = 0));
    // Another rate, and side information all set: more values than a granule has.
    assert!(damage(|packet| packet[2] ^= 4));
    assert!(damage(|packet| packet[6..36].fill(0xff)));
}
