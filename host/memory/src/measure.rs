//! Asking the system: how much memory this process may use, and how much it does.

use rushes_model::ByteSize;
use sysinfo::{MemoryRefreshKind, Pid, ProcessRefreshKind, ProcessesToUpdate, System};

use crate::Error;

/// What the system says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// The container's limit, or the machine's memory.
    pub limit: ByteSize,
    /// Of that, held: by the container, or by this process.
    pub used: ByteSize,
}

/// The system, asked again each time.
pub(crate) struct Machine {
    system: System,
    process: Pid,
}

impl Machine {
    pub(crate) fn new() -> Result<Self, Error> {
        let system = System::new().map_err(Error::Unmeasurable)?;
        let process = sysinfo::get_current_pid().map_err(Error::Unmeasurable)?;
        Ok(Self { system, process })
    }

    pub(crate) fn measure(&mut self) -> Measured {
        self.system.refresh_memory_specifics(MemoryRefreshKind::nothing().with_ram());
        self.system.refresh_processes_specifics(
            ProcessesToUpdate::Some(&[self.process]),
            false,
            ProcessRefreshKind::nothing().with_memory(),
        );
        let machine = ByteSize::bytes(self.system.total_memory());
        let process = self.system.process(self.process);
        let own = ByteSize::bytes(process.map_or(0, sysinfo::Process::memory));
        // The tightest limit on the way from this process's group to the root; none where there is no limit.
        match process.and_then(sysinfo::Process::cgroup_limits) {
            Some(group) if group.total_memory > 0 => Measured {
                limit: ByteSize::bytes(group.total_memory).min(machine),
                // Without the page cache, which gives way by itself.
                used: ByteSize::bytes(group.rss).max(own),
            },
            _ => Measured { limit: machine, used: own },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_uses_some_memory_and_may_use_more() {
        let measured = Machine::new().unwrap().measure();
        assert!(measured.used > ByteSize::kib(100), "{measured:?}");
        assert!(measured.limit > measured.used, "{measured:?}");
    }
}
