//! What the host keeps for one instance, beside its memory: all that its imports read and write.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rushes_model::{ByteSize, MediaTime, StopToken};
use wasmtime::component::ResourceTable;
use wasmtime::{StoreContextMut, Trap};

use crate::limits::{FUEL_PER_HOST_CALL, HANDLES, Meter};
use crate::log::{Log, Tail};
use crate::wasi::{Chance, Clock};

/// Files that were granted to a component, by name.
pub type Assets = Arc<BTreeMap<String, Arc<[u8]>>>;

/// One instance's world.
pub(crate) struct State {
    pub(crate) meter: Meter,
    pub(crate) table: ResourceTable,
    pub(crate) log: Log,
    pub(crate) stderr: Tail,
    pub(crate) clock: Clock,
    pub(crate) chance: Chance,
    pub(crate) assets: Assets,
    /// Of what is being pushed.
    pub(crate) at: MediaTime,
    pub(crate) stop: StopToken,
    call_began: Instant,
    call_timeout: Duration,
}

/// A call passed its time.
#[derive(Debug, thiserror::Error)]
#[error("the call took longer than {0:?}")]
pub(crate) struct CallTimedOut(pub(crate) Duration);

impl State {
    pub(crate) fn new(memory: ByteSize, call_timeout: Duration, seed: u64, assets: Assets, stop: StopToken) -> Self {
        let mut table = ResourceTable::new();
        table.set_max_capacity(HANDLES);
        Self {
            meter: Meter::new(memory),
            table,
            log: Log::new(),
            stderr: Tail::default(),
            clock: Clock::default(),
            chance: Chance::new(seed),
            assets,
            at: MediaTime::ZERO,
            stop,
            call_began: Instant::now(),
            call_timeout,
        }
    }

    /// A call begins now.
    pub(crate) fn begin(&mut self) {
        self.call_began = Instant::now();
    }

    /// Asked at each tick while the guest runs.
    pub(crate) fn may_go_on(&self) -> wasmtime::Result<()> {
        self.stop.check()?;
        if self.call_began.elapsed() > self.call_timeout {
            return Err(CallTimedOut(self.call_timeout).into());
        }
        Ok(())
    }
}

/// Takes the fuel of a call to the host that moved so many bytes.
pub(crate) fn charge(store: &mut StoreContextMut<'_, State>, bytes: u64) -> wasmtime::Result<()> {
    let cost = FUEL_PER_HOST_CALL.saturating_add(bytes);
    match store.get_fuel()?.checked_sub(cost) {
        Some(rest) => store.set_fuel(rest),
        None => {
            store.set_fuel(0)?;
            Err(Trap::OutOfFuel.into())
        }
    }
}
