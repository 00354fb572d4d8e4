//! A wall around other people's decoders: panics become errors, and a call that took too long is the last one.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use crate::error::{Error, Result};

/// A packet takes milliseconds; ten seconds is an attack or a bug, and the next packet would be no better.
const LONGEST_CALL: Duration = Duration::from_secs(10);

/// Runs one decoder call. After a panic the decoder's state is worth nothing: the caller must make a new one.
pub(crate) fn contained<T>(codec: &'static str, call: impl FnOnce() -> Result<T>) -> Result<T> {
    let began = Instant::now();
    let outcome = catch_unwind(AssertUnwindSafe(call));
    let took = began.elapsed();
    if took > LONGEST_CALL {
        return Err(Error::TooSlow { codec, took });
    }
    outcome.unwrap_or_else(|panic| Err(Error::Panicked { codec, message: text_of(&*panic) }))
}

fn text_of(panic: &(dyn Any + Send)) -> String {
    match (panic.downcast_ref::<&str>(), panic.downcast_ref::<String>()) {
        (Some(text), _) => (*text).to_owned(),
        (None, Some(text)) => text.clone(),
        (None, None) => "no text".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_an_error_with_its_text() {
        let outcome: Result<()> = contained("h264", || panic!("row {} of 4", 9));
        assert_eq!(outcome, Err(Error::Panicked { codec: "h264", message: "row 9 of 4".into() }));
        assert_eq!(contained("h264", || Ok(3)), Ok(3));
    }
}
