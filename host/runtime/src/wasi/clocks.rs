//! `wasi:clocks`: a clock that begins at zero, moves only when somebody sleeps, and never makes anybody wait.

use wasmtime::component::{ComponentType, Lift, LinkerInstance, Lower};

use super::io::Pollable;
use crate::state::{State, charge};

/// Nanoseconds since the instance was made, and since 1970.
#[derive(Debug, Default)]
pub(crate) struct Clock(u64);

impl Clock {
    pub(super) fn now(&self) -> u64 {
        self.0
    }

    /// Sleeps until then, which takes no time.
    pub(super) fn sleep_until(&mut self, when: u64) {
        self.0 = self.0.max(when);
    }
}

#[derive(Clone, Copy, ComponentType, Lift, Lower)]
#[component(record)]
struct Datetime {
    seconds: u64,
    nanoseconds: u32,
}

pub(super) fn link_monotonic(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("now", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((store.data().clock.now(),))
    })?;
    linker.func_wrap("resolution", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((1_u64,))
    })?;
    linker.func_wrap("subscribe-instant", |mut store, (when,): (u64,)| {
        charge(&mut store, 0)?;
        Ok((store.data_mut().table.push(Pollable::At(when))?,))
    })?;
    linker.func_wrap("subscribe-duration", |mut store, (length,): (u64,)| {
        charge(&mut store, 0)?;
        let when = store.data().clock.now().saturating_add(length);
        Ok((store.data_mut().table.push(Pollable::At(when))?,))
    })
}

pub(super) fn link_wall(linker: &mut LinkerInstance<'_, State>) -> wasmtime::Result<()> {
    linker.func_wrap("now", |mut store, (): ()| {
        charge(&mut store, 0)?;
        let now = store.data().clock.now();
        let nanoseconds = u32::try_from(now % 1_000_000_000).unwrap_or(0);
        Ok((Datetime { seconds: now / 1_000_000_000, nanoseconds },))
    })?;
    linker.func_wrap("resolution", |mut store, (): ()| {
        charge(&mut store, 0)?;
        Ok((Datetime { seconds: 0, nanoseconds: 1 },))
    })
}
