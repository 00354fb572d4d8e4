//! Row 20: nothing, one byte, parts that are just full, offsets that need more than 32 bits; in files as well.

use std::fs::OpenOptions;
use std::os::unix::fs::FileExt;

use super::{HELD, PART};
use crate::content::{bytes, drain};
use crate::world::{World, eventually, options};

#[tokio::test(flavor = "multi_thread")]
async fn row_20_an_object_of_any_size_is_read_to_its_last_byte() {
    for world in World::all().await {
        for size in [0, 1, PART - 1, PART, PART + 1, HELD - 1, HELD, HELD + 1, 9 * PART - 1, 9 * PART, 9 * PART + 1] {
            let object = world.open(size, options()).await;
            assert_eq!(object.identity().size, size);
            let (runs, end) = drain(&mut object.stream(vec![0..size]), 0).await;
            end.unwrap();
            let expected = if size == 0 { vec![] } else { vec![0..size] };
            assert_eq!(runs, expected);
            eventually("all bytes given back", || object.reserved() == 0).await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_20_offsets_beyond_four_gib_are_exact() {
    let (start, end) = ((4 << 30) - 100_000, (4 << 30) + 700_000);
    for world in World::all().await {
        let file = OpenOptions::new().create(true).write(true).truncate(true).open(world.path("large")).unwrap();
        file.set_len(end).unwrap();
        file.write_all_at(&bytes(0, start..end), start).unwrap();
        let object = world.try_open("large", options()).await.unwrap();
        let (runs, result) = drain(&mut object.stream(vec![start..end]), 0).await;
        result.unwrap();
        assert_eq!(runs, [start..end]);
        let middle = (4 << 30) - 5..(4 << 30) + 5;
        assert_eq!(object.read_at(middle.clone()).await.unwrap(), bytes(0, middle));
    }
}
