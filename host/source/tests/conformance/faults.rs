//! A server that fails, breaks off, lies, or isn't there: the fault table, row by row.
//!
//! | rows | what goes wrong | where |
//! |---|---|---|
//! | 1–4 | statuses: busy, failing for ever, no access, not there | [`failing`] |
//! | 5, 6 | connections that break off | [`breaking`] |
//! | 7, 8, 22 | answers that aren't what was asked for | [`lying`] |
//! | 9–11 | an object that is replaced | [`replaced`] |
//! | 12 | a server that is there and gives nothing | [`stalling`] |
//! | 13, 14 | late answers | [`late`] |
//! | 15, 18, 19 | another region, no way to the server, another clock | [`elsewhere`] |
//! | 16, 17 | a consumer that stops, or goes | [`leaving`] |
//! | 20 | sizes at the edges | [`sizes`] |
//! | 21 | entity tags of every kind | [`tags`] |
//!
//! A test's name begins with its row. `docs/notes/003-s3-faults.md` says which check each of them holds in place.

use rushes_devs3::{Action, When};
use rushes_source::Error;

use crate::content::drain;
use crate::world::{World, eventually, options};

mod breaking;
mod elsewhere;
mod failing;
mod late;
mod leaving;
mod lying;
mod replaced;
mod sizes;
mod stalling;
mod tags;

const SIZE: u64 = 5_000_000;
const PART: u64 = 256 << 10;
/// Bytes that come with opening.
const HELD: u64 = 1 << 20;

/// The part that begins at 2 MiB.
fn middle() -> When {
    When::get().starting_in(2 * HELD..2 * HELD + PART)
}

/// Reads all of an object under a fault.
async fn read(world: &World, when: When, action: Action) -> (u64, Result<(), Error>) {
    let object = world.open(SIZE, options()).await;
    world.faults().add(when, action);
    let (runs, end) = drain(&mut object.stream(vec![0..SIZE]), 0).await;
    let read = match runs.as_slice() {
        [] => 0,
        [one] => one.end,
        more => panic!("holes between {more:?}"),
    };
    eventually("all bytes given back", || object.reserved() == 0).await;
    (read, end)
}
