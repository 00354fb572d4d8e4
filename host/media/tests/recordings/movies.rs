//! MP4, box by box.

use rushes_media::{Coding, Index, Packet, Track};
use rushes_model::media::Cause;
use rushes_model::{Code, MediaTime};

use crate::memory::{Counted, index, refusal};
use crate::write::mp4::{self, Base, Index as At, Sample, Track as Written, atom, full, hex, movie, table, words};

fn packets(track: &Track) -> Vec<Packet> {
    track.packets.iter().collect()
}

/// Media times of the presented pictures or packets, in order.
fn times(track: &Track) -> Vec<i64> {
    let mut times: Vec<i64> = packets(track)
        .iter()
        .filter(|packet| track.presented.contains(&packet.pts))
        .map(|packet| track.micros_of(packet.pts))
        .collect();
    times.sort_unstable();
    times
}

fn video(index: &Index) -> &Track {
    index.video().expect("there is a video track")
}

fn audio(index: &Index) -> &Track {
    index.audio().expect("there is an audio track")
}

#[test]
fn an_index_in_front_takes_one_request_and_one_at_the_end_two() {
    // Shorter than a minute: where a segment begins, the picture itself is looked at too.
    let tracks = [Written::video(1, 1_400, 50), Written::audio(2, 2_500)];
    for (at, expected) in [(At::First, 1), (At::Last, 2)] {
        let reader = Counted::bytes(movie(&tracks, at));
        rushes_media::open(&reader).expect("a sound file");
        assert_eq!(reader.requests(), expected);
        assert!(reader.bytes_read() <= 512 << 10, "{} bytes", reader.bytes_read());
    }
}

#[test]
fn samples_lie_where_the_chunks_say() {
    let tracks = [Written::video(1, 10, 4), Written::audio(2, 12)];
    let file = movie(&tracks, At::First);
    let mdat = file.len() as u64
        - tracks.iter().flat_map(|track| &track.samples).map(|sample| u64::from(sample.size)).sum::<u64>();
    let index = index(file.clone());
    let mut at = mdat;
    for (written, read) in tracks.iter().zip(&index.tracks) {
        for (sample, packet) in written.samples.iter().zip(packets(read)) {
            assert_eq!((packet.offset, packet.size, packet.keyframe), (at, sample.size, sample.keyframe));
            at += u64::from(sample.size);
        }
    }
    assert_eq!(at, file.len() as u64);
    assert_eq!(index.duration, MediaTime::from_millis(400));
}

#[test]
fn all_four_widths_of_sizes_read_the_same() {
    let track = Written::audio(1, 4);
    let (plain, at) = (mp4::ftyp(), 2_000);
    for sizes in [
        full(b"stsz", 0, 0, &words(&[7, 4])),
        full(b"stsz", 0, 0, &words(&[0, 4, 7, 7, 7, 7])),
        full(b"stz2", 0, 0, &[words(&[16, 4]), vec![0, 7, 0, 7, 0, 7, 0, 7]].concat()),
        full(b"stz2", 0, 0, &[words(&[8, 4]), vec![7; 4]].concat()),
        full(b"stz2", 0, 0, &[words(&[4, 4]), vec![0x77; 2]].concat()),
    ] {
        let offsets = full(b"co64", 0, 0, &words(&[1, 0, at]));
        let tables =
            [track.stsd(), table(b"stts", &[&[4, 1_024]]), table(b"stsc", &[&[1, 4, 1]]), sizes, offsets].concat();
        let moov = mp4::moov(&track.trak_with(&atom(b"stbl", &tables)));
        let mut file = [plain.clone(), moov].concat();
        file.resize(3_000, 0);
        let index = index(file);
        let read: Vec<_> = packets(audio(&index)).iter().map(|packet| (packet.offset, packet.size)).collect();
        assert_eq!(read, [(2_000, 7), (2_007, 7), (2_014, 7), (2_021, 7)]);
    }
}

#[test]
fn encoder_delay_in_an_edit_list_lies_before_media_time_zero() {
    let tracks = [Written::video(1, 50, 25), Written::audio(2, 96).edits(&[(2_000, 1_024, 1 << 16)])];
    let index = index(movie(&tracks, At::First));
    let audio = audio(&index);
    assert_eq!(audio.presented, 1_024..1_024 + 96_000);
    assert_eq!((audio.micros_of(1_024), audio.micros_of(0)), (0, -21_333));
    assert_eq!(times(video(&index))[..2], [0, 40_000]);
    assert_eq!(index.duration, MediaTime::from_secs(2));
}

#[test]
fn without_an_edit_list_nothing_is_trimmed() {
    let index = index(movie(&[Written::audio(1, 3)], At::Last));
    assert_eq!(audio(&index).presented, 0..3_072);
    assert_eq!(index.duration, MediaTime::from_micros(64_000));
}

#[test]
fn a_pause_before_a_track_delays_it_and_the_earliest_track_is_zero() {
    let tracks = [
        Written::video(1, 50, 25).edits(&[(500, -1, 1 << 16), (2_000, 0, 1 << 16)]),
        Written::audio(2, 96).edits(&[(250, -1, 1 << 16), (2_048, 0, 1 << 16)]),
    ];
    let index = index(movie(&tracks, At::First));
    assert_eq!(times(video(&index))[0], 250_000);
    assert_eq!(audio(&index).micros_of(0), 0);
    assert_eq!(index.duration, MediaTime::from_millis(2_250));
}

#[test]
fn an_edit_that_begins_later_hides_pictures_and_keeps_their_keyframe() {
    let index = index(movie(&[Written::video(1, 50, 25).edits(&[(1_400, 7_680, 1 << 16)])], At::First));
    let video = video(&index);
    assert_eq!(video.packets.count(), 50);
    assert_eq!((times(video).len(), times(video)[0]), (35, 0));
    assert_eq!(video.micros_of(0), -600_000);
    assert_eq!(index.duration, MediaTime::from_millis(1_400));
}

#[test]
fn edits_that_go_on_where_the_last_ended_are_one() {
    let whole = Written::video(1, 50, 25).edits(&[(1_000, 0, 1 << 16), (1_000, 12_800, 1 << 16)]);
    let index = index(movie(&[whole], At::First));
    assert_eq!(times(video(&index)).len(), 50);
}

#[test]
fn an_edit_list_with_cuts_is_refused_by_name() {
    let cut = Written::video(1, 50, 25).edits(&[(400, 0, 1 << 16), (400, 12_800, 1 << 16)]);
    let index = index(movie(&[cut, Written::audio(2, 90)], At::First));
    assert!(index.video().is_none() && index.audio().is_some());
    assert_eq!(index.refused, ["video: an edit list of 2 parts with cuts between isn't supported yet"]);
}

#[test]
fn reordered_pictures_are_shown_by_composition_time() {
    let mut track = Written::video(1, 4, 4);
    for (sample, shift) in track.samples.iter_mut().zip([512, 1_536, 0, 0]) {
        sample.shift = shift;
    }
    let read = index(movie(&[track.clone()], At::First));
    assert_eq!(packets(video(&read)).iter().map(|packet| packet.pts).collect::<Vec<_>>(), [512, 2_048, 1_024, 1_536]);
    assert_eq!(times(video(&read)), [0, 40_000, 80_000, 120_000]);
    // Negative offsets, in a table of version 0 as writers do, and odd ones.
    for (sample, shift) in track.samples.iter_mut().zip([0, 1_023, -512, -511]) {
        sample.shift = shift;
    }
    let read = index(movie(&[track], At::First));
    assert_eq!(packets(video(&read)).iter().map(|packet| packet.pts).collect::<Vec<_>>(), [0, 1_535, 512, 1_025]);
}

#[test]
fn a_picture_of_a_varying_rate_lasts_until_the_next() {
    let mut track = Written::video(1, 3, 3);
    for (sample, (duration, shift)) in track.samples.iter_mut().zip([(512, 0), (1_024, 1_536), (512, -512)]) {
        (sample.duration, sample.shift) = (duration, shift);
    }
    let index = index(movie(&[track], At::First));
    let mut shown: Vec<_> = packets(video(&index)).iter().map(|packet| (packet.pts, packet.duration)).collect();
    shown.sort_unstable();
    assert_eq!(shown, [(0, 1_024), (1_024, 1_024), (2_048, 1_024)]);
}

#[test]
fn fragments_read_the_same_however_they_say_where_samples_lie() {
    let tracks = [Written::video(7, 30, 10), Written::audio(0, 55)];
    let whole = index(movie(&tracks, At::First));
    for base in [Base::Moof, Base::GoesOn, Base::File] {
        let file = mp4::fragmented(&tracks, 10, base);
        let read = index(file.clone());
        assert_eq!(read.duration, whole.duration, "{base:?}");
        for (fragmented, whole) in read.tracks.iter().zip(&whole.tracks) {
            assert_eq!((fragmented.id, times(fragmented)), (whole.id, times(whole)), "{base:?}");
            let sizes =
                |track: &Track| packets(track).iter().map(|packet| (packet.size, packet.keyframe)).collect::<Vec<_>>();
            assert_eq!(sizes(fragmented), sizes(whole), "{base:?}");
        }
        let end = read.tracks.iter().flat_map(packets).map(|packet| packet.offset + u64::from(packet.size)).max();
        assert_eq!(end, Some(file.len() as u64), "{base:?}");
    }
}

#[test]
fn a_fragment_takes_one_small_request() {
    let mut track = Written::video(1, 40, 10);
    track.samples.iter_mut().for_each(|sample| sample.size = 60_000);
    let reader = Counted::bytes(mp4::fragmented(&[track], 10, Base::Moof));
    let index = rushes_media::open(&reader).expect("a sound file");
    assert_eq!(video(&index).packets.count(), 40);
    assert_eq!(reader.requests(), 4);
    assert!(reader.bytes_read() < (256 << 10) + 4 * 4_097, "{} bytes", reader.bytes_read());
}

#[test]
fn small_fragments_are_read_many_at_once() {
    let mut track = Written::audio(1, 600);
    track.samples.iter_mut().for_each(|sample| sample.size = 5_000);
    let file = mp4::fragmented(&[track], 2, Base::Moof);
    let reader = Counted::bytes(file);
    let index = rushes_media::open(&reader).expect("a sound file");
    assert_eq!(audio(&index).packets.count(), 600);
    // 3 MB in pieces of 256 KiB, and one to find out.
    assert!(reader.requests() <= 14, "{} requests", reader.requests());
}

#[test]
fn an_edit_of_a_fragmented_file_says_where_to_begin_and_not_how_long() {
    let track = Written::video(1, 30, 10).edits(&[(40, 512, 1 << 16)]);
    let index = index(mp4::fragmented(&[track], 10, Base::Moof));
    assert_eq!((times(video(&index)).len(), index.duration), (29, MediaTime::from_millis(1_160)));
}

#[test]
fn samples_past_the_end_of_the_file_are_a_gap() {
    let tracks = [Written::video(1, 50, 25), Written::audio(2, 93)];
    let file = movie(&tracks, At::First);
    let half = file.len() - 93 * 40 - 20 * 103;
    let index = index(file[..half].to_vec());
    assert_eq!(index.duration, MediaTime::from_millis(2_000));
    assert_eq!(video(&index).packets.count(), 30);
    let gap = index.gaps.iter().find(|gap| gap.input == "video").expect("a gap");
    assert_eq!((gap.span.start, gap.span.end), (MediaTime::from_millis(1_200), MediaTime::from_secs(2)));
    assert_eq!(gap.cause, Cause::Truncated);
    assert!(index.audio().is_none());
    assert_eq!(index.refused, ["audio: all of track 2 lies past the end of the file"]);
    assert_eq!(index.facts().video.expect("video").frame_rate, Some(25.0));
}

#[test]
fn a_file_cut_right_behind_its_index_is_truncated() {
    let file = movie(&[Written::video(1, 5, 5)], At::First);
    let (code, text) = refusal(file[..file.len() - 510].to_vec());
    assert_eq!(code, Code::MediaTruncated, "{text}");
}

#[test]
fn a_recording_that_was_never_closed_is_said_to_be_cut_off() {
    let file = movie(&[Written::video(1, 50, 25)], At::Last);
    let moov = file.windows(4).position(|kind| kind == b"moov").expect("a moov") - 4;
    for end in [moov / 2, moov, moov + 40] {
        let (code, text) = refusal(file[..end].to_vec());
        assert_eq!(code, Code::MediaTruncated);
        assert!(text.contains("cut off before it was closed") && text.contains("moov"), "{text}");
    }
    let (code, text) = refusal(mp4::ftyp());
    assert_eq!(code, Code::MediaTruncated, "{text}");
}

#[test]
fn mdat_may_be_wide_end_with_the_file_or_claim_too_much() {
    let tracks = [Written::audio(1, 20)];
    let file = movie(&tracks, At::First);
    let mdat = file.windows(4).position(|kind| kind == b"mdat").expect("an mdat") - 4;
    let expected = index(file.clone()).duration;
    for size in [0u32, 1 << 30] {
        let mut changed = file.clone();
        changed[mdat..mdat + 4].copy_from_slice(&size.to_be_bytes());
        assert_eq!(index(changed).duration, expected);
    }
    // 64 bits, before the index: eight bytes more in front of the samples.
    let samples = file[mdat + 8..].to_vec();
    let size = (samples.len() as u64 + 16).to_be_bytes();
    let wide = [mp4::ftyp(), words(&[1]), b"mdat".to_vec(), size.to_vec(), samples].concat();
    let last = mp4::moov(&tracks[0].trak(mp4::ftyp().len() as u32 + 16));
    let read = index([wide, last].concat());
    assert_eq!((read.duration, read.gaps.len()), (expected, 0));
}

#[test]
fn a_turned_picture_stands_upright_in_the_facts() {
    for (matrix, rotation, size) in [
        ([1 << 16, 0], 0, (640, 360)),
        ([0, 1 << 16], 90, (360, 640)),
        ([-1 << 16, 0], 180, (640, 360)),
        ([0, -1 << 16], 270, (360, 640)),
    ] {
        let index = index(movie(&[Written { matrix, ..Written::video(1, 5, 5) }], At::First));
        let Coding::Video(config) = &video(&index).coding else { panic!("a video track codes video") };
        let facts = index.facts().video.expect("video");
        assert_eq!((config.rotation, (facts.width, facts.height)), (rotation, size));
    }
}

#[test]
fn pixel_shape_and_colour_are_read() {
    let colr = atom(b"colr", &[b"nclx".as_slice(), &[0, 1, 0, 1, 0, 9, 0x80]].concat());
    let inside = [atom(b"avcC", &hex(mp4::AVCC)), atom(b"pasp", &words(&[4, 3])), colr].concat();
    let index = index(movie(&[Written { entry: mp4::avc1(640, 360, &inside), ..Written::video(1, 5, 5) }], At::First));
    let Coding::Video(config) = &video(&index).coding else { panic!("a video track codes video") };
    assert_eq!((config.pixel_aspect, config.matrix, config.full_range), (Some((4, 3)), Some(9), Some(true)));
    let facts = index.facts().video.expect("video");
    assert_eq!((facts.width, facts.height), (640, 270));
}

#[test]
fn the_first_enabled_track_of_a_kind_is_used() {
    let tracks = [Written { flags: 0, ..Written::audio(5, 10) }, Written::audio(6, 10), Written::audio(7, 10)];
    assert_eq!(audio(&index(movie(&tracks, At::First))).id, 6);
    let disabled = tracks.map(|track| Written { flags: 0, ..track });
    assert_eq!(audio(&index(movie(&disabled, At::First))).id, 5);
}

#[test]
fn other_codecs_are_refused_by_name_and_still_count_for_the_length() {
    let prores = Written { entry: atom(b"apcn", &[0; 78]), ..Written::video(1, 100, 25) };
    let ac3 = Written { entry: mp4::sound(b"ac-3", 2, 16, 48_000, &[]), ..Written::audio(3, 10) };
    let read = index(movie(&[prores.clone(), Written::audio(2, 10), ac3.clone()], At::First));
    assert_eq!(read.refused, ["video: ProRes isn't supported", "audio: AC-3 isn't supported"]);
    assert_eq!(read.duration, MediaTime::from_secs(4));
    let (code, text) = refusal(movie(&[prores, ac3], At::First));
    assert_eq!(code, Code::MediaUnsupported);
    assert!(text.contains("ProRes") && text.contains("AC-3"), "{text}");
}

#[test]
fn what_the_decoder_refuses_is_refused_before_the_first_packet() {
    // A sequence parameter set of one byte.
    let entry = mp4::avc1(640, 360, &atom(b"avcC", &hex("016e001effe100016701000468ce0fc8")));
    let index = index(movie(&[Written { entry, ..Written::video(1, 5, 5) }, Written::audio(2, 10)], At::First));
    assert!(index.video().is_none());
    assert!(index.refused[0].starts_with("video: h264: "), "{:?}", index.refused);
}

#[test]
fn the_configuration_of_aac_says_what_it_is() {
    let with = |specific: &[u8]| {
        let entry = mp4::sound(b"mp4a", 2, 16, 48_000, &mp4::esds(0x40, specific));
        movie(&[Written { entry, ..Written::audio(1, 5) }, Written::video(2, 5, 5)], At::First)
    };
    let mono = index(with(&[0x12, 0x08]));
    let facts = mono.facts().audio.expect("audio");
    assert_eq!((facts.codec.as_str(), facts.sample_rate, facts.channels), ("aac", 44_100, 1));
    // Band replication by object type, by the backward compatible extension; parametric stereo.
    for (specific, rate, channels) in [
        (&[0x2b, 0x11, 0x88, 0][..], 48_000, 2),
        (&[0x13, 0x10, 0x56, 0xe5, 0x98], 48_000, 2),
        (&[0xeb, 0x09, 0x88, 0], 48_000, 2),
    ] {
        let read = index(with(specific));
        let facts = read.facts().audio.unwrap_or_else(|| panic!("{specific:x?}: {:?}", read.refused));
        assert_eq!((facts.sample_rate, facts.channels), (rate, channels), "{specific:x?}");
    }
    // AAC Main.
    let read = index(with(&[0x0b, 0x10]));
    assert!(read.audio().is_none() && read.refused[0].starts_with("audio: aac: "), "{:?}", read.refused);
}

#[test]
fn quicktime_sound_lies_in_packets_of_whole_frames() {
    let entry = mp4::sound(b"sowt", 2, 16, 48_000, &[]);
    let track = Written { entry, ..Written::audio(1, 0) };
    let sizes = full(b"stsz", 0, 0, &words(&[1, 10_000]));
    let offsets = table(b"stco", &[&[4_000], &[60_000]]);
    let tables =
        [track.stsd(), table(b"stts", &[&[10_000, 1]]), table(b"stsc", &[&[1, 9_000, 1]]), sizes, offsets].concat();
    let mut file = [mp4::ftyp(), mp4::moov(&track.trak_with(&atom(b"stbl", &tables)))].concat();
    file.resize(64_000, 0);
    let index = index(file);
    let read: Vec<_> = packets(audio(&index)).iter().map(|packet| (packet.offset, packet.size, packet.pts)).collect();
    assert_eq!(read, [(4_000, 16_384, 0), (20_384, 16_384, 4_096), (36_768, 3_232, 8_192), (60_000, 4_000, 9_000)]);
    assert_eq!(index.facts().audio.expect("audio").codec, "pcm_s16le");
}

#[test]
fn audio_in_coarse_ticks_is_counted_in_samples_without_jitter() {
    let mut track = Written { timescale: 600, ..Written::audio(1, 50) };
    // 1,024 samples are 12.8 ticks: 13, 13, 13, 12, 13 …
    let mut end = 0;
    for (index, sample) in (1u32..).zip(&mut track.samples) {
        sample.duration = index * 128 / 10 - end;
        end += sample.duration;
    }
    let index = index(movie(&[track], At::First));
    let audio = audio(&index);
    assert_eq!(audio.timescale, 48_000);
    for (number, packet) in (0i64..).zip(packets(audio)) {
        assert!((packet.pts - number * 1_024).abs() <= 80, "packet {number} begins at {}", packet.pts);
    }
    for pair in packets(audio).windows(2) {
        assert_eq!(pair[0].pts + i64::from(pair[0].duration), pair[1].pts);
    }
}

#[test]
fn encrypted_tracks_are_refused_as_such() {
    let schm = full(b"schm", 0, 0, &[b"cbcs".as_slice(), &words(&[0x1_0000])].concat());
    let sinf = atom(b"sinf", &[atom(b"frma", b"avc1"), schm].concat());
    let named = mp4::avc1(640, 360, &[atom(b"avcC", &hex(mp4::AVCC)), sinf].concat());
    let mut encv = named.clone();
    encv[4..8].copy_from_slice(b"encv");
    for entry in [named, encv] {
        let (code, text) = refusal(movie(&[Written { entry, ..Written::video(1, 5, 5) }], At::First));
        assert_eq!(code, Code::MediaEncrypted);
        assert!(text.contains("cbcs"), "{text}");
    }
}

#[test]
fn pictures_beyond_reason_are_refused() {
    for (width, height) in [(65_535, 65_535), (16_385, 100), (100, 16_385), (8_000, 8_000)] {
        let entry = mp4::avc1(width, height, &atom(b"avcC", &hex(mp4::AVCC)));
        let (code, text) = refusal(movie(&[Written { entry, ..Written::video(1, 5, 5) }], At::First));
        assert_eq!(code, Code::MediaLimits);
        assert!(text.contains(&format!("{width}x{height}")), "{text}");
    }
}

#[test]
fn the_first_picture_that_an_edit_shows_whole_is_media_time_zero() {
    let index = index(movie(&[Written::video(1, 50, 25).edits(&[(1_000, 700, 1 << 16)])], At::First));
    assert_eq!((video(&index).presented.start, times(video(&index))[0]), (1_024, 0));
}

#[test]
fn what_a_track_lacks_that_is_not_used_is_no_gap() {
    let tracks = [Written::video(1, 25, 25), Written::audio(2, 40), Written::audio(3, 40)];
    let file = movie(&tracks, At::First);
    let index = index(file[..file.len() - 100].to_vec());
    assert_eq!((index.tracks.len(), index.gaps.len()), (3, 0));
}

#[test]
fn segments_begin_at_the_first_keyframe_at_or_after_each_minute() {
    // Keyframes each 7 s: 63, 126, 182 (the first at or after 180).
    let index = index(movie(&[Written::video(1, 5_000, 175), Written::audio(2, 9_000)], At::First));
    let segments = index.segments();
    let starts: Vec<u64> = segments.iter().map(|segment| segment.span.start.as_micros() / 1_000_000).collect();
    assert_eq!(starts, [0, 63, 126, 182]);
    assert_eq!(segments.last().map(|last| (last.span.end, last.is_last)), Some((index.duration, true)));
    assert!(segments.windows(2).all(|pair| pair[0].span.end == pair[1].span.start && !pair[0].is_last));
}

#[test]
fn a_keyframe_at_a_minute_begins_a_segment_and_long_gops_make_long_ones() {
    let at_the_minute = index(movie(&[Written::video(1, 3_100, 1_500)], At::First)).segments();
    assert_eq!(
        at_the_minute.iter().map(|segment| segment.span.start.as_micros()).collect::<Vec<_>>(),
        [0, 60_000_000, 120_000_000]
    );
    let long = index(movie(&[Written::video(1, 5_000, 3_750)], At::First)).segments();
    assert_eq!(long.iter().map(|segment| segment.span.start.as_micros()).collect::<Vec<_>>(), [0, 150_000_000]);
}

#[test]
fn a_movie_without_tracks_or_samples_says_so() {
    assert_eq!(refusal([mp4::ftyp(), mp4::moov(&[])].concat()).0, Code::MediaUnsupported);
    assert_eq!(refusal([mp4::ftyp(), mp4::moov(&Written::video(1, 5, 5).empty_trak())].concat()).0, Code::MediaEmpty);
}

#[test]
fn a_sample_without_size_is_none_to_worry_about() {
    let mut track = Written::video(1, 5, 5);
    track.samples[3] = Sample { size: 0, ..track.samples[3] };
    assert_eq!(video(&index(movie(&[track], At::Last))).packets.count(), 5);
}

#[test]
fn a_compressed_index_is_refused_by_name() {
    let cmov = atom(b"cmov", &[atom(b"dcom", b"zlib"), atom(b"cmvd", &[0; 20])].concat());
    let (code, text) = refusal([mp4::ftyp(), atom(b"moov", &cmov)].concat());
    assert_eq!(code, Code::MediaUnsupported);
    assert!(text.contains("`cmov`"), "{text}");
}

#[test]
fn tracks_of_times_texts_and_data_are_passed_over() {
    let others = [b"tmcd", b"meta", b"text", b"sbtl", b"subt", b"clcp", b"hint"].map(|handler| Written {
        handler: *handler,
        entry: atom(b"mett", &[0; 8]),
        ..Written::audio(9, 5)
    });
    let tracks = [&others[..3], &[Written::video(1, 50, 25)], &others[3..]].concat();
    let index = index(movie(&tracks, At::First));
    assert_eq!((index.tracks.len(), index.refused.len(), index.duration), (1, 0, MediaTime::from_secs(2)));
}

#[test]
fn an_edit_that_stands_still_is_refused_by_name() {
    let dwell = Written::video(1, 50, 25).edits(&[(1_000, 0, 0)]);
    let index = index(movie(&[dwell, Written::audio(2, 90)], At::First));
    assert_eq!(index.refused, ["video: an edit list that changes the speed isn't supported yet"]);
}
