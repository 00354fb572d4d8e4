//! What holds wherever an object lies.

use std::collections::VecDeque;
use std::fs::OpenOptions;
use std::time::Duration;

use bytes::Bytes;
use rushes_model::ByteSize;
use rushes_source::{Error, Options};

use crate::content::{bytes, check, drain};
use crate::world::{World, eventually, options};

const PART: u64 = 256 << 10;
const HELD: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn ranges_come_in_the_order_asked_for_whatever_lies_between() {
    let size = 6_000_000;
    let ranges = vec![
        4_000_000..4_000_100,
        4_000_300..4_500_000,
        5_900_000..5_900_001,
        100..200,
        50..250,
        1_000_000..1_200_000,
        2_000_000..2_000_000,
        5_999_000..7_000_000,
    ];
    let expected = [
        4_000_000..4_000_100,
        4_000_300..4_500_000,
        5_900_000..5_900_001,
        100..200,
        50..250,
        1_000_000..1_200_000,
        5_999_000..size,
    ];
    for world in World::all().await {
        let object = world.open(size, options()).await;
        let (runs, end) = drain(&mut object.stream(ranges.clone()), 0).await;
        end.unwrap();
        assert_eq!(runs, expected);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_changes_what_is_in_memory_and_never_the_bytes() {
    for world in World::all().await {
        for chunk in [1, 20, 200] {
            let options = Options { chunk: ByteSize::mib(chunk), part: None, ..Options::default() };
            let object = world.open(9_000_001, options).await;
            let mut reader = object.stream(vec![0..9_000_001]);
            let mut at = 0;
            while let Some(next) = reader.next().await {
                let range = check(&next.unwrap(), 0);
                assert_eq!(range.start, at);
                at = range.end;
                let most = (chunk << 20).min(64 << 20);
                assert!(object.reserved() <= most, "{} bytes reserved of {most}", object.reserved());
            }
            assert_eq!(at, 9_000_001);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_keeps_everything_is_not_left_waiting() {
    for world in World::all().await {
        let options = Options { readahead: ByteSize::kib(512), ..options() };
        let object = world.open(3_000_000, options).await;
        // Many times: what went wrong here once was a wake-up that was lost one time in a hundred.
        for _ in 0..20 {
            let mut reader = object.stream(vec![0..3_000_000]);
            let mut kept = Vec::new();
            let all = async {
                while let Some(next) = reader.next().await {
                    kept.push(next.unwrap().bytes);
                }
            };
            tokio::time::timeout(Duration::from_secs(20), all).await.expect("no deadlock");
            assert_eq!(kept.iter().map(Bytes::len).sum::<usize>(), 3_000_000);
            drop(kept);
            eventually("all bytes given back", || object.reserved() == 0).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_consumer_that_stops_for_a_while_holds_no_more_than_the_window_and_no_request() {
    for world in World::all().await {
        let object = world.open(12_000_000, options()).await;
        let mut reader = object.stream(vec![0..12_000_000]);
        reader.next().await.unwrap().unwrap();
        // Twice what is in flight at first: four parts.
        eventually("the window is full", || object.reserved() == 8 * PART).await;
        let before = object.stats().requests;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!((object.reserved(), object.stats().requests), (8 * PART, before));
        let (runs, end) = drain(&mut reader, 0).await;
        end.unwrap();
        assert_eq!(runs.last().unwrap().end, 12_000_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_streams_of_an_object_share_its_bytes_and_both_go_on() {
    for world in World::all().await {
        let options = Options { readahead: ByteSize::mib(1), ..options() };
        let object = world.open(8_000_000, options).await;
        let mut readers =
            VecDeque::from([object.stream(vec![0..4_000_000]), object.stream(vec![4_000_000..8_000_000])]);
        let mut ends = Vec::new();
        while let Some(mut reader) = readers.pop_front() {
            match reader.next().await {
                Some(chunk) => {
                    let range = check(&chunk.unwrap(), 0);
                    ends.push(range.end);
                    readers.push_back(reader);
                }
                None => continue,
            }
        }
        assert!(ends.contains(&4_000_000) && ends.contains(&8_000_000));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_at_an_offset_gives_those_bytes_and_fewer_only_at_the_end() {
    let size = 5_000_000;
    for world in World::all().await {
        let object = world.open(size, options()).await;
        for range in [
            0..10,
            HELD - 5..HELD + 5,
            2_000_000..2_000_001,
            2_000_000..2_600_000,
            1_900_000..2_100_000,
            size - 3..size + 100,
            size..size + 1,
            size + 10..size + 20,
            7..7,
            100..4_900_000,
        ] {
            let expected = bytes(0, range.start.min(size)..range.end.min(size));
            assert_eq!(object.read_at(range.clone()).await.unwrap(), expected, "{range:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_read_a_moment_ago_is_not_fetched_again() {
    let world = World::s3().await;
    let object = world.open(5_000_000, options()).await;
    object.read_at(0..1000).await.unwrap();
    assert_eq!(world.gets().len(), 1, "the first bytes came with opening it");
    object.read_at(3_000_000..3_000_100).await.unwrap();
    object.read_at(3_000_200..3_000_300).await.unwrap();
    assert_eq!(world.gets().len(), 2, "neighbours come in one block");
    let (_, end) = drain(&mut object.stream(vec![0..3_000_000]), 0).await;
    end.unwrap();
    let again = world.gets().iter().skip(2).filter(|get| get.range.as_ref().unwrap().start < HELD).count();
    assert_eq!(again, 0, "a stream begins with the bytes that are there");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_that_is_not_there_is_told_from_one_that_is() {
    for world in World::all().await {
        assert!(world.storage.head(&world.reference("nothing")).await.unwrap().is_none());
        assert!(matches!(world.try_open("nothing", options()).await, Err(Error::NotFound { .. })));
        let object = world.open(100, options()).await;
        let head = world.storage.head(&world.reference("object")).await.unwrap().unwrap();
        assert_eq!(&head, object.identity());
        assert!(head.is_exact());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_version_has_another_identity() {
    for world in World::all().await {
        let first = world.open(100, options()).await.identity().clone();
        world.write("object", 1, 100);
        let second = world.try_open("object", options()).await.unwrap().identity().clone();
        assert_ne!(first.etag, second.etag);
        assert_eq!(first.place, second.place);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_written_while_it_is_read_has_changed() {
    let world = World::files().await;
    let object = world.open(6_000_000, options()).await;
    let mut reader = object.stream(vec![0..6_000_000]);
    reader.next().await.unwrap().unwrap();
    let file = OpenOptions::new().append(true).open(world.path("object")).unwrap();
    std::io::Write::write_all(&mut { file }, b"more").unwrap();
    let (_, end) = drain(&mut reader, 0).await;
    assert!(matches!(end, Err(Error::Changed { .. })), "{end:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_is_no_recording() {
    let world = World::files().await;
    let path = world.root().display().to_string();
    let opened = world.storage.open(&rushes_model::ObjectRef::File { path }, options()).await;
    assert!(matches!(opened, Err(Error::NotAFile { .. })));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_put_is_what_is_read() {
    let world = World::s3().await;
    world.storage.put(super::world::BUCKET, "put", bytes(3, 0..2_000_000)).await.unwrap();
    let object = world.try_open("put", options()).await.unwrap();
    let (runs, end) = drain(&mut object.stream(vec![0..2_000_000]), 3).await;
    end.unwrap();
    assert_eq!(runs, [0..2_000_000]);
    let path = world.root().join("upload");
    std::fs::write(&path, bytes(4, 0..3_000_000)).unwrap();
    world.storage.put_file(super::world::BUCKET, "put", &path).await.unwrap();
    let object = world.try_open("put", options()).await.unwrap();
    assert_eq!(object.read_at(0..3_000_000).await.unwrap(), bytes(4, 0..3_000_000));
}
