//! Packets into decoders: the first byte chooses the codec, then come the configuration and packets, each behind its length.

use rushes_decode::{
    AudioCodec, AudioConfig, Pcm, VideoCodec, VideoConfig, VideoPacket, open_audio, open_video, video_shape,
};

const VIDEO: [VideoCodec; 6] =
    [VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Vp8, VideoCodec::Vp9, VideoCodec::Av1, VideoCodec::Mjpeg];

const AUDIO: [AudioCodec; 9] = [
    AudioCodec::Aac,
    AudioCodec::Mp3,
    AudioCodec::Opus,
    AudioCodec::Vorbis,
    AudioCodec::Flac,
    AudioCodec::Alac,
    AudioCodec::AdpcmIma,
    AudioCodec::AdpcmMs,
    AudioCodec::Pcm(Pcm::F64Le),
];

/// Each behind its length in two bytes.
struct Pieces<'a>(&'a [u8]);

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let (length, rest) = self.0.split_first_chunk::<2>()?;
        let (piece, rest) = rest.split_at(usize::from(u16::from_be_bytes(*length)).min(rest.len()));
        self.0 = rest;
        Some(piece)
    }
}

pub(crate) fn video(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let mut pieces = Pieces(rest);
    let config = VideoConfig {
        codec: *VIDEO.get(usize::from(*choice) % VIDEO.len()).expect("inside"),
        width: 64,
        height: 64,
        rotation: 0,
        pixel_aspect: None,
        full_range: None,
        matrix: None,
        extra: pieces.next().unwrap_or_default().to_vec(),
    };
    let Ok(mut decoder) = open_video(&config) else { return };
    video_shape(&config).expect("what can be opened has a shape");
    let mut pictures = Vec::new();
    for (number, packet) in (0u64..).zip(pieces) {
        let is_disposable = decoder.is_disposable(packet);
        let packet = VideoPacket { number, bytes: packet, keyframe: number == 0 };
        if let Err(error) = decoder.decode(packet, &mut pictures)
            && !error.is_damage()
        {
            return;
        }
        let _ = is_disposable;
        check(&mut pictures, number);
    }
    let _ = decoder.flush(&mut pictures);
    check(&mut pictures, u64::MAX);
}

fn check(pictures: &mut Vec<rushes_decode::Decoded>, latest: u64) {
    for decoded in pictures.drain(..) {
        assert!(decoded.number <= latest);
        let picture = decoded.picture;
        let chroma = (picture.width.div_ceil(2), picture.height.div_ceil(2));
        let sizes = [(picture.width, picture.height), chroma, chroma];
        for (plane, (width, height)) in picture.planes.iter().zip(sizes) {
            assert_eq!((plane.width, plane.height), (width, height));
            assert!(plane.rows().all(|row| row.len() == width), "a row is cut off");
        }
    }
}

pub(crate) fn audio(bytes: &[u8]) {
    let Some((choice, rest)) = bytes.split_first() else { return };
    let mut pieces = Pieces(rest);
    let config = AudioConfig {
        codec: *AUDIO.get(usize::from(*choice) % AUDIO.len()).expect("inside"),
        sample_rate: 48_000,
        channels: 2,
        channel_mask: None,
        extra: pieces.next().unwrap_or_default().to_vec(),
    };
    let Ok(mut decoder) = open_audio(&config) else { return };
    let channels = rushes_decode::audio_shape(&config).expect("what can be opened has a shape").format.channels.len();
    let mut samples = Vec::new();
    for packet in pieces {
        samples.clear();
        match decoder.decode(packet, &mut samples) {
            Ok(()) => assert!(samples.len().is_multiple_of(channels), "{} samples", samples.len()),
            Err(error) if error.is_damage() => {
                assert!(samples.is_empty(), "nothing is appended on an error");
                decoder.restart();
            }
            Err(_) => return,
        }
    }
}
