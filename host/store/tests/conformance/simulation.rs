//! Many hosts that take, renew, lose, end and hand back; users that cancel, retry, seal and delete: in any order, beside
//! books that are kept apart. After each step the database and the books say the same.

mod books;
mod storm;
mod world;

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{Config, TestRunner};
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::database::Database;

use world::World;

pub(crate) use storm::hosts_that_all_work_at_once_leave_the_books_straight;

/// Hosts that claim.
const HOSTS: usize = 5;
/// Interviews that jobs belong to.
const INTERVIEWS: u8 = 4;

/// Of up to 160 steps, each of which is compared: some 8 seconds.
const CASES: u32 = 32;

/// Something that somebody does.
#[derive(Clone, Debug)]
enum Step {
    Create {
        interview: Option<u8>,
        expected: Option<u32>,
    },
    Find(Index),
    RefuseFile(Index),
    LetDelaysPass,
    Claim {
        host: usize,
        slots: u32,
    },
    Renew {
        host: usize,
    },
    LetLeaseRunOut(Index),
    Rescue,
    /// By whoever holds a claim, or held it once.
    End {
        claim: Index,
        is_zombie: bool,
        how: How,
    },
    Cancel(Index),
    Retry(Index),
    Seal(u8),
    SealIdle,
    Delete(Index),
    DeleteInterview(u8),
    /// Those that ended are counted in advance.
    Count,
}

/// How somebody ends an attempt.
#[derive(Clone, Copy, Debug)]
enum How {
    Completed,
    Slow,
    Malformed,
    Gone,
    Changed,
    Drained,
    Cancelled,
    HandedBack,
    HandedBackForAWhile,
    /// Not at all: it says something.
    Journal,
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<Index>;
    let host = 0..HOSTS;
    prop_oneof![
        6 => (proptest::option::weighted(0.8, 0..INTERVIEWS), proptest::option::weighted(0.2, 1_u32..5))
            .prop_map(|(interview, expected)| Step::Create { interview, expected }),
        7 => index().prop_map(Step::Find),
        1 => index().prop_map(Step::RefuseFile),
        2 => Just(Step::LetDelaysPass),
        8 => (host.clone(), 1_u32..4).prop_map(|(host, slots)| Step::Claim { host, slots }),
        2 => host.prop_map(|host| Step::Renew { host }),
        3 => index().prop_map(Step::LetLeaseRunOut),
        2 => Just(Step::Rescue),
        8 => (index(), proptest::bool::weighted(0.2), how())
            .prop_map(|(claim, is_zombie, how)| Step::End { claim, is_zombie, how }),
        2 => index().prop_map(Step::Cancel),
        2 => index().prop_map(Step::Retry),
        1 => (0..INTERVIEWS).prop_map(Step::Seal),
        1 => Just(Step::SealIdle),
        1 => index().prop_map(Step::Delete),
        1 => (0..INTERVIEWS).prop_map(Step::DeleteInterview),
        1 => Just(Step::Count),
    ]
}

fn how() -> impl Strategy<Value = How> {
    prop_oneof![
        4 => Just(How::Completed),
        2 => Just(How::Slow),
        1 => Just(How::Malformed),
        1 => Just(How::Gone),
        1 => Just(How::Changed),
        1 => Just(How::Drained),
        1 => Just(How::Cancelled),
        1 => Just(How::HandedBack),
        1 => Just(How::HandedBackForAWhile),
        1 => Just(How::Journal),
    ]
}

pub(crate) async fn whatever_happens_the_database_and_the_books_say_the_same(db: Database) {
    let config = Config { cases: CASES, failure_persistence: None, max_shrink_iters: 300, ..Config::default() };
    let steps = proptest::collection::vec(step(), 1..160);
    let outcome = block_in_place(|| {
        TestRunner::new(config).run(&steps, |steps| {
            Handle::current().block_on(run(&db, &steps));
            Ok(())
        })
    });
    let failure = outcome.err().map(|failure| failure.to_string());
    assert!(failure.is_none(), "{}", failure.unwrap_or_default());
}

async fn run(db: &Database, steps: &[Step]) {
    db.empty().await;
    let mut world = World::new(db).await;
    for step in steps {
        world.take(step).await;
        world.check().await;
    }
}
