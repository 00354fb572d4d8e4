//! What one instance may use up, and the meter that counts its memory.

use std::time::Duration;

use rushes_model::ByteSize;
use rushes_model::pipeline::Limits;
use wasmtime::ResourceLimiter;

/// Largest component file that is read. Python components are 18 MiB, models are few MiB.
pub const COMPONENT_SIZE: ByteSize = ByteSize::mib(64);
/// Largest partial.
pub const PARTIAL_SIZE: ByteSize = ByteSize::mib(1);
/// Largest carry.
pub const CARRY_SIZE: ByteSize = ByteSize::mib(1);
/// Largest report, as the sum of its texts and numbers.
pub const REPORT_SIZE: ByteSize = ByteSize::mib(32);
/// What is kept of a session's log.
pub const LOG_SIZE: ByteSize = ByteSize::kib(256);
/// Bytes that one call may hand to the host, all strings and lists together; the report is the largest of them, and
/// its records take more room on the host than their texts and numbers.
pub(crate) const HOSTCALL_SIZE: ByteSize = ByteSize::mib(64);
/// What is kept of a component's own words in an error: its reasons, names of functions, imports and exports.
pub(crate) const WORDS_BYTES: usize = 2 << 10;
/// Handles that a component may hold, and the host for it.
pub(crate) const HANDLES: usize = 10_000;
/// Stack of wasm. The thread that calls needs twice as much and room for the host's own functions: 4 MiB.
pub(crate) const STACK_SIZE: ByteSize = ByteSize::mib(1);

/// Fuel that each MiB of partials adds to a merger's credit: a Rust merger reads a byte for about 100.
const FUEL_PER_MERGED_MIB: u64 = 2_000_000_000;
/// Fuel that any call to the host costs, so that a loop of them isn't cheaper than one of instructions.
pub(crate) const FUEL_PER_HOST_CALL: u64 = 1_000;
/// What the host keeps for an element of a table.
const TABLE_ELEMENT_SIZE: u64 = 8;

/// What `describe` may use up: it only fills in a record.
pub(crate) const DESCRIBE: Limits = Limits {
    memory: ByteSize::mib(64),
    fuel_base: 1_000_000_000,
    fuel_per_media_second: 0,
    call_timeout: Duration::from_secs(5),
};

/// Fuel for so much media. Whole microseconds count, so that the credit doesn't depend on how pushes were cut.
pub(crate) fn media_fuel(limits: &Limits, micros: u64) -> u64 {
    let fuel = u128::from(limits.fuel_per_media_second) * u128::from(micros) / 1_000_000;
    u64::try_from(fuel).unwrap_or(u64::MAX)
}

/// Fuel for merging so many bytes.
pub(crate) fn merge_fuel(bytes: u64) -> u64 {
    let fuel = (u128::from(FUEL_PER_MERGED_MIB) * u128::from(bytes)) >> 20;
    u64::try_from(fuel).unwrap_or(u64::MAX)
}

/// A growth that was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("asked for {asked}, {allowed} allowed")]
pub(crate) struct Refused {
    /// All that the instance would have held.
    pub(crate) asked: ByteSize,
    /// What it may hold.
    pub(crate) allowed: ByteSize,
}

/// Counts all memories and tables of a store together. A growth beyond the limit traps at once: a guest whose
/// allocation fails would only abort, and say nothing of memory.
#[derive(Debug)]
pub(crate) struct Meter {
    held: u64,
    peak: u64,
    allowed: ByteSize,
}

impl Meter {
    pub(crate) fn new(allowed: ByteSize) -> Self {
        Self { held: 0, peak: 0, allowed }
    }

    /// The most that was held.
    pub(crate) fn peak(&self) -> u64 {
        self.peak
    }

    fn grow(&mut self, more: u64) -> Result<bool, Refused> {
        let asked = self.held.saturating_add(more);
        if asked > self.allowed.as_bytes() {
            return Err(Refused { asked: ByteSize::bytes(asked), allowed: self.allowed });
        }
        self.held = asked;
        self.peak = self.peak.max(asked);
        Ok(true)
    }
}

impl ResourceLimiter for Meter {
    fn memory_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false); // Its own maximum; the guest has to live with it, as anywhere.
        }
        Ok(self.grow(desired.saturating_sub(current) as u64)?)
    }

    fn table_growing(&mut self, current: usize, desired: usize, maximum: Option<usize>) -> wasmtime::Result<bool> {
        if maximum.is_some_and(|maximum| desired > maximum) {
            return Ok(false);
        }
        Ok(self.grow((desired.saturating_sub(current) as u64).saturating_mul(TABLE_ELEMENT_SIZE))?)
    }

    fn instances(&self) -> usize {
        64
    }

    fn tables(&self) -> usize {
        64
    }

    fn memories(&self) -> usize {
        8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memories_and_tables_are_counted_together() {
        let mut meter = Meter::new(ByteSize::bytes(1_000));
        assert!(meter.memory_growing(0, 500, None).unwrap());
        assert!(meter.table_growing(0, 62, None).unwrap());
        let refused = meter.memory_growing(500, 505, None).unwrap_err();
        let refused = refused.downcast_ref::<Refused>().unwrap();
        assert_eq!((refused.asked, refused.allowed), (ByteSize::bytes(1_001), ByteSize::bytes(1_000)));
        assert_eq!(meter.peak(), 996);
    }

    #[test]
    fn fuel_follows_media_time_however_it_is_cut() {
        let limits = Limits { fuel_per_media_second: 1_000_003, ..Limits::default() };
        assert_eq!(media_fuel(&limits, 2_500_000), 2_500_007);
        assert_eq!(media_fuel(&limits, 0), 0);
        let endless = Limits { fuel_per_media_second: u64::MAX, ..Limits::default() };
        assert_eq!(media_fuel(&endless, u64::MAX), u64::MAX);
    }
}
