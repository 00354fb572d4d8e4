//! The host's requests, shared among jobs.

use std::time::Duration;

use rushes_source::{Storage, StorageConfig};

use crate::content::drain;
use crate::world::{World, config, eventually, options};

const SIZE: u64 = 6_000_000;
const HELD: u64 = 1 << 20;

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_waits_for_a_hundred_parts_does_not_keep_another_from_its_one() {
    let world = World::s3().await;
    let storage = Storage::new(StorageConfig { max_requests: 2, ..config(world.server(), "hush") });
    world.write("greedy", 0, SIZE);
    world.write("modest", 0, HELD + 10);
    let greedy = storage.open(&world.reference("greedy"), options()).await.unwrap();
    let modest = storage.open(&world.reference("modest"), options()).await.unwrap();
    world.faults().set_latency(Duration::from_millis(50));
    // Each stream waits for one request at a time.
    let many: Vec<_> = (0..20).map(|_| greedy.stream(vec![HELD..SIZE])).collect();
    eventually("all that may be under way is", || world.server().under_way() == 2).await;
    tokio::time::sleep(Duration::from_millis(20)).await;
    let before = world.gets().len();
    let (_, end) = drain(&mut modest.stream(vec![HELD..HELD + 10]), 0).await;
    end.unwrap();
    let gets = world.gets();
    let earlier = gets.iter().skip(before).take_while(|get| get.key == "greedy").count();
    assert!(earlier <= 2, "{earlier} requests of the other job came first");
    drop(many);
}
