//! Where samples lie: edit lists, encoder delay, holes, jumps, and bytes of all formats.

use super::*;

/// The flash and the beep of a second are both at that second, to a sample and a picture.
#[test]
fn flash_and_beep_are_at_each_whole_second() {
    let folder = Folder::new();
    let flash = "-f lavfi -i color=black:size=64x64:rate=25:duration=4,geq=lum=if(lt(mod(N\\,25)\\,2)\\,235\\,16):cb=128:cr=128";
    let beep = "-f lavfi -i aevalsrc=if(lt(mod(t\\,1)\\,0.1)\\,sin(1000*2*PI*t)\\,0):sample_rate=48000:duration=4";
    let path =
        folder.make("sync.mp4", &format!("{flash} {beep} -c:v libx264 -bf 3 -pix_fmt yuv420p -c:a aac -b:a 128k"));
    let opened = Opened::open(&path);
    let got = opened.feed(&opened.whole(), &[audio(None, true, 10)], &[video(Sampling::EveryFrame)]);
    let is_bright = |frame: &VideoFrame| frame.data[0] > 128;
    let flashes: Vec<u64> = onsets(&got.video[0], is_bright).map(|frame| frame.time.as_micros()).collect();
    assert_eq!(flashes, [0, 1_000_000, 2_000_000, 3_000_000]);
    // A codec smears a beginning by a part of a window; 10 ms is a block.
    let is_loud = |block: &AudioBlock| block.samples.iter().any(|sample| sample.abs() > 0.5);
    let beeps: Vec<u64> = onsets(&got.audio[0], is_loud).map(|block| block.start.as_micros()).collect();
    assert_eq!(beeps, [0, 1_000_000, 2_000_000, 3_000_000]);
}

/// The first of each run of items that are so.
fn onsets<T>(items: &[T], is_so: impl Fn(&T) -> bool) -> impl Iterator<Item = &T> {
    let before = std::iter::once(None).chain(items.iter().map(Some));
    items
        .iter()
        .zip(before)
        .filter(move |(item, before)| is_so(item) && !before.is_some_and(&is_so))
        .map(|(item, _)| item)
}

#[test]
fn a_file_cut_by_its_edit_list_is_what_ffmpeg_plays() {
    let folder = Folder::new();
    let long =
        folder.make("long.mp4", &format!("{MOVING} {TONES} -t 4 -pix_fmt yuv420p -c:v libx264 -bf 2 -g 25 -c:a aac"));
    let path = folder.make("cut.mp4", &format!("-ss 1.3 -i {} -c copy", long.display()));
    let opened = Opened::open(&path);
    let got = opened.feed(&opened.whole(), &[audio(None, false, 100)], &[video(Sampling::EveryFrame)]);
    let ours: Vec<u8> = got.video[0].iter().flat_map(|frame| frame.data.iter().copied()).collect();
    assert!(ours == pictures(&path));
    let (ours, theirs) = (joined(&got.audio[0]), samples(&path));
    assert!(ours.len().abs_diff(theirs.len()) <= 2 * 2_048, "{} and {}", ours.len(), theirs.len());
    assert!(difference(&ours, &theirs) < 1e-4, "{}", difference(&ours, &theirs));
}

#[test]
fn six_channels_come_in_the_order_of_wave() {
    let folder = Folder::new();
    let tones = (1..=6).map(|channel| format!("0.5*sin({}*2*PI*t)", channel * 40)).collect::<Vec<_>>().join("|");
    let source = format!("-f lavfi -i aevalsrc={tones}:channel_layout=5.1:sample_rate=48000:duration=2");
    let path = folder.make("six.m4a", &format!("{source} -c:a aac -b:a 600k"));
    let opened = Opened::open(&path);
    let request = audio(None, false, 1_000).request;
    assert_eq!(audio_format(&opened.index, &request).unwrap().channels, ["FL", "FR", "FC", "LFE", "BL", "BR"]);
    let got = opened.feed(&opened.whole(), &[audio(None, false, 1_000)], &[]);
    let (ours, theirs) = (joined(&got.audio[0]), samples(&path));
    assert!(difference(&ours, &theirs) < 1e-3, "{}", difference(&ours, &theirs));
}

#[test]
fn every_format_of_pcm_is_what_ffmpeg_reads() {
    let folder = Folder::new();
    for format in ["u8", "s16le", "s24le", "s32le", "f32le", "f64le", "alaw", "mulaw"] {
        let path = folder.make(&format!("{format}.wav"), &format!("{TONES} -t 1.003 -c:a pcm_{format}"));
        let opened = Opened::open(&path);
        let got = opened.feed(&opened.whole(), &[audio(None, false, 70)], &[]);
        let (ours, theirs) = (joined(&got.audio[0]), samples(&path));
        assert_eq!(ours.len(), theirs.len(), "{format}");
        assert!(difference(&ours, &theirs) < 1e-7, "{format}: {}", difference(&ours, &theirs));
    }
    for format in ["s16be", "s24be", "s32be"] {
        let path = folder.make(&format!("{format}.mov"), &format!("{TONES} -t 1.003 -c:a pcm_{format}"));
        let opened = Opened::open(&path);
        let got = opened.feed(&opened.whole(), &[audio(None, false, 70)], &[]);
        assert!(difference(&joined(&got.audio[0]), &samples(&path)) < 1e-7, "{format}");
    }
}

#[test]
fn samples_that_are_no_numbers_are_a_gap_and_not_fed() {
    let folder = Folder::new();
    let path = folder.make("float.wav", &format!("{TONES} -t 1 -c:a pcm_f32le"));
    let opened = Opened::open(&path);
    let first = opened.index.audio().unwrap().packets.get(0).unwrap().offset as usize;
    let clean = opened.feed(&opened.whole(), &[audio(None, false, 100)], &[]);
    // Samples 24,000 to 24,480 of both channels: 500 to 510 ms.
    let damaged = opened.with_damage(|bytes| {
        bytes[first + 24_000 * 8..][..480 * 8].as_chunks_mut::<4>().0.fill(f32::NAN.to_le_bytes());
    });
    let got = damaged.feed(&damaged.whole(), &[audio(None, false, 100)], &[]);
    let lost = Span::new(MediaTime::from_millis(500), MediaTime::from_millis(510));
    assert_eq!(got.gaps, [Gap { span: lost, input: "audio".into(), cause: Cause::Damaged }]);
    assert_eq!((got.audio[0][5].first_sample, got.audio[0][5].samples.len()), (24_480, 2 * 4_320));
    assert_eq!(got.audio[0][5].samples[..], clean.audio[0][5].samples[2 * 480..]);
    assert!(got.audio[0].len() == 10 && got.audio[0][6..] == clean.audio[0][6..]);
}

#[test]
fn sound_that_begins_late_is_a_gap_before_and_in_its_place_after() {
    let folder = Folder::new();
    let path = folder
        .make("late.mp4", &format!("{MOVING} -itsoffset 0.75 {TONES} -t 3 -pix_fmt yuv420p -c:v libx264 -c:a aac"));
    let opened = Opened::open(&path);
    let got = opened.feed(&opened.whole(), &[audio(None, true, 100)], &[video(Sampling::Interval(1_000_000))]);
    let [gap] = &got.gaps[..] else { panic!("{:?}", got.gaps) };
    assert_eq!((gap.input.as_str(), gap.cause, gap.span.start), ("audio", Cause::Missing, MediaTime::ZERO));
    let start = gap.span.end.as_micros();
    assert!(start.abs_diff(750_000) < 25_000, "{start}");
    let first = &got.audio[0][0];
    assert_eq!(MediaTime::from_ratio(first.first_sample, 48_000), first.start);
    assert!(first.start.as_micros().abs_diff(start) < 30, "{} and {start}", first.start);
    // The block's grid stands: the second one begins at a whole tenth.
    assert_eq!(got.audio[0][1].start.as_micros() % 100_000, 0);
}

#[test]
fn blocks_tile_the_samples_on_their_grid() {
    let folder = Folder::new();
    let path = folder.make("odd.wav", "-f lavfi -i sine=frequency=300:sample_rate=11025:duration=2.5 -c:a pcm_s16le");
    let opened = Opened::open(&path);
    for (rate, ms) in [(None, 10), (None, 333), (Some(16_000), 70), (Some(44_100), 1_000)] {
        let got = opened.feed(&opened.whole(), &[audio(rate, true, ms)], &[]);
        let rate = u64::from(rate.unwrap_or(11_025));
        let mut expected = 0;
        for (number, block) in (0u64..).zip(&got.audio[0]) {
            assert_eq!(block.first_sample, (number * u64::from(ms) * rate).div_ceil(1_000));
            assert_eq!(block.first_sample, expected);
            expected += block.samples.len() as u64;
        }
        assert_eq!(expected, (27_563 * rate).div_ceil(11_025), "{rate} Hz, {ms} ms");
    }
}

#[test]
fn a_damaged_packet_of_sound_is_a_gap_with_the_one_that_overlaps() {
    let folder = Folder::new();
    let path = folder.make("hit.m4a", &format!("{TONES} -t 2 -c:a aac"));
    let opened = Opened::open(&path);
    let clean = opened.feed(&opened.whole(), &[audio(None, true, 10)], &[]);
    let track = opened.index.audio().unwrap();
    let hit = track.packets.get(40).unwrap();
    let start = MediaTime::from_micros(track.micros_of(hit.pts) as u64);
    for noise in [0, 0xff] {
        let opened = Opened::open(&path);
        let damaged = opened.with_damage(|bytes| bytes[hit.offset as usize..][..hit.size as usize].fill(noise));
        let got = damaged.feed(&damaged.whole(), &[audio(None, true, 10)], &[]);
        let [gap] = &got.gaps[..] else { panic!("{:?}", got.gaps) };
        assert_eq!((gap.cause, gap.span.start), (Cause::Damaged, start));
        assert_eq!(gap.span.length(), MediaTime::from_ratio(2 * 1_024, 48_000));
        assert_eq!(joined(&clean.audio[0]).len() - joined(&got.audio[0]).len(), 2_048);
        assert_eq!(got.audio[0].last(), clean.audio[0].last());
    }
}

/// Sound alone, of a file whose pictures lie between its packets.
#[test]
fn holes_are_read_over_or_asked_around_and_nothing_else_changes() {
    let folder = Folder::new();
    let mut opened = Opened::open(&made(&folder, KINDS[0]));
    let wants = Wants { segment: opened.whole()[0], audio: vec![audio(None, false, 100)], video: Vec::new() };
    let read = |worth_skipping| {
        let ranges = ranges(&opened.index, &wants, worth_skipping);
        (ranges.len(), ranges.iter().map(|range| range.end - range.start).sum::<u64>())
    };
    let sound: u64 = opened.index.audio().unwrap().packets.iter().map(|packet| u64::from(packet.size)).sum();
    assert_eq!(read(0).1, sound);
    let (over, around) = (read(1 << 20), read(0));
    assert!(over.0 == 1 && over.1 > 3 * around.1 && around.0 > 100, "{over:?} {around:?}");
    let usual = opened.feed(&opened.whole(), &[audio(None, false, 100)], &[]);
    opened.worth_skipping = 0;
    assert!(opened.feed(&opened.whole(), &[audio(None, false, 100)], &[]) == usual);
}
