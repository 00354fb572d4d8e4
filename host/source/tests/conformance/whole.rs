//! Objects that are fetched whole first: the same bytes, within the room there is, and nothing left behind.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use rushes_devs3::{Action, When};
use rushes_model::{ByteSize, Class, Classify, Code, Reason};
use rushes_source::{Error, Options, Storage, StorageConfig, Told, Whole};
use tempfile::TempDir;

use crate::content::{bytes, drain};
use crate::world::{World, config, eventually, options};

const SIZE: u64 = 3_000_000;

fn whole(world: &World, limit: u64) -> (Storage, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let whole = Whole { folder: folder.path().join("temporary"), limit: ByteSize::bytes(limit) };
    (Storage::new(StorageConfig { whole: Some(whole), ..config(world.server(), "hush") }), folder)
}

fn files_in(folder: &TempDir) -> usize {
    std::fs::read_dir(folder.path().join("temporary")).unwrap().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_copy_is_the_object_and_needs_its_server_no_more() {
    let world = World::s3().await;
    let streamed = world.open(SIZE, options()).await;
    let (storage, folder) = whole(&world, 2 * SIZE);
    let told = Arc::new(Mutex::new(Vec::new()));
    let tell = Arc::clone(&told);
    let tell = Told(Arc::new(move |at, of| tell.lock().unwrap().push((at, of))));
    let options = Options { told: Some(tell), ..options() };
    let copied = storage.open(&world.reference("object"), options).await.unwrap();
    assert_eq!(told.lock().unwrap().last(), Some(&(SIZE, SIZE)));
    assert_eq!(copied.identity(), streamed.identity(), "so keys and findings are the same");
    assert_eq!(files_in(&folder), 0, "a file without a name goes with its process");
    world.write("object", 1, SIZE);
    let before = world.gets().len();
    let (runs, end) = drain(&mut copied.stream(vec![0..SIZE]), 0).await;
    end.unwrap();
    assert_eq!(runs, [0..SIZE]);
    assert_eq!(copied.read_at(2_000_000..2_000_100).await.unwrap(), bytes(0, 2_000_000..2_000_100));
    assert_eq!(world.gets().len(), before);
    assert_eq!(copied.stats().bytes_read, SIZE, "what is read from the copy costs nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_larger_than_all_the_room_is_refused_before_it_is_fetched() {
    let world = World::s3().await;
    world.write("object", 0, SIZE);
    let (storage, _folder) = whole(&world, SIZE - 1);
    let error = storage.open(&world.reference("object"), options()).await.err().unwrap();
    assert!(matches!(error, Error::NoRoom { .. }), "{error}");
    assert_eq!((error.class(), error.code()), (Class::Permanent(Reason::Limits), Code::LimitsDisk));
    assert!(error.help().unwrap().contains("TEMP_MAX_MB"));
    assert_eq!(world.gets().len(), 1, "its first bytes say how large it is");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_object_waits_for_the_room_of_another() {
    let world = World::s3().await;
    world.write("object", 0, SIZE);
    let (storage, _folder) = whole(&world, SIZE + SIZE / 2);
    let first = storage.open(&world.reference("object"), options()).await.unwrap();
    let reference = world.reference("object");
    let second = tokio::time::timeout(Duration::from_millis(300), storage.open(&reference, options())).await;
    assert!(second.is_err(), "there is room for one");
    drop(first);
    let second = tokio::time::timeout(Duration::from_secs(10), storage.open(&reference, options())).await;
    assert_eq!(second.unwrap().unwrap().identity().size, SIZE);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fetch_that_fails_or_is_given_up_leaves_nothing() {
    let world = World::s3().await;
    world.write("object", 0, SIZE);
    let (storage, folder) = whole(&world, SIZE);
    let reference = world.reference("object");
    world.faults().add(When::get().starting_in(2 << 20..SIZE), Action::Status { status: 404, code: "NoSuchKey" });
    assert!(matches!(storage.open(&reference, options()).await, Err(Error::Gone { .. })));
    world.faults().clear();
    world.faults().add(When::get().starting_in(2 << 20..SIZE), Action::Hang { after: 1000 });
    let given_up = tokio::time::timeout(Duration::from_millis(500), storage.open(&reference, options())).await;
    assert!(given_up.is_err());
    world.faults().clear();
    eventually("the server has nobody to send to", || world.server().under_way() == 0).await;
    // All the room is needed, so all of it was given back.
    let opened = tokio::time::timeout(Duration::from_secs(10), storage.open(&reference, options())).await;
    assert_eq!(opened.unwrap().unwrap().identity().size, SIZE);
    assert_eq!(files_in(&folder), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_process_left_is_removed_by_the_next() {
    let world = World::s3().await;
    world.write("object", 0, 10);
    let (storage, folder) = whole(&world, SIZE);
    std::fs::create_dir(folder.path().join("temporary")).unwrap();
    std::fs::write(folder.path().join("temporary/left"), b"behind").unwrap();
    storage.open(&world.reference("object"), options()).await.unwrap();
    assert_eq!(files_in(&folder), 0);
}
