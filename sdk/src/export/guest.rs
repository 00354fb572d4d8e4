//! The exports of a component, for any analyzer.

use std::cell::RefCell;
use std::marker::PhantomData;
use std::sync::Once;

use crate::bindings::exports::rushes::analyzer::analysis as wit;
use crate::bindings::rushes::analyzer::types::Partial;
use crate::described::describe;
use crate::session::{Merging, Session};
use crate::{Analyzer, Span, log};

/// The component of `A`.
pub struct Component<A>(PhantomData<A>);

impl<A: Analyzer> wit::Guest for Component<A> {
    type Session = ExportedSession<A>;
    type Merger = ExportedMerger<A>;

    fn describe(params: Option<String>) -> Result<wit::Descriptor, wit::Error> {
        report_panics();
        Ok(describe::<A>(params.as_deref())?.into())
    }
}

/// The contract's methods take `&self`; a component has one thread, and none of them calls another.
pub struct ExportedSession<A>(RefCell<Session<A>>);

/// As [`ExportedSession`].
pub struct ExportedMerger<A: Analyzer>(RefCell<Merging<A>>);

impl<A: Analyzer> wit::GuestSession for ExportedSession<A> {
    fn new(setup: wit::Setup) -> Result<Self, wit::Error> {
        report_panics();
        let (params, setup) = setup.try_into()?;
        Ok(Self(RefCell::new(Session::open(&params, &setup)?)))
    }

    fn push_audio(&self, block: wit::AudioBlock) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().push_audio(block.into())?)
    }

    fn push_video(&self, frame: wit::VideoFrame) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().push_video(frame.into())?)
    }

    fn push_transcript(&self, cues: Vec<wit::Cue>) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().push_transcript(cues.into_iter().map(Into::into).collect())?)
    }

    fn push_bytes(&self, block: wit::ByteBlock) -> Result<(), wit::Error> {
        Ok(self.0.borrow_mut().push_bytes(block.into())?)
    }

    fn finish(&self, is_last: bool) -> Result<wit::Outcome, wit::Error> {
        Ok(self.0.borrow_mut().finish(is_last)?.into())
    }
}

impl<A: Analyzer> wit::GuestMerger for ExportedMerger<A> {
    fn new(setup: wit::MergeSetup) -> Result<Self, wit::Error> {
        report_panics();
        let (params, merge_params, setup) = setup.try_into()?;
        Ok(Self(RefCell::new(Merging::open(&params, &merge_params, &setup)?)))
    }

    fn add(&self, partial: Partial) -> Result<(), wit::Error> {
        let span = Span { start_us: partial.start_us, end_us: partial.end_us };
        Ok(self.0.borrow_mut().add(span, &partial.data)?)
    }

    fn finish(&self) -> Result<wit::Report, wit::Error> {
        Ok(self.0.borrow_mut().finish()?.into())
    }
}

/// A panic aborts the component; its text would be lost.
fn report_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| {
            let message = panic.payload_as_str().unwrap_or("(no text)");
            match panic.location() {
                Some(place) => log::error(format!("panicked at {place}: {message}")),
                None => log::error(format!("panicked: {message}")),
            }
        }));
    });
}
