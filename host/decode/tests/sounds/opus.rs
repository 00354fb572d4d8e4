//! Opus in all its modes, against libopus.

use rushes_decode::{AudioCodec, audio_shape, open_audio};

use crate::coded::{Coded, MONO_48, STEREO_48, Sound};

/// libopus' own decoder in floating point.
const LIBOPUS: &str = "-c:a libopus -request_sample_fmt flt";

/// Bytes 10 and 11 of the identification header.
fn pre_skip(coded: &Coded) -> usize {
    usize::from(u16::from_le_bytes([coded.config.extra[10], coded.config.extra[11]]))
}

fn same(sound: &Sound, encoding: &str) -> Coded {
    let coded = Coded::new(AudioCodec::Opus, sound, &format!("-c:a libopus {encoding}"), "opus", LIBOPUS);
    // The last packet may be longer than the sound: the container says where it ends.
    coded.compare(&format!("{} {encoding}", sound.layout), pre_skip(&coded), 5_760, 1e-5);
    coded
}

#[test]
fn speech_music_and_both_are_as_libopus_has_them() {
    for sound in [MONO_48, STEREO_48] {
        for application in ["voip", "audio", "lowdelay"] {
            for kbits in [6, 16, 32, 96] {
                same(&sound, &format!("-application {application} -b:a {kbits}k"));
            }
        }
    }
    same(&STEREO_48, "-b:a 510k");
    same(&MONO_48, "-application voip -b:a 20k -fec 1 -packet_loss 20");
    same(&MONO_48, "-b:a 24k -vbr off");
}

#[test]
fn packets_of_any_length_are_as_libopus_has_them() {
    for milliseconds in ["2.5", "5", "10", "40", "60", "80", "100", "120"] {
        same(&STEREO_48, &format!("-frame_duration {milliseconds} -b:a 24k"));
        same(&MONO_48, &format!("-frame_duration {milliseconds} -b:a 64k"));
    }
}

#[test]
fn narrow_bands_are_as_libopus_has_them() {
    for hertz in [4_000, 6_000, 8_000, 12_000] {
        same(&MONO_48, &format!("-application voip -b:a 32k -cutoff {hertz}"));
    }
}

#[test]
fn many_channels_come_out_in_ffmpegs_order() {
    for (layout, names) in [
        ("3.0", "FL FR FC"),
        ("quad", "FL FR BL BR"),
        ("5.0", "FL FR FC BL BR"),
        ("5.1", "FL FR FC LFE BL BR"),
        ("6.1", "FL FR FC LFE BC SL SR"),
        ("7.1", "FL FR FC LFE BL BR SL SR"),
    ] {
        let coded = same(&Sound { layout, ..STEREO_48 }, "-b:a 256k");
        assert_eq!(audio_shape(&coded.config).unwrap().format.channels.join(" "), names);
    }
}

/// FFmpeg's wrapper of libopus puts such channels into Vorbis' order, which they don't have; that is undone here.
#[test]
fn channels_without_a_meaning_stay_where_they_are() {
    let sound = Sound { layout: "5.1", ..STEREO_48 };
    let encoding = "-c:a libopus -b:a 256k -mapping_family 255";
    let mut coded = Coded::new(AudioCodec::Opus, &sound, encoding, "opus", LIBOPUS);
    assert_eq!(audio_shape(&coded.config).unwrap().format.channels, [""; 6]);
    let reordered = coded.reference.as_chunks::<6>().0.iter().flat_map(|&[a, c, b, f, d, e]| [a, b, c, d, e, f]);
    coded.reference = reordered.collect();
    coded.compare("family 255", pre_skip(&coded), 5_760, 1e-5);
}

/// `restart` and the pre-roll of the shape: nearly what a decoder gives that has seen all packets.
#[test]
fn a_decoder_that_began_later_is_soon_right() {
    let coded = same(&Sound { seconds: 4.0, ..STEREO_48 }, "-b:a 96k");
    let (whole, lengths) = coded.decoded();
    let shape = audio_shape(&coded.config).unwrap();
    let preroll = shape.preroll_samples as usize / lengths[0];
    let (mut decoder, mut samples) = (open_audio(&coded.config).unwrap(), Vec::new());
    decoder.decode(&coded.packets[9], &mut samples).unwrap();
    for start in [100, 150] {
        decoder.restart();
        samples.clear();
        for packet in &coded.packets[start - preroll..start + 10] {
            decoder.decode(packet, &mut samples).unwrap();
        }
        let heard = &samples[preroll * lengths[0] * 2..];
        let worst = crate::coded::difference(heard, &whole[start * lengths[0] * 2..]);
        assert!(worst < 1e-4, "from packet {start}: off by {worst:e}");
    }
}
