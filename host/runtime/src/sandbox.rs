//! One instance and its accounts: every call into a component goes through [`Sandbox::enter`].

use std::time::Duration;

use rushes_model::pipeline::Limits;
use rushes_model::{MediaTime, Stop, StopToken};
use wasmtime::component::ResourceTableError;
use wasmtime::{Store, Trap, UpdateDeadline};

use crate::bind::Refusal;
use crate::call::Call;
use crate::engine::Engine;
use crate::error::{Error, Result};
use crate::frames;
use crate::limits::{HANDLES, HOSTCALL_SIZE, Refused, STACK_SIZE, WORDS_BYTES};
use crate::log::{Line, cut};
use crate::state::{Assets, CallTimedOut, State};

/// What a session or merger used up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    /// Instructions metered.
    pub fuel: u64,
    /// Time of a core.
    pub cpu: Duration,
    /// The most that its memories and tables held, in bytes.
    pub peak_memory: u64,
}

/// A store with its limits set, dead after the first error.
pub(crate) struct Sandbox {
    store: Store<State>,
    engine: Engine,
    credit: u64,
    cpu: Duration,
    dead: bool,
}

impl Sandbox {
    /// Room for one instance. Chance is seeded by `seed`.
    pub(crate) fn new(engine: &Engine, limits: &Limits, seed: u64, assets: Assets, stop: StopToken) -> Result<Self> {
        let state = State::new(limits.memory, limits.call_timeout, seed, assets, stop);
        let mut store = Store::new(engine.wasmtime(), state);
        store.limiter(|state| &mut state.meter);
        store.set_hostcall_fuel(HOSTCALL_SIZE.as_usize());
        store.set_max_component_handles(HANDLES);
        store.epoch_deadline_callback(|store| store.data().may_go_on().map(|()| UpdateDeadline::Continue(1)));
        let mut sandbox = Self { store, engine: engine.clone(), credit: 0, cpu: Duration::ZERO, dead: false };
        sandbox.raise_credit(limits.fuel_base)?;
        Ok(sandbox)
    }

    /// Lets the instance use so much fuel in all; never less than before.
    pub(crate) fn raise_credit(&mut self, credit: u64) -> Result<()> {
        if credit > self.credit {
            let left = self.fuel_left().saturating_add(credit - self.credit);
            self.store.set_fuel(left).map_err(|why| Error::Engine { why: format!("{why:#}") })?;
            self.credit = credit;
        }
        Ok(())
    }

    /// Lets the next call use so much fuel; what earlier ones left over is gone.
    pub(crate) fn grant(&mut self, fuel: u64) -> Result<()> {
        let used = self.usage().fuel;
        self.store.set_fuel(fuel).map_err(|why| Error::Engine { why: format!("{why:#}") })?;
        self.credit = used.saturating_add(fuel);
        Ok(())
    }

    /// What is being pushed from now on.
    pub(crate) fn set_place(&mut self, at: MediaTime) {
        self.store.data_mut().at = at;
    }

    /// Runs a call on this thread: waits for a core, measures, and turns whatever ends it into an error that says why.
    pub(crate) fn enter<T>(
        &mut self,
        call: Call,
        run: impl FnOnce(&mut Store<State>) -> wasmtime::Result<std::result::Result<T, Refusal>>,
    ) -> Result<T> {
        if self.dead {
            return Err(Error::Over { call });
        }
        let returned = {
            let _permit = self.engine.cores().take(&self.store.data().stop)?;
            self.store.data_mut().begin();
            self.store.set_epoch_deadline(1);
            let began = thread_cpu();
            let returned = run(&mut self.store);
            self.cpu += thread_cpu().saturating_sub(began);
            returned
        };
        let outcome = match returned {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(refusal)) => self.refused(call, refusal),
            Err(error) => self.broken(call, &error),
        };
        self.dead = true;
        Err(outcome)
    }

    pub(crate) fn usage(&self) -> Usage {
        Usage {
            fuel: self.credit.saturating_sub(self.fuel_left()),
            cpu: self.cpu,
            peak_memory: self.store.data().meter.peak(),
        }
    }

    pub(crate) fn take_log(&mut self) -> Vec<Line> {
        let state = self.store.data_mut();
        state.log.take(state.at)
    }

    pub(crate) fn at(&self) -> MediaTime {
        self.store.data().at
    }

    fn fuel_left(&self) -> u64 {
        // Fuel is on in every engine that we make.
        self.store.get_fuel().unwrap_or(0)
    }

    fn refused(&self, call: Call, refusal: Refusal) -> Error {
        let at = self.at();
        match refusal {
            Refusal::Params(why) => Error::Params { why: cut(why, WORDS_BYTES) },
            Refusal::Input(why) => Error::Input { call, at, why: cut(why, WORDS_BYTES) },
            Refusal::Failed(why) => Error::Failed { call, at, why: cut(why, WORDS_BYTES) },
        }
    }

    fn broken(&self, call: Call, error: &wasmtime::Error) -> Error {
        let at = self.at();
        let frames = frames::of(error);
        if let Some(stop) = error.downcast_ref::<Stop>() {
            return Error::Stopped(*stop);
        }
        if let Some(Refused { asked, allowed }) = error.downcast_ref::<Refused>() {
            return Error::Memory { call, at, asked: *asked, allowed: *allowed, frames };
        }
        if let Some(CallTimedOut(allowed)) = error.downcast_ref::<CallTimedOut>() {
            return Error::Time { call, at, allowed: *allowed, frames };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => {
                return Error::Fuel { call, at, used: self.usage().fuel, allowed: self.credit, frames };
            }
            Some(Trap::StackOverflow) => return Error::Stack { call, at, allowed: STACK_SIZE, frames },
            _ => {}
        }
        // These two have no type of their own; tests hold the texts.
        let text = error.root_cause().to_string();
        if text.contains("too much data is being copied") {
            return Error::TooMuch { call, at, what: "data", allowed: HOSTCALL_SIZE };
        }
        let full = matches!(error.downcast_ref::<ResourceTableError>(), Some(ResourceTableError::Full));
        if full || text.contains("handle limit exceeded") {
            return Error::Resources { call, at, allowed: HANDLES };
        }
        let state = self.store.data();
        let said = state.stderr.panic().or_else(|| state.log.last_error().map(str::to_owned));
        Error::Trapped { call, at, why: cut(said.unwrap_or(text), WORDS_BYTES), frames }
    }
}

/// Time that this thread has had a core.
fn thread_cpu() -> Duration {
    let spent = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(spent).unwrap_or_default()
}
