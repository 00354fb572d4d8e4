//! WAVE, chunk by chunk.

use rushes_decode::{AudioCodec, AudioConfig, Pcm};
use rushes_media::{Coding, Index};
use rushes_model::media::Cause;
use rushes_model::{Code, MediaTime};

use crate::memory::{Counted, index, refusal};
use crate::write::wav::{Wav, ds64, extensible, format, rifx, wave64};

fn config(index: &Index) -> &AudioConfig {
    match &index.audio().expect("a wave is sound").coding {
        Coding::Audio(config) => config,
        Coding::Video(_) => panic!("a wave shows nothing"),
    }
}

fn second() -> Vec<u8> {
    vec![0; 8_000 * 4]
}

#[test]
fn a_wave_takes_one_request() {
    let reader = Counted::bytes(Wav::riff().pcm(2, 8_000, 16).chunk(b"data", &vec![0; 8_000_000]).file());
    let index = rushes_media::open(&reader).expect("a sound file");
    assert_eq!((reader.requests(), index.duration), (1, MediaTime::from_secs(250)));
    assert!(reader.bytes_read() <= 256 << 10);
}

#[test]
fn packets_cover_the_samples() {
    let index = index(Wav::riff().pcm(2, 8_000, 16).chunk(b"data", &second()).file());
    let packets: Vec<_> = index.audio().expect("audio").packets.iter().collect();
    assert_eq!(packets.iter().map(|packet| packet.pts).collect::<Vec<_>>(), [0, 4_096]);
    assert_eq!(packets.iter().map(|packet| packet.duration).sum::<u32>(), 8_000);
    assert_eq!(packets.last().map(|last| last.offset + u64::from(last.size)), Some(44 + 32_000));
}

#[test]
fn every_layout_of_samples_is_known() {
    for (tag, bits, pcm) in [
        (1, 8, Pcm::U8),
        (1, 16, Pcm::S16Le),
        (1, 24, Pcm::S24Le),
        (1, 32, Pcm::S32Le),
        (3, 32, Pcm::F32Le),
        (3, 64, Pcm::F64Le),
        (6, 8, Pcm::ALaw),
        (7, 8, Pcm::MuLaw),
    ] {
        let plain = index(Wav::riff().format(tag, 2, 8_000, bits).chunk(b"data", &second()).file());
        assert_eq!(config(&plain).codec, AudioCodec::Pcm(pcm));
        let wide =
            index(Wav::riff().chunk(b"fmt ", &extensible(tag, 2, 8_000, bits, 3)).chunk(b"data", &second()).file());
        assert_eq!((config(&wide).codec, config(&wide).channel_mask), (AudioCodec::Pcm(pcm), Some(3)));
        assert_eq!(plain.duration, wide.duration);
    }
}

#[test]
fn twenty_bits_lie_in_three_bytes_and_a_wrong_align_is_mended() {
    let twenty = format(1, 2, 8_000, 6, 20);
    assert_eq!(
        config(&index(Wav::riff().chunk(b"fmt ", &twenty).chunk(b"data", &second()).file())).codec,
        AudioCodec::Pcm(Pcm::S24Le)
    );
    let of_one_channel = format(1, 255, 16_000, 1, 8);
    let many = index(Wav::riff().chunk(b"fmt ", &of_one_channel).chunk(b"data", &[0; 255 * 16]).file());
    assert_eq!((config(&many).channels, many.duration), (255, MediaTime::from_millis(1)));
}

#[test]
fn chunks_around_the_samples_are_stepped_over() {
    let file = Wav::riff()
        .chunk(b"LIST", b"INFOodd")
        .chunk(b"ID3 ", &[7; 3_000])
        .pcm(2, 8_000, 16)
        .chunk(b"data", &second())
        .claiming(b"ID3 ", 65_536, &[0; 9])
        .file();
    let index = index(file);
    assert_eq!((index.duration, index.gaps.len()), (MediaTime::from_secs(1), 0));
}

#[test]
fn a_streamed_wave_of_unknown_length_goes_to_the_end() {
    for (data, outer) in [(0, 0), (u32::MAX, u32::MAX), (0x7fff_f000, 0x7fff_f024), (0x8000_0000, 0x8000_0024)] {
        let index = index(Wav::riff().pcm(2, 8_000, 16).claiming(b"data", data, &second()).file_claiming(outer));
        assert_eq!((index.duration, index.gaps.len()), (MediaTime::from_secs(1), 0), "{data:#x}");
    }
}

#[test]
fn a_wave_that_was_cut_off_has_a_gap_to_where_it_should_end() {
    let whole = Wav::riff().pcm(2, 8_000, 16).chunk(b"data", &second()).file();
    let index = index(whole[..44 + 16_003].to_vec());
    assert_eq!(index.duration, MediaTime::from_secs(1));
    let gap = &index.gaps[0];
    assert_eq!((gap.span.start, gap.span.end), (MediaTime::from_millis(500), MediaTime::from_secs(1)));
    assert_eq!((gap.input.as_str(), gap.cause), ("audio", Cause::Truncated));
    assert_eq!(index.audio().expect("audio").presented, 0..4_000);
}

#[test]
fn samples_that_claim_more_than_the_whole_file_does_are_not_missed() {
    let index = index(Wav::riff().pcm(2, 8_000, 16).claiming(b"data", 0x7000_0000, &second()).file());
    assert_eq!((index.duration, index.gaps.len()), (MediaTime::from_secs(1), 0));
}

#[test]
fn rf64_takes_its_sizes_from_ds64() {
    for outer in [u64::from(u32::MAX), 32_080] {
        let wav = Wav::rf64().chunk(b"ds64", &ds64(outer, 16_000)).pcm(2, 8_000, 16);
        let index = index(wav.claiming(b"data", u32::MAX, &second()).file_claiming(u32::MAX));
        assert_eq!((index.duration, index.gaps.len()), (MediaTime::from_millis(500), 0));
    }
}

#[test]
fn rf64_is_cut_off_only_if_its_outer_size_says_so_too() {
    for (outer, gaps) in [(32_072, 0), (64_072, 1)] {
        let wav = Wav::rf64().chunk(b"ds64", &ds64(outer, 64_000)).pcm(2, 8_000, 16);
        let index = index(wav.claiming(b"data", u32::MAX, &second()).file_claiming(u32::MAX));
        assert_eq!(index.gaps.len(), gaps, "an outer size of {outer}");
    }
}

#[test]
fn formats_beyond_reason_are_refused() {
    let with = |fmt: &[u8]| refusal(Wav::riff().chunk(b"fmt ", fmt).chunk(b"data", &second()).file());
    assert_eq!(with(&format(1, 65_535, 8_000, 65_535, 8)).0, Code::MediaLimits);
    assert_eq!(with(&format(1, 2, 800_000, 4, 16)).0, Code::MediaLimits);
    assert_eq!(with(&format(1, 2, 0, 4, 16)).0, Code::MediaMalformed);
    assert_eq!(with(&format(1, 0, 8_000, 4, 16)).0, Code::MediaMalformed);
    assert_eq!(with(&format(1, 2, 8_000, 0, 16)).0, Code::MediaMalformed);
    assert_eq!(with(&format(1, 2, 8_000, 4, 16)[..14]).0, Code::MediaMalformed);
    let (code, text) = with(&format(0x31, 1, 8_000, 65, 0));
    assert_eq!(code, Code::MediaUnsupported);
    assert!(text.contains("GSM 6.10"), "{text}");
}

#[test]
fn a_wave_without_samples_says_what_is_missing() {
    assert_eq!(refusal(Wav::riff().pcm(2, 8_000, 16).file()).0, Code::MediaTruncated);
    assert_eq!(refusal(Wav::riff().file()).0, Code::MediaTruncated);
    assert_eq!(refusal(Wav::riff().pcm(2, 8_000, 16).chunk(b"data", &[]).file()).0, Code::MediaEmpty);
    assert_eq!(refusal(Wav::riff().chunk(b"data", &second()).pcm(2, 8_000, 16).file()).0, Code::MediaMalformed);
}

#[test]
fn sound_alone_is_cut_each_minute() {
    let index = index(Wav::riff().pcm(1, 100, 8).chunk(b"data", &[0; 15_000]).file());
    let segments = index.segments();
    let spans: Vec<_> = segments
        .iter()
        .map(|segment| (segment.span.start.as_micros(), segment.span.end.as_micros(), segment.is_last))
        .collect();
    assert_eq!(spans, [(0, 60_000_000, false), (60_000_000, 120_000_000, false), (120_000_000, 150_000_000, true)]);
}

#[test]
fn a_big_endian_wave_is_read_as_such() {
    for (bits, pcm) in [(8, Pcm::U8), (16, Pcm::S16Be), (24, Pcm::S24Be), (32, Pcm::S32Be)] {
        let index = index(rifx(1, 2, 8_000, bits, &vec![0; 2_000 * usize::from(bits)]));
        assert_eq!((config(&index).codec, config(&index).sample_rate), (AudioCodec::Pcm(pcm), 8_000));
        assert_eq!((index.duration, index.gaps.len()), (MediaTime::from_secs(1), 0));
    }
}

#[test]
fn wave64_is_read_as_wave_is() {
    let sixteen = format(1, 2, 8_000, 4, 16);
    let whole = index(wave64(&sixteen, &second(), None));
    assert_eq!((whole.duration, whole.gaps.len()), (MediaTime::from_secs(1), 0));
    let packets: Vec<_> = whole.audio().expect("audio").packets.iter().collect();
    assert_eq!(packets[0].offset, 40 + 32 + 40 + 24);
    // Never closed; and closed, but cut off.
    assert_eq!(index(wave64(&sixteen, &second(), Some(0))).duration, MediaTime::from_secs(1));
    let cut = index(wave64(&sixteen, &second(), None)[..136 + 16_000].to_vec());
    assert_eq!((cut.duration, cut.gaps.len()), (MediaTime::from_secs(1), 1));
    assert_eq!(refusal(wave64(&sixteen, &second(), Some(23))).0, Code::MediaMalformed);
}

#[test]
fn an_odd_byte_behind_the_samples_is_none() {
    let index = index(Wav::riff().pcm(1, 8_000, 16).chunk(b"data", &[0; 16_001]).file());
    assert_eq!((index.duration, index.audio().expect("audio").presented.clone()), (MediaTime::from_secs(1), 0..8_000));
}
