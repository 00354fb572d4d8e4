//! Rows 5 and 6: connections that break off.

use rushes_devs3::Action;

use super::{HELD, PART, SIZE, middle, read};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn row_05_a_reset_connection_is_taken_up_where_it_broke_off() {
    for after in [None, Some(0), Some(1), Some(100_000), Some(PART - 1)] {
        let world = World::s3().await;
        let (read, end) = read(&world, middle().nth(1), Action::Reset { after }).await;
        end.unwrap();
        assert_eq!(read, SIZE);
        let ends_there = |get: &&rushes_devs3::Request| get.range.as_ref().unwrap().end == 2 * HELD + PART;
        let tries: Vec<_> = world.gets().iter().filter(ends_there).map(|get| get.range.clone().unwrap()).collect();
        assert_eq!(tries.len(), 2, "{after:?}");
        assert_eq!(tries[0].start, 2 * HELD);
        // What a reset overtook in the client's socket is asked for again, and no byte that was handed on.
        assert!(tries[1].start <= 2 * HELD + after.unwrap_or(0), "{after:?}: {:?}", tries[1]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn row_06_a_body_that_ends_too_early_is_taken_up_at_the_next_byte() {
    let world = World::s3().await;
    let (read, end) = read(&world, middle().nth(1), Action::Truncate { after: 70_001 }).await;
    end.unwrap();
    assert_eq!(read, SIZE);
    let resumed = world.gets().iter().filter(|get| get.range.as_ref().unwrap().start == 2 * HELD + 70_001).count();
    assert_eq!(resumed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn row_06_a_body_that_ends_too_early_without_an_announced_length_is_taken_up_as_well() {
    let world = World::s3().await;
    world.faults().add(middle().nth(1), Action::NoHeader { name: "content-length" });
    let (read, end) = read(&world, middle().nth(1), Action::Truncate { after: 70_001 }).await;
    end.unwrap();
    assert_eq!(read, SIZE);
}
