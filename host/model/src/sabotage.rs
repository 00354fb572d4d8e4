//! Breaking ourselves on purpose, so that the chaos harness can show that it would see a broken queue.
//!
//! Only builds with debug assertions can be armed, and only by name, at the start; in a release build everything here is a
//! constant. A script is words with commas between: `fencing=off`, `outbox=apart`, or a point in the code and the passage
//! at which the process ends there as if it were killed, `complete.before-commit=abort@3`.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

/// Where a process can be made to end.
pub const POINTS: [&str; 8] = [
    "migration.before-commit",
    "probe.before-write",
    "claim.after-commit",
    "partial.after-commit",
    "complete.before-commit",
    "complete.after-commit",
    "delivery.before-post",
    "delivery.after-post",
];

/// How long the outbox lags behind its commit when they are apart: a window that a kill can hit.
const APART: Duration = Duration::from_millis(700);

#[derive(Debug, Default)]
struct Script {
    is_fencing_off: bool,
    is_outbox_apart: bool,
    aborts: BTreeMap<String, (u32, AtomicU32)>,
}

static ARMED: OnceLock<Script> = OnceLock::new();

/// Arms this process, once.
///
/// # Errors
/// When the script can't be read, or the build can't be armed.
pub fn arm(script: &str) -> Result<(), String> {
    if !cfg!(debug_assertions) {
        return Err("this build can't be sabotaged".into());
    }
    let read = read(script)?;
    ARMED.set(read).map_err(|_| "sabotage is armed already".into())
}

/// Whether a lease guards nothing.
pub fn is_fencing_off() -> bool {
    armed().is_some_and(|script| script.is_fencing_off)
}

/// How long after its transaction an event is written, where it isn't written with it.
pub fn outbox_lag() -> Option<Duration> {
    armed().is_some_and(|script| script.is_outbox_apart).then_some(APART)
}

/// The process passes a point; it may end here.
pub fn reached(point: &'static str) {
    let Some((at, passed)) = armed().and_then(|script| script.aborts.get(point)) else { return };
    if passed.fetch_add(1, Ordering::Relaxed) + 1 == *at {
        std::process::abort();
    }
}

fn armed() -> Option<&'static Script> {
    if cfg!(debug_assertions) { ARMED.get() } else { None }
}

fn read(text: &str) -> Result<Script, String> {
    let mut script = Script::default();
    for word in text.split(',').map(str::trim).filter(|word| !word.is_empty()) {
        match word.split_once('=') {
            Some(("fencing", "off")) => script.is_fencing_off = true,
            Some(("outbox", "apart")) => script.is_outbox_apart = true,
            Some((point, act)) if POINTS.contains(&point) => {
                let at = act.strip_prefix("abort@").and_then(|at| at.parse().ok());
                let at = at.ok_or_else(|| format!("`{act}` is no act: write abort@1"))?;
                script.aborts.insert(point.to_owned(), (at, AtomicU32::new(0)));
            }
            _ => return Err(format!("`{word}` is no sabotage; points are {}", POINTS.join(", "))),
        }
    }
    Ok(script)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_read_word_by_word_and_nothing_else_is_taken() {
        let script = read("fencing=off, complete.before-commit=abort@3").unwrap();
        assert!(script.is_fencing_off && !script.is_outbox_apart);
        assert_eq!(script.aborts["complete.before-commit"].0, 3);
        for wrong in ["fencing=on", "somewhere=abort@1", "claim.after-commit=abort"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nothing_is_broken_unless_it_was_armed() {
        assert!(!is_fencing_off());
        assert_eq!(outbox_lag(), None);
        POINTS.into_iter().for_each(reached);
    }
}
