//! What a process does of all that a host can do.

use rushes_queue::Mode;

use crate::cli::Role;

/// What is listened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Listens {
    /// The whole interface.
    All,
    /// Health alone.
    Probes,
    /// Nothing.
    Nothing,
}

/// What a process does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Plan {
    pub(crate) listens: Listens,
    /// False: it looks for files and sees to hosts that fell silent, but runs no jobs.
    pub(crate) takes_jobs: bool,
    pub(crate) mode: Mode,
}

impl Plan {
    /// All there is, until a signal.
    pub(crate) const WHOLE: Self = Self { listens: Listens::All, takes_jobs: true, mode: Mode::Serve };

    /// `serve --roles …`
    pub(crate) fn of(roles: &[Role]) -> Self {
        let has = |role| roles.contains(&role);
        let listens = if has(Role::Api) { Listens::All } else { Listens::Probes };
        Self { listens, takes_jobs: has(Role::Worker), mode: Mode::Serve }
    }

    /// `worker …`
    pub(crate) const fn worker(mode: Mode) -> Self {
        Self { listens: Listens::Nothing, takes_jobs: true, mode }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_is_what_a_process_does_and_the_other_is_not() {
        assert_eq!(Plan::of(&[Role::Api, Role::Worker]), Plan::WHOLE);
        assert_eq!(Plan::of(&[Role::Api]), Plan { takes_jobs: false, ..Plan::WHOLE });
        assert_eq!(Plan::of(&[Role::Worker]), Plan { listens: Listens::Probes, ..Plan::WHOLE });
    }
}
